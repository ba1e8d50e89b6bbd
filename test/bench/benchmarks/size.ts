import { type Benchmark, interleaved, LIST, ratios } from '../bench.ts';
import { median } from '../figure.ts';

/** The same list over tables of ten thousand and of ten million rows. */
export const size: Benchmark = async (bench) => {
  const { ours, cookie, full } = bench;
  const request = (path: string) => ({ port: ours.port, path, cookie });
  const rounds = await interleaved(bench, {
    small: request('/admin/small-entries'),
    large: request(full ? '/admin/large-entries' : LIST),
  });
  return [
    {
      name: `size: ${full ? 'ten million' : 'a million'} rows, time against ten thousand`,
      value: median(ratios(rounds.small, rounds.large)),
      unit: '×',
      goal: { atMost: 1.3 },
    },
  ];
};
