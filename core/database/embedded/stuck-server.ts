import type { LeaseAnswer } from './lease.ts';
import type { ServerLocation } from './location.ts';
import { isRecovering, readPidFile } from './pid-file.ts';

/** A starting server has a startup process within milliseconds, and has it until it accepts connections. */
const TIMEOUT_MS = 5_000;

/**
 * Detects a server that will never become ready: its startup process died (for example because the disk is full), and it reports
 * "not yet accepting connections" forever. A server in a long recovery is not stuck: it has a startup process.
 */
export class StuckServer {
  readonly #location: ServerLocation;
  readonly #timeoutMs: number;
  /** The time since which the server with this pid has had no startup process. */
  #since: { readonly pid: number; readonly at: number } | undefined;

  constructor(location: ServerLocation, timeoutMs = TIMEOUT_MS) {
    this.#location = location;
    this.#timeoutMs = timeoutMs;
  }

  /** Call repeatedly while the server grants no lease. `answer` is its last response. */
  async isStuck(answer: LeaseAnswer): Promise<boolean> {
    const file = await readPidFile(this.#location.data);
    const isIdle = answer === 'not accepting' && file !== undefined && !file.isStopping;
    // fault: recovery-counts-as-stuck
    if (!isIdle || (await isRecovering(file, this.#location.data))) {
      this.#since = undefined;
      return false;
    }
    if (this.#since?.pid !== file.pid) this.#since = { pid: file.pid, at: performance.now() };
    return performance.now() - this.#since.at > this.#timeoutMs;
  }
}
