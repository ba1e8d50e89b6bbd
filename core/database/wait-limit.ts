/** How often waiting calls are checked. */
const TICK_MS = 250;

interface Wait {
  readonly since: number;
  readonly onLate: () => void;
}

/**
 * Limits how long calls wait for a connection. They share one timer: a timer for each would cost more than taking a connection that
 * is free.
 */
export class WaitLimit {
  /** Milliseconds. */
  readonly ms: number;
  /** In the order in which they began. */
  readonly #waiting = new Set<Wait>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.ms = ms;
  }

  begin(onLate: () => void): Wait {
    const wait = { since: performance.now(), onLate };
    this.#waiting.add(wait);
    // The socket of a connection keeps the process alive.
    this.#timer ??= setInterval(() => this.#tick(), Math.min(TICK_MS, this.ms)).unref();
    return wait;
  }

  /** False if the limit had been reached. */
  end(wait: Wait): boolean {
    return this.#waiting.delete(wait);
  }

  #tick(): void {
    const now = performance.now();
    for (const wait of this.#waiting) {
      // fault: no-pool-wait-limit
      if (now - wait.since < this.ms) break;
      this.#waiting.delete(wait);
      wait.onLate();
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
