// The primary of `rustio-admin start --workers N`: it starts web processes that share a port, replaces those that crash, and
// reloads one after another. It answers no request itself.

import cluster, { type Worker } from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { RustioError } from '../../../core/errors.ts';
import { WORKER_VARIABLE } from '../../../core/http/metrics.ts';
import { DRAINED_MESSAGE, STOP_MESSAGE } from './serve-worker.ts';

/** A process that lives shorter than this after it was ready has crashed at once. */
const QUICK_MS = 5_000;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 30_000;
/** So many crashes at once in a row, and none that serves: nothing that a restart could help. */
const MAX_QUICK_CRASHES = 5;
/** For draining requests and stopping plugins; then the process is killed. */
const STOP_MS = 45_000;
/** Garbage of requests dies young: a small space for it is swept often and cheaply. See `docs/performance.md`. */
const YOUNG_SPACE = { option: '--max-semi-space-size', mb: 4 };
/**
 * V8 collects early in a heap that may not grow large: 35 MB live in 60 instead of 100 or more. Far more than pages need, so a
 * project that needs more says so with this option.
 */
const OLD_SPACE = { option: '--max-old-space-size', mb: 256 };
/**
 * glibc gives each thread that compresses or hashes a heap of its own, and hardly ever gives it back. Two of them instead of eight
 * per core. Other systems ignore it.
 */
const MALLOC = { MALLOC_ARENA_MAX: '2' };

export interface WebClusterOptions {
  readonly count: number;
  /** The script that each process runs, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  /** Beside the primary's own environment; undefined removes a variable. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

/** One process, from its fork to its end. */
interface Member {
  readonly slot: number;
  readonly worker: Worker;
  readonly ended: Promise<void>;
  readyAt: number | undefined;
  /** It was asked to stop, or it is a replacement whose failure the reload reports. */
  expectedToEnd: boolean;
}

/** What the operator has chosen stays, on the command line or in `NODE_OPTIONS`. */
function isUnset({ option }: { readonly option: string }): boolean {
  const given = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  // Node takes underscores for hyphens.
  return !given.some((each) => each.replaceAll('_', '-').startsWith(option));
}

export class WebCluster {
  readonly #options: WebClusterOptions;
  /** Every living process, also those that drain. */
  readonly #members = new Set<Member>();
  /** The process that serves for each slot; undefined while a new one is on its way. */
  readonly #slots: (Member | undefined)[];
  readonly #failed = Promise.withResolvers<never>();
  #quickCrashes = 0;
  #stopping = false;
  #reloading: Promise<void> | undefined;
  #reloadAgain = false;

