import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** The limit for lines that wait for a slow reader. Lines beyond it are dropped and counted. */
const MAX_PENDING_BYTES = 1_000_000;
const RETRY_MS = 20;
const LINE_BREAK = 10;

/**
 * The largest write to a pipe that is atomic (POSIX PIPE_BUF). With larger ones, processes that share a pipe would interleave their
 * lines.
 */
const MAX_CHUNK = 4_096;
/** The beginning of a warning or error as pino writes it. They are written immediately, in case the process is killed. */
const URGENT = /^\{"level":[456]/;

/**
 * The destination of log lines. Lines of one turn of the event loop are written together, since one system call per line costs a
 * tenth of a request. Writing never throws and never blocks: a line that cannot be written is dropped and counted.
 */
export class LogDestination {
  readonly #fd: number;
  #lines: string[] = [];
  /** The remainder of a partially written chunk. */
  #rest: Buffer | undefined;
  #pendingBytes = 0;
  #lost = 0;
  #reason = '';
  /** Whether the last line was written only in part. If the remainder is dropped, the next write begins with a line break. */
  #isInLine = false;
  #isScheduled = false;
  #isEnding = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(fd: number) {
    this.#fd = nonBlocking(fd);
    // Writes the last lines before an exit, as far as the reader accepts them.
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

  /** Schedules a write at the end of the turn, unless one is already waiting for the reader. */
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

  /** As many whole lines as fit into one chunk; a line that is longer is returned alone. */
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

  /** The number of bytes written or dropped; undefined if the reader currently accepts none. */
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
 * A non-blocking descriptor for the same pipe. Otherwise, if the reader is stuck, the first line that does not fit would block the
 * whole process. Reopening the pipe does not affect its other users. On systems other than Linux, the given descriptor is returned.
 */
function nonBlocking(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}
