/** How a `Limiter` limits. */
export interface LimiterOptions {
  /** How many run at once, for each key. */
  readonly concurrency: number;
  /** How many may wait, for each key. @defaultValue unbounded */
  readonly maxWaiting?: number;
  /** The error for calls that find the queue full. @defaultValue a `QueueFull` */
  readonly whenFull?: () => Error;
}

/** The queue of a `Limiter` is full. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

interface Line {
  running: number;
  readonly waiting: Waiting[];
}

interface Waiting {
  readonly enter: () => void;
}

/**
 * Limits how much work runs at once; the rest waits in a queue, first in, first out. With keys (a user's id) each key has its own
 * limit and its own queue, and costs nothing once its work is done.
 *
 * @example
 * const hashing = new Limiter({ concurrency: 2, maxWaiting: 100 });
 * const hash = await hashing.run(() => argon2.hash(password));
 *
 * @example
 * const statements = new Limiter<number>({ concurrency: 4 });
 * const rows = await statements.run(() => database.any(query), { key: user.id, signal });
 */
export class Limiter<Key = undefined> {
  readonly #options: LimiterOptions;
  readonly #lines = new Map<Key | undefined, Line>();

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /**
   * Runs the work when its turn comes, and returns what it returns. An aborted `signal` takes waiting work out of the queue;
   * work that has begun is its own to stop.
   *
   * @throws what `whenFull` makes when the queue is full, and the signal's reason when it was aborted before the turn came
   */
  async run<T>(work: () => Promise<T> | T, { key, signal }: { key?: Key; signal?: AbortSignal } = {}): Promise<T> {
    signal?.throwIfAborted();
    const turn = this.#enter(key, signal);
    if (turn !== undefined) await turn;
    try {
      return await work();
    } finally {
      this.#leave(key);
    }
  }

  /** How many keys have work that runs or waits. */
  get size(): number {
    return this.#lines.size;
  }

  /** Undefined: go on at once. */
  #enter(key: Key | undefined, signal: AbortSignal | undefined): Promise<void> | undefined {
    const { concurrency, maxWaiting = Number.POSITIVE_INFINITY, whenFull } = this.#options;
    const line = this.#lines.get(key);
    if (line === undefined) {
      this.#lines.set(key, { running: 1, waiting: [] });
      return undefined;
    }
    if (line.running < concurrency) {
      line.running += 1;
      return undefined;
    }
    if (line.waiting.length >= maxWaiting) throw whenFull?.() ?? new QueueFull('too many are waiting');
    return wait(line, signal);
  }

  /** Hands the place to the next in line, so that nobody who comes later can take it. */
  #leave(key: Key | undefined): void {
    const line = this.#lines.get(key);
    if (line === undefined) return;
    const next = line.waiting.shift();
    if (next !== undefined) next.enter();
    else if (line.running > 1) line.running -= 1;
    else this.#lines.delete(key);
  }
}

function wait(line: Line, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      line.waiting.splice(line.waiting.indexOf(entry), 1);
      reject(signal?.reason);
    };
    const entry: Waiting = {
      enter() {
        signal?.removeEventListener('abort', abort);
        resolve();
      },
    };
    line.waiting.push(entry);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
