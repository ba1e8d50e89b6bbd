import { type Benchmark, LIST } from '../bench.ts';
import { type Ask, load } from '../load.ts';

/** What a process holds after a thousand requests, and after ten thousand more. */
export const memory: Benchmark = async ({ startAnother, cookie }) => {
  const child = await startAnother();
  const ask = (path: string): Ask => ({ port: child.port, path, cookie });
  const asks = [LIST, `${LIST}?f.status=review`, '/admin/entries/4711', '/admin/small-entries', '/admin'].map(ask);
  await load(asks, { most: 1_000 });
  const early = child.residentMb();
  await load(asks, { most: 10_000 });
  const late = child.residentMb();
  await child.stop();
  return [
    { name: 'memory: after 1,000 requests', value: early, unit: 'MB', goal: { atMost: 150 } },
    { name: 'memory: after 10,000 more', value: late, unit: 'MB', goal: { atMost: 150 } },
    // Code that became hot is compiled meanwhile; `docs/performance.md` tells what lives, and how it goes on.
    { name: 'memory: growth', value: late / early, unit: '×', goal: { atMost: 1.05 } },
  ];
};
