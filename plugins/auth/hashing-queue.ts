import { FairLimiter } from '../../core/base/fair-limiter.ts';
import type { RustioError } from '../../core/errors/rustio-error.ts';
import { hashingBusy } from './errors.ts';

// Limits for threads, memory and waiting time: docs/decisions/0015-password-hashing.md.
const CONCURRENCY = 2;
/** Ten to twenty seconds of work. */
const MAX_WAITING = 500;
const hashing = new FairLimiter({ concurrency: CONCURRENCY, maxWaiting: MAX_WAITING, whenFull: busy });

/** The average time of a hash on this machine in milliseconds, for the Retry-After of rejected sign-ins. */
let averageMs = 50;

/**
 * Runs one Argon2 hash, queued behind others. Many simultaneous sign-ins must not use up all memory (19 MiB each) or all threads.
 * Origins (IP addresses; '' for internal work) take turns, so that none of them can block the others: when the queue is full, the
 * origin with the most waiting sign-ins gets `RIO-AUTH-BUSY`, a 503 whose Retry-After is the time needed to work through the
 * queue.
 */
export function inHashingQueue<T>(origin: string, work: () => Promise<T>): Promise<T> {
  return hashing.run(toNetwork(origin), async () => {
    const began = performance.now();
    try {
      return await work();
    } finally {
      averageMs += (performance.now() - began - averageMs) / 20;
    }
  });
}

/** How many hashes wait, for tests. */
export function waitingHashes(): number {
  return hashing.waiting;
}

/** A single customer of a provider has 2^64 IPv6 addresses, so they count as one. */
export function toNetwork(ip: string): string {
  if (!ip.includes(':')) return ip;
  const [start = '', end] = ip.split('::');
  const [head, tail] = [start, end ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const missing = end === undefined ? 0 : 8 - (head?.length ?? 0) - (tail?.length ?? 0);
  const groups = [...(head ?? []), ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(tail ?? [])];
  // Without zeros and in one case, or a proxy's way of writing an address would make it another network.
  const prefix = groups.slice(0, 4).map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
  return `${prefix.join(':')}::/64`;
}

/** `seconds` is the time needed to work through the queue; also used for Retry-After. */
function busy(waiting: number): RustioError {
  return hashingBusy({ seconds: Math.max(1, Math.ceil((waiting * averageMs) / CONCURRENCY / 1_000)) });
}
