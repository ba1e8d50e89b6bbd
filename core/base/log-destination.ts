import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Lines that wait for a slow reader; more are lost, and counted. */
const MAX_PENDING_BYTES = 1_000_000;
const RETRY_MS = 20;
const LINE_BREAK = 10;

/**
 * Bytes that a pipe takes whole or not at all (PIPE_BUF of POSIX): processes that share one would otherwise write into the middle of
 * each other's lines.
 */
const MAX_CHUNK = 4_096;
/** How warnings and errors begin, as pino writes them: they must be in the log even if the process is killed at once. */
const URGENT = /^\{"level":[456]/;

/**
 * Where log lines are written: those of one turn of the event loop together, since a system call for each costs a tenth of a request.
 * Writing never throws and never waits: a line that cannot be written is counted and left out.
 */
export class LogDestination {
  readonly #fd: number;
  #lines: string[] = [];
  /** The unwritten rest of a chunk. */
  #rest: Buffer | undefined;
  #pendingBytes = 0;
  #lost = 0;
  #reason = '';
  /** The last line was written in part. If its rest is lost, what is written next begins a new line. */
  #isInLine = false;
  #isScheduled = false;
  #isEnding = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(fd: number) {
    this.#fd = nonBlocking(fd);
    // The last lines before an exit, as far as the reader takes them.
    process.once('exit', () => {
      this.#isEnding = true;
      this.#flush();
    });
  }

  write(line: string): void {
    const size = Buffer.byteLength(line);
    // fault: log-without-limit
    if (this.#pendingBytes + size > MAX_PENDING_BYTES) {
      this.#lost += 1;
      this.#reason ||= 'its reader is too slow';
      this.#schedule();
      return;
    }
    this.#lines.push(line);
    this.#pendingBytes += size;
    if (this.#timer === undefined && (this.#isEnding || this.#pendingBytes > MAX_CHUNK || URGENT.test(line)))
      this.#flush();
    else this.#schedule();
  }

  /** Writes at the end of the turn, unless a reader is waited for. */
  #schedule(): void {
    if (this.#isScheduled || this.#timer !== undefined) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#timer === undefined) this.#flush();
    });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#rest !== undefined || this.#lines.length > 0) {
      if (this.#rest === undefined && this.#lost > 0 && !this.#writeLossReport()) return;
      this.#rest ??= this.#nextChunk();
      const data = this.#rest;
      const before = this.#lost;
      const written = this.#writeOrWait(data);
      if (written === undefined) return;
      this.#pendingBytes -= written;
      if (this.#lost === before) this.#isInLine = data[written - 1] !== LINE_BREAK;
      this.#rest = written < data.length ? data.subarray(written) : undefined;
    }
  }

  /** As many whole lines as fit; a longer line alone. */
  #nextChunk(): Buffer {
    let size = 0;
    const end = this.#lines.findIndex((line) => {
      size += Buffer.byteLength(line);
      return size > MAX_CHUNK;
    });
    return Buffer.from(this.#lines.splice(0, end === -1 ? this.#lines.length : Math.max(end, 1)).join(''));
  }

  #writeLossReport(): boolean {
    const msg = `${this.#lost} log lines were lost: the log could not be written (${this.#reason})`;
    const entry = JSON.stringify({ level: 40, time: Date.now(), msg });
    const report = Buffer.from(`${this.#isInLine ? '\n' : ''}${entry}\n`);
    const before = this.#lost;
    const written = this.#writeOrWait(report);
    const isLost = this.#lost > before;
    this.#lost = before;
    if (written !== report.length || isLost) return false;
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
      this.#lost += data.filter((byte) => byte === LINE_BREAK).length;
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
