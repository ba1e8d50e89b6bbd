import { type Benchmark, interleaved, LIST, perSecond, ratios } from '../bench.ts';
import { type Figure, median } from '../figure.ts';
import { load } from '../load.ts';

const REQUESTS = 50_000;

/** Two web processes under a primary beside one alone, and what each of them holds after many requests. */
export const workers: Benchmark = async (bench) => {
  const { ours, cookie } = bench;
  const two = await bench.startWorkers(2);
  const ask = (port: number) => ({ port, path: LIST, cookie });
  const rounds = await interleaved(bench, { one: ask(ours.port), two: ask(two.port) });
  await load(ask(two.port), { most: REQUESTS });
  const held = two.childrenMb();
  const primary = two.residentMb();
  await two.stop();
  const figures: Figure[] = [
    {
      name: 'workers: requests a second of two processes, against one',
      value: median(ratios(rounds.two, rounds.one)),
      unit: '×',
      goal: { atLeast: 1.7 },
    },
    { name: 'workers: one process', value: median((rounds.one ?? []).map(perSecond)), unit: '/s' },
    { name: 'workers: two processes', value: median((rounds.two ?? []).map(perSecond)), unit: '/s' },
    {
      name: 'workers: the larger of the two after 50,000 requests',
      value: Math.max(...held),
      unit: 'MB',
      goal: { atMost: 130 },
    },
    { name: 'workers: the primary', value: primary, unit: 'MB' },
  ];
  return figures;
};
