/** The limits of a `Limiter`. */
export interface LimiterOptions {
  /** Max number of concurrent calls per key. */
  readonly concurrency: number;
  /** Max number of waiting calls per key. @defaultValue unbounded */
  readonly maxWaiting?: number;
  /** Max waiting time of a call in milliseconds. @defaultValue unbounded */
  readonly maxWaitMs?: number;
  /** Creates the error for calls that find the queue full or have waited too long. @defaultValue a `QueueFull` */
  readonly whenFull?: () => Error;
}

/** The queue of a `Limiter` is full. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

interface Queue {
  running: number;
  readonly waiting: Waiting[];
}

interface Waiting {
  /** Resolves the promise that the call waits for. */
  readonly start: () => void;
}

/**
 * Limits how much work runs at once; the rest waits in a queue, first in, first out. With keys (such as a user's id), each key has
 * its own limit and queue, and uses no memory while it has no work.
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
  readonly #queues = new Map<Key | undefined, Queue>();

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /**
   * Runs the work when its turn comes, and returns its result. An aborted `signal` removes waiting work from the queue; work
   * that has begun must stop itself.
   *
   * @throws what `whenFull` returns if the queue is full or the turn did not come in time, and the signal's reason if it was
   *   aborted before the turn came
   */
  async run<T>(work: () => Promise<T> | T, { key, signal }: { key?: Key; signal?: AbortSignal } = {}): Promise<T> {
    signal?.throwIfAborted();
    const turn = this.#enter(key, signal);
    // fault: no-concurrency-limit
    if (turn !== undefined) await turn;
    try {
      return await work();
    } finally {
      this.#leave(key);
    }
  }

  /** The number of keys with running or waiting work. */
  get size(): number {
    return this.#queues.size;
  }

  /** Resolves when the turn comes; undefined if the work can start at once. */
  #enter(key: Key | undefined, signal: AbortSignal | undefined): Promise<void> | undefined {
    const { concurrency, maxWaiting = Number.POSITIVE_INFINITY, maxWaitMs } = this.#options;
    const queue = this.#queues.get(key);
    if (queue === undefined) {
      this.#queues.set(key, { running: 1, waiting: [] });
      return undefined;
    }
    if (queue.running < concurrency) {
      queue.running += 1;
      return undefined;
    }
    if (queue.waiting.length >= maxWaiting) throw this.#full();
    return wait(queue, signal, maxWaitMs === undefined ? undefined : { ms: maxWaitMs, error: () => this.#full() });
  }

  #full(): Error {
    return this.#options.whenFull?.() ?? new QueueFull('The queue is full.');
  }

  /** Passes the slot directly to the next in the queue, so that a later call cannot take it. */
  #leave(key: Key | undefined): void {
    const queue = this.#queues.get(key);
    if (queue === undefined) return;
    const next = queue.waiting.shift();
    if (next !== undefined) next.start();
    else if (queue.running > 1) queue.running -= 1;
    else this.#queues.delete(key);
  }
}

interface WaitLimit {
  readonly ms: number;
  readonly error: () => Error;
}

function wait(queue: Queue, signal: AbortSignal | undefined, limit: WaitLimit | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (reason: unknown): void => {
      settle();
      queue.waiting.splice(queue.waiting.indexOf(entry), 1);
      reject(reason);
    };
    const abort = (): void => leave(signal?.reason);
    const timer = limit && setTimeout(() => leave(limit.error()), limit.ms);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const entry: Waiting = {
      start() {
        settle();
        resolve();
      },
    };
    queue.waiting.push(entry);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
