import type { Child } from './child.ts';
import type { Figure } from './figure.ts';
import { type BenchRequest, load, type Round } from './load.ts';
import type { BenchServer } from './server.ts';

/** What a benchmark receives. */
export interface Bench {
  readonly server: BenchServer;
  /** Our own server, signed in to and warmed up. */
  readonly ours: Child;
  /** Another process of our own server, not warmed up. */
  startAnother(): Promise<Child>;
  /** Our own server with this number of web processes, not warmed up. */
  startWorkers(count: number): Promise<Child>;
  /** A contender, by its file name. */
  startContender(name: string): Promise<Child>;
  /** The administrator's session. It is valid for every process, since all of them read it from the database. */
  readonly cookie: string;
  /** Rounds of each contender, and milliseconds of each round. */
  readonly rounds: number;
  readonly roundMs: number;
  /** Whether there are ten million rows. */
  readonly full: boolean;
}

export type Benchmark = (bench: Bench) => Promise<readonly Figure[]>;

export const LIST = '/admin/entries';

/**
 * Measures the servers alternately in short rounds: other load on the machine slows all of them down, and the ratios of
 * neighbouring rounds stay valid.
 */
export async function interleaved(
  { rounds, roundMs }: Bench,
  requests: Readonly<Record<string, BenchRequest>>,
): Promise<Readonly<Record<string, readonly Round[]>>> {
  const results: Record<string, Round[]> = {};
  for (const [name, request] of Object.entries(requests)) {
    await load(request, { max: 3_000, ms: 6_000 });
    results[name] = [];
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, request] of Object.entries(requests)) results[name]?.push(await load(request, { ms: roundMs }));
  }
  return results;
}

export function perSecond({ requests, seconds }: Round): number {
  return requests / seconds;
}

/** Our requests per second as a multiple of theirs, round by round. */
export function ratios(ours: readonly Round[] = [], theirs: readonly Round[] = []): number[] {
  return ours.flatMap((round, at) => {
    const other = theirs[at];
    return other === undefined ? [] : [perSecond(round) / perSecond(other)];
  });
}
