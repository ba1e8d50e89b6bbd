import type { Benchmark } from '../bench.ts';
import { median } from '../figure.ts';

/** From the start of the process until it listens, on a migrated database. */
export const start: Benchmark = async ({ startAnother, rounds }) => {
  await (await startAnother()).stop(); // it fills the compile cache, as the start before a restart does
  const times: number[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const child = await startAnother();
    times.push(child.startMs);
    await child.stop();
  }
  return [{ name: 'start: process to listening', value: median(times), unit: 'ms', goal: { atMost: 600 } }];
};
