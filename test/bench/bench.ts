import type { Child } from './child.ts';
import type { Figure } from './figure.ts';
import { type Ask, load, type Round } from './load.ts';
import type { BenchServer } from './server.ts';

/** What a benchmark is given. */
export interface Bench {
  readonly server: BenchServer;
  /** Ours, signed in and warm. */
  readonly ours: Child;
  /** Another process of ours, cold. */
  startAnother(): Promise<Child>;
  /** Ours with so many web processes under a primary, cold. */
  startWorkers(count: number): Promise<Child>;
  /** A contender by its file's name. */
  startContender(name: string): Promise<Child>;
  /** The administrator's session. It is good for every process, since all of them read it in the database. */
  readonly cookie: string;
  /** Rounds of each contender, and milliseconds of each round. */
  readonly rounds: number;
  readonly roundMs: number;
  /** There are ten million rows. */
  readonly full: boolean;
}

export type Benchmark = (bench: Bench) => Promise<readonly Figure[]>;

export const LIST = '/admin/entries';

/**
 * Asks the one after the other in short rounds, again and again: what else the machine does meanwhile slows all of them down,
 * and the ratios of neighbouring rounds stay true.
 */
export async function interleaved(
  { rounds, roundMs }: Bench,
  asks: Readonly<Record<string, Ask>>,
): Promise<Readonly<Record<string, readonly Round[]>>> {
  const results: Record<string, Round[]> = {};
  for (const [name, ask] of Object.entries(asks)) {
    await load(ask, { most: 3_000, ms: 6_000 });
    results[name] = [];
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, ask] of Object.entries(asks)) results[name]?.push(await load(ask, { ms: roundMs }));
  }
  return results;
}

export function perSecond({ requests, seconds }: Round): number {
  return requests / seconds;
}

/** How many times as many requests a second, round by round. */
export function ratios(ours: readonly Round[] = [], theirs: readonly Round[] = []): number[] {
  return ours.flatMap((round, at) => {
    const other = theirs[at];
    return other === undefined ? [] : [perSecond(round) / perSecond(other)];
  });
}