  constructor(options: WebClusterOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.count }, () => undefined);
    // Only the callers that wait for it are affected.
    this.#failed.promise.catch(() => {});
    cluster.setupPrimary({
      exec: options.script,
      args: [...options.args],
      execArgv: [
        ...process.execArgv,
        ...[YOUNG_SPACE, OLD_SPACE].filter(isUnset).map(({ option, mb }) => `${option}=${mb}`),
      ],
    });
  }

  /** Rejects with `RIO-SERVE-WORKERS` when the processes crash again and again; until then it is pending. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /**
   * Starts all processes; resolves when each of them listens.
   *
   * @throws RustioError `RIO-SERVE-WORKERS` when one of them ends before that. Its own message is on standard error.
   */
  async start(): Promise<void> {
    const members = this.#slots.map((_, slot) => this.#fork(slot, true));
    try {
      await Promise.all(members.map((member) => this.#ready(member)));
    } catch (error) {
      await this.stop();
      throw error;
    }
    for (const member of members) {
      member.expectedToEnd = false;
      if (this.#members.has(member)) this.#slots[member.slot] = member;
      else this.#crashed(member);
    }
  }

  /**
   * Replaces one process after another, with the code and config that are on disk now. A new one listens before the old one
   * drains, so no request is lost; when a new one does not come up, the old ones go on. Asked for during a reload, it is done
   * once more after it.
   */
  reload(): Promise<void> {
    if (this.#reloading) {
      this.#reloadAgain = true;
      return this.#reloading;
    }
    this.#reloading = this.#reloadAll().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  /** Lets every process drain and stop, all at once. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#members].map((member) => this.#stopMember(member)));
  }

  async #reloadAll(): Promise<void> {
    const { log } = this.#options;
    do {
      this.#reloadAgain = false;
      for (const slot of this.#slots.keys()) {
        if (this.#stopping) return;
        const next = this.#fork(slot, true);
        try {
          await this.#ready(next);
        } catch (error) {
          log.error(
            { err: error, worker: slot + 1 },
            'the reload stopped: the new process did not start; the old ones go on',
          );
          return;
        }
        next.expectedToEnd = false;
        const old = this.#slots[slot];
        this.#slots[slot] = next;
        if (!this.#members.has(next)) this.#crashed(next);
        if (old) await this.#stopMember(old);
      }
      if (!this.#stopping) log.info({ workers: this.#slots.length }, 'reloaded');
    } while (this.#reloadAgain && !this.#stopping);
  }

  #fork(slot: number, expectedToEnd: boolean): Member {
    const environment = { ...MALLOC, ...process.env, ...this.#options.environment };
    const worker = cluster.fork({ ...environment, [WORKER_VARIABLE]: String(slot + 1) });
    const ended = Promise.withResolvers<void>();
    const member: Member = { slot, worker, ended: ended.promise, readyAt: undefined, expectedToEnd };
    this.#members.add(member);
    worker.once('listening', () => {
      member.readyAt = performance.now();
    });
    worker.on('message', (message) => {
      if (message === DRAINED_MESSAGE && worker.isConnected()) worker.send(DRAINED_MESSAGE, () => {});
    });
    // Of a channel that broke because the process is gone: `exit` follows.
    worker.on('error', () => {});
    worker.once('exit', () => {
      this.#members.delete(member);
      ended.resolve();
      if (!member.expectedToEnd && !this.#stopping) this.#crashed(member);
    });
    return member;
  }

  #ready({ worker, slot, ended }: Member): Promise<void> {
    return new Promise((resolve, reject) => {
      worker.once('listening', () => resolve());
      void ended.then(() => reject(endedEarly(slot, worker)));
    });
  }

  #crashed(member: Member): void {
    const { slot, worker, readyAt } = member;
    const isQuick = readyAt === undefined || performance.now() - readyAt < QUICK_MS;
    this.#quickCrashes = isQuick ? this.#quickCrashes + 1 : 0;
    if (this.#slots[slot] === member) this.#slots[slot] = undefined;
    const { exitCode, signalCode } = worker.process;
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** Math.max(0, this.#quickCrashes - 1), LONGEST_BACKOFF_MS);
    this.#options.log.error(
      { worker: slot + 1, pid: worker.process.pid, exitCode, signal: signalCode, restartInMs: backoff },
      'a web process ended unexpectedly',
    );
    if (this.#quickCrashes >= MAX_QUICK_CRASHES && !this.#serves())
      this.#failed.reject(crashLoop(exitCode, signalCode));
    else void this.#replace(slot, backoff);
  }

  async #replace(slot: number, backoff: number): Promise<void> {
    await wait(backoff);
    // Meanwhile a reload may have filled the place.
    if (this.#stopping || this.#slots[slot] !== undefined) return;
    this.#slots[slot] = this.#fork(slot, false);
  }

  /** Whether some process has served for long enough to be trusted. */
  #serves(): boolean {
    return this.#slots.some((each) => each?.readyAt !== undefined && performance.now() - each.readyAt >= QUICK_MS);
  }

  async #stopMember(member: Member): Promise<void> {
    member.expectedToEnd = true;
    const { worker } = member;
    if (worker.isConnected()) worker.send(STOP_MESSAGE, () => {});
    const late = setTimeout(() => {
      this.#options.log.error({ worker: member.slot + 1 }, 'a web process did not stop in time and was killed');
      worker.process.kill('SIGKILL');
    }, STOP_MS);
    await member.ended;
    clearTimeout(late);
  }
}

function endedEarly(slot: number, { process: { exitCode, signalCode } }: Worker): RustioError {
  return new RustioError(
    'RIO-SERVE-WORKERS',
    {
      problem: `Web process ${slot + 1} ended before it listened (${signalCode ?? `exit code ${exitCode}`}).`,
      why: 'Its own message is printed above.',
      fix: 'Correct what that message names. Without `--workers` the same error shows in a single process.',
      retry: 'After the change.',
    },
    { exitCode: exitCode === 2 ? 2 : 1 },
  );
}

function crashLoop(exitCode: number | null, signal: string | null): RustioError {
  return new RustioError('RIO-SERVE-WORKERS', {
    problem: `Web processes crashed ${MAX_QUICK_CRASHES} times in a row, each within seconds (${signal ?? `exit code ${exitCode}`}).`,
    why: 'Another restart would end the same way. Their own messages are in the log.',
    fix: 'Look for the last error above; without `--workers` the same error shows in a single process.',
    retry: 'After the change.',
  });
}
