import { type Bench, type Benchmark, interleaved, LIST, ratios } from '../bench.ts';
import { type Figure, median } from '../figure.ts';
import { requestOnce } from '../load.ts';

const PAGES = 40;

/** Later pages and filters compared with the first page: none should take more than twice its time. */
export const pages: Benchmark = async (bench) => {
  const { ours, cookie, server } = bench;
  const paths = {
    [`page ${PAGES} by "next"`]: await pageByNext(bench, PAGES),
    'last page': `${LIST}?at=last`,
    'filter by a common status': `${LIST}?f.status=published`,
    'filter by a rare status': `${LIST}?f.status=retired`,
    'filter by author': `${LIST}?f.author=4711`,
    'filter by a month': `${LIST}?f.publishedOn.from=2024-05-01&f.publishedOn.to=2024-05-31`,
    'filter by status and author': `${LIST}?f.status=published&f.author=4711`,
  };
  const requests = Object.entries({ first: LIST, ...paths }).map(([name, path]) => [
    name,
    { port: ours.port, path, cookie },
  ]);
  const rounds = await interleaved(bench, Object.fromEntries(requests));
  const figures: Figure[] = [];
  for (const [name, path] of Object.entries(paths)) {
    const slower = median(ratios(rounds.first, rounds[name]));
    figures.push({
      name: `pages: ${name}, time relative to the first page`,
      value: slower,
      unit: '×',
      goal: { atMost: 2 },
    });
    const { statements } = await server.costOf(() => requestOnce({ port: ours.port, path, cookie }));
    figures.push({ name: `pages: ${name}, statements`, value: statements, unit: '', goal: { atMost: 3 } });
  }
  return figures;
};

async function pageByNext({ ours, cookie }: Bench, number: number): Promise<string> {
  let path = LIST;
  for (let at = 1; at < number; at += 1) {
    const page = String(await requestOnce({ port: ours.port, path, cookie }));
    const next = /href="([^"]+)" rel="next"/.exec(page)?.[1];
    if (next === undefined) throw new Error(`${path} has no next page.`);
    path = next.replaceAll('&amp;', '&');
  }
  return path;
}
