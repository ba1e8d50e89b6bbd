import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Lines that wait for a slow reader; more are lost, and counted. */
const MAX_PENDING_BYTES = 1_000_000;
const RETRY_MS = 20;

/** Where log lines are written. Writing never throws and never waits: a line that cannot be written is counted and left out. */
export class LogDestination {
  readonly #fd: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #lost = 0;
  #reason = '';
  /** The rest of a line was lost: what is written next begins a new one. */
  #isInLine = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(fd: number) {
    this.#fd = nonBlocking(fd);
    // The last lines before an exit, as far as the reader takes them.
    process.once('exit', () => this.#flush());
  }

  write(line: string): void {
    const data = Buffer.from(line);
    // fault: log-without-limit
    if (this.#pendingBytes + data.length > MAX_PENDING_BYTES) {
      this.#lost += 1;
      this.#reason ||= 'its reader is too slow';
      return;
    }
    this.#pending.push(data);
    this.#pendingBytes += data.length;
    if (this.#timer === undefined) this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let line = this.#pending[0]; line !== undefined; line = this.#pending[0]) {
      if (this.#lost > 0 && !this.#writeLossReport()) return;
      const written = this.#writeOrWait(line);
      if (written === undefined) return;
      this.#pendingBytes -= written;
      if (this.#lost === 0) this.#isInLine = written < line.length;
      if (written < line.length) this.#pending[0] = line.subarray(written);
      else this.#pending.shift();
    }
  }

  #writeLossReport(): boolean {
    const msg = `${this.#lost} log lines were lost: the log could not be written (${this.#reason})`;
    const entry = JSON.stringify({ level: 40, time: Date.now(), msg });
    const report = Buffer.from(`${this.#isInLine ? '\n' : ''}${entry}\n`);
    const before = this.#lost;
    if (this.#writeOrWait(report) !== report.length || this.#lost > before) return false;
    this.#lost = 0;
    this.#reason = '';
    this.#isInLine = false;
    return true;
  }

  /** How many bytes were written or lost; undefined if the reader takes none at the moment. */
  #writeOrWait(data: Buffer): number | undefined {
    // fault: log-fails-request
    try {
      return writeSync(this.#fd, data);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      if (code === 'EAGAIN') {
        this.#timer = setTimeout(() => this.#flush(), RETRY_MS);
        this.#timer.unref();
        return undefined;
      }
      this.#lost += 1;
      this.#reason = code;
      return data.length;
    }
  }
}

/**
 * A pipe whose reader is stuck would stop the whole process with the first line that does not fit. Opened again it can be written
 * to without waiting, and other users of the same pipe are not affected. Elsewhere than on Linux the given one is used.
 */
function nonBlocking(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}
