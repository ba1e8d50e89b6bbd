import { type Benchmark, interleaved, LIST, ratios } from '../bench.ts';
import { median } from '../figure.ts';

/** The same list over tables of ten thousand and of ten million rows. */
export const size: Benchmark = async (bench) => {
  const { ours, cookie, full } = bench;
  const ask = (path: string) => ({ port: ours.port, path, cookie });
  const rounds = await interleaved(bench, {
    small: ask('/admin/small-entries'),
    large: ask(full ? '/admin/large-entries' : LIST),
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
