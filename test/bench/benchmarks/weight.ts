import { type Benchmark, LIST } from '../bench.ts';
import { requestOnce } from '../load.ts';

/** What a browser downloads on the first visit of a list: the page and the files that it refers to. */
export const weight: Benchmark = async ({ ours, cookie }) => {
  const fetchPart = async (path: string): Promise<number> => {
    const response = await requestOnce({ port: ours.port, path, cookie, encoding: 'gzip, deflate, br' });
    return response.length - (response.indexOf('\r\n\r\n') + 4);
  };
  const page = String(await requestOnce({ port: ours.port, path: LIST, cookie }));
  const files = [...page.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
  const html = await fetchPart(LIST);
  let others = 0;
  for (const file of files) others += await fetchPart(file);
  return [
    {
      name: 'weight: first visit of a list, compressed',
      value: (html + others) / 1024,
      unit: 'KB',
      goal: { atMost: 60 },
    },
    { name: 'weight: of that the page itself', value: html / 1024, unit: 'KB' },
  ];
};
