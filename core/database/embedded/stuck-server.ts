import type { LeaseAnswer } from './lease.ts';
import { isRecovering, readPidFile } from './pid-file.ts';
import type { Place } from './place.ts';

/** A server that starts has a startup process within milliseconds, and keeps it until it accepts connections. */
const TIMEOUT_MS = 5_000;

/**
 * Detects a server that will never become ready: its startup process died (on a full disk, for example), and it
 * answers "not yet accepting connections" forever. Recovery that takes long is not that: it has a startup process.
 */
export class StuckServer {
  readonly #place: Place;
  readonly #timeoutMs: number;
  /** Since when the server with this pid file is idle. */
  #since: { readonly pid: number; readonly at: number } | undefined;

  constructor(place: Place, timeoutMs = TIMEOUT_MS) {
    this.#place = place;
    this.#timeoutMs = timeoutMs;
  }

  /** Call repeatedly while the server grants no lease: `answer` is its last one. */
  async isStuck(answer: LeaseAnswer): Promise<boolean> {
    const file = await readPidFile(this.#place.data);
    const isIdle = answer === 'not accepting' && file !== undefined && !file.isStopping;
    // fault: recovery-counts-as-stuck
    if (!isIdle || (await isRecovering(file, this.#place.data))) {
      this.#since = undefined;
      return false;
    }
    if (this.#since?.pid !== file.pid) this.#since = { pid: file.pid, at: Date.now() };
    return Date.now() - this.#since.at > this.#timeoutMs;
  }
}
