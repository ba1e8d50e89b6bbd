import { type Benchmark, LIST } from '../bench.ts';
import { type BenchRequest, load } from '../load.ts';

/** The memory of a process after a thousand requests, and after ten thousand more. */
export const memory: Benchmark = async ({ startAnother, cookie }) => {
  const child = await startAnother();
  const request = (path: string): BenchRequest => ({ port: child.port, path, cookie });
  const requests = [LIST, `${LIST}?f.status=review`, '/admin/entries/4711', '/admin/small-entries', '/admin'].map(
    request,
  );
  await load(requests, { max: 1_000 });
  const early = child.residentMb();
  await load(requests, { max: 10_000 });
  const late = child.residentMb();
  await child.stop();
  return [
    { name: 'memory: after 1,000 requests', value: early, unit: 'MB', goal: { atMost: 150 } },
    { name: 'memory: after 10,000 more', value: late, unit: 'MB', goal: { atMost: 150 } },
    // In between, hot code is compiled; `docs/performance.md` explains what is kept in memory.
    { name: 'memory: growth', value: late / early, unit: '×', goal: { atMost: 1.05 } },
  ];
};
