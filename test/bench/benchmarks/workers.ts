import { type Benchmark, interleaved, LIST, perSecond, ratios } from '../bench.ts';
import type { Child } from '../child.ts';
import { type Figure, median } from '../figure.ts';
import { type BenchRequest, load } from '../load.ts';

const REQUESTS = 50_000;
const MEASURED = 4_000;

/**
 * Two web processes under a primary compared with one, and the memory of each after many requests.
 *
 * If client and PostgreSQL run on the same two cores, a second process cannot add 70 %: the cores are already busy. So in addition to
 * requests per second, which are meaningful only on a machine with more cores, the CPU time per request is compared: as long as two
 * processes need no more of it than one, two free cores serve twice as much.
 */
export const workers: Benchmark = async (bench) => {
  const { ours, cookie } = bench;
  const two = await bench.startWorkers(2);
  const request = (port: number): BenchRequest => ({ port, path: LIST, cookie });
  const rounds = await interleaved(bench, { one: request(ours.port), two: request(two.port) });
  const [cpuOfOne, cpuOfTwo] = [await cpuPerRequest(ours, request), await cpuPerRequest(two, request)];
  await load(request(two.port), { max: REQUESTS });
  const [share, resident, primary] = [two.childrenShareMb(), two.childrenMb(), two.residentMb()];
  await two.stop();
  const figures: Figure[] = [
    {
      name: 'workers: what two free cores serve, against one (from CPU time per request)',
      value: (2 * cpuOfOne) / cpuOfTwo,
      unit: '×',
      goal: { atLeast: 1.7 },
    },
    {
      name: 'workers: requests per second of two processes, against one, client and database on the same cores',
      value: median(ratios(rounds.two, rounds.one)),
      unit: '×',
    },
    { name: 'workers: one process', value: median((rounds.one ?? []).map(perSecond)), unit: '/s' },
    { name: 'workers: two processes', value: median((rounds.two ?? []).map(perSecond)), unit: '/s' },
    {
      name: 'workers: the larger of the two after 50,000 requests, with its share of their common memory',
      value: Math.max(...share),
      unit: 'MB',
      goal: { atMost: 130 },
    },
    { name: 'workers: the same with all of their common memory', value: Math.max(...resident), unit: 'MB' },
    { name: 'workers: the primary', value: primary, unit: 'MB' },
  ];
  return figures;
};

async function cpuPerRequest(child: Child, request: (port: number) => BenchRequest): Promise<number> {
  const before = child.cpuMs();
  const { requests } = await load(request(child.port), { max: MEASURED });
  return (child.cpuMs() - before) / requests;
}
