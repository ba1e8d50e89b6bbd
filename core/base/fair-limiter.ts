/** The limits of a `FairLimiter`. */
export interface FairLimiterOptions {
  readonly concurrency: number;
  /** Max number of waiting calls, across all origins. */
  readonly maxWaiting: number;
  /** Creates the error for a call that is evicted from the queue or rejected because it is full. */
  readonly whenFull: (waiting: number) => Error;
}

interface Waiting {
  readonly start: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Limits how much work runs at once. The origins of waiting work (IP addresses) take turns, so that one with a thousand calls does
 * not delay one with a single call. A single origin may use the whole queue; once the queue is full, calls of the origin with the
 * most are evicted in favour of others.
 *
 * @example
 * const hashing = new FairLimiter({ concurrency: 2, maxWaiting: 500, whenFull: busy });
 * const matches = await hashing.run('192.0.2.7', () => argon2.verify(hash, password));
 */
export class FairLimiter {
  readonly #options: FairLimiterOptions;
  /** In the order of their turns. */
  readonly #queues = new Map<string, Waiting[]>();
  #running = 0;
  #waiting = 0;

  constructor(options: FairLimiterOptions) {
    this.#options = options;
  }

  /** How many calls wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @throws what `whenFull` returns if the queue is full, or if the call is evicted in favour of another origin */
  async run<T>(origin: string, work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#options.concurrency) this.#running += 1;
    else await this.#wait(origin);
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #wait(origin: string): Promise<void> {
    const own = this.#queues.get(origin)?.length ?? 0;
    if (this.#waiting >= this.#options.maxWaiting) this.#makeRoom(own);
    return new Promise((start, reject) => {
      const queue = this.#queues.get(origin);
      if (queue) queue.push({ start, reject });
      else this.#queues.set(origin, [{ start, reject }]);
      this.#waiting += 1;
    });
  }

  /**
   * Evicts the last call of the origin with the most waiting calls. If the new call's own origin has as many, the new call is
   * rejected.
   */
  #makeRoom(own: number): void {
    const full = this.#options.whenFull(this.#waiting);
    const longest = [...this.#queues.values()].reduce((most, each) => (each.length > most.length ? each : most), []);
    // fault: queue-filled-by-one
    if (longest.length <= own + 1) throw full;
    longest.pop()?.reject(full);
    this.#waiting -= 1;
  }

  /** Passes the slot on directly, so that a later call cannot take it. */
  #next(): void {
    for (const [origin, queue] of this.#queues) {
      const next = queue.shift();
      // Moves the origin to the end of the order.
      this.#queues.delete(origin);
      if (queue.length > 0) this.#queues.set(origin, queue);
      if (next === undefined) continue;
      this.#waiting -= 1;
      next.start();
      return;
    }
    this.#running -= 1;
  }
}
