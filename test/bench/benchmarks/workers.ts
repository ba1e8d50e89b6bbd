import { type Benchmark, interleaved, LIST, perSecond, ratios } from '../bench.ts';
import type { Child } from '../child.ts';
import { type Figure, median } from '../figure.ts';
import { type Ask, load } from '../load.ts';

const REQUESTS = 50_000;
const MEASURED = 4_000;

/**
 * Two web processes under a primary beside one alone, and what each of them holds after many requests.
 *
 * Where client and PostgreSQL run on the same two cores, no second process can add 70 %: the cores are busy already. So beside the
 * requests per second, which only say something on a machine with more cores, the CPU time of a request is compared: as long as two
 * processes need no more of it than one, two free cores serve twice as much.
 */
export const workers: Benchmark = async (bench) => {
  const { ours, cookie } = bench;
  const two = await bench.startWorkers(2);
  const ask = (port: number): Ask => ({ port, path: LIST, cookie });
  const rounds = await interleaved(bench, { one: ask(ours.port), two: ask(two.port) });
  const [cpuOfOne, cpuOfTwo] = [await cpuPerRequest(ours, ask), await cpuPerRequest(two, ask)];
  await load(ask(two.port), { most: REQUESTS });
  const [share, held, primary] = [two.childrenShareMb(), two.childrenMb(), two.residentMb()];
  await two.stop();
  const figures: Figure[] = [
    {
      name: 'workers: what two free cores serve, against one (from CPU time per request)',
      value: (2 * cpuOfOne) / cpuOfTwo,
      unit: '×',
      goal: { atLeast: 1.7 },
    },
    {
      name: 'workers: requests a second of two processes, against one, client and database on the same cores',
      value: median(ratios(rounds.two, rounds.one)),
      unit: '×',
    },
    { name: 'workers: one process', value: median((rounds.one ?? []).map(perSecond)), unit: '/s' },
    { name: 'workers: two processes', value: median((rounds.two ?? []).map(perSecond)), unit: '/s' },
    {
      name: 'workers: the larger of the two after 50,000 requests, with its share of what they have in common',
      value: Math.max(...share),
      unit: 'MB',
      goal: { atMost: 130 },
    },
    { name: 'workers: the same with all that they have in common', value: Math.max(...held), unit: 'MB' },
    { name: 'workers: the primary', value: primary, unit: 'MB' },
  ];
  return figures;
};

async function cpuPerRequest(child: Child, ask: (port: number) => Ask): Promise<number> {
  const before = child.cpuMs();
  const { requests } = await load(ask(child.port), { most: MEASURED });
  return (child.cpuMs() - before) / requests;
}
