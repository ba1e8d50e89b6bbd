// The primary of `rustio-admin start --workers N`: starts web processes that share a port, replaces those that crash, and reloads
// them one by one. It does not serve requests itself.

import cluster, { type Worker } from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { crashLoop, webProcessFailed, webProcessRejected } from '../../../core/errors/boot.ts';
import type { RustioError } from '../../../core/errors/rustio-error.ts';
import { WORKER_VARIABLE } from '../../../core/http/metrics/metrics.ts';
import type { CloseOptions } from '../../../core/process/serve.ts';
import { DRAINED_MESSAGE, STOP_LATER_MESSAGE, STOP_MESSAGE } from './serve-worker.ts';

/** A process that ends within this time after becoming ready counts as an immediate crash. */
const QUICK_MS = 5_000;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 30_000;
/** After this many consecutive immediate crashes, with no process serving, no process is restarted any more. */
const MAX_QUICK_CRASHES = 5;
/** Time for draining requests and stopping plugins; after that, the process is killed. */
const STOP_MS = 45_000;
/**
 * Most objects of a request are short-lived, so a small young generation is collected often and cheaply. See
 * `docs/performance.md`.
 */
const YOUNG_SPACE = { option: '--max-semi-space-size', mb: 4 };
/**
 * With a small limit, V8 collects early: 35 MB of live data take up 60 MB instead of 100 or more. The limit is far above what
 * pages need; projects that need more can set this option.
 */
const OLD_SPACE = { option: '--max-old-space-size', mb: 256 };
/**
 * glibc gives each thread that compresses or hashes its own arena, whose memory is rarely returned. This allows two arenas
 * instead of eight per core. Ignored on other systems.
 */
const MALLOC = { MALLOC_ARENA_MAX: '2' };

export interface WebClusterOptions {
  readonly count: number;
  /** The script that each process runs. */
  readonly script: string;
  readonly args: readonly string[];
  /** Added to the primary's own environment; undefined removes a variable. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** How long a process keeps serving after it was asked to stop with `grace`. */
  readonly graceMs: number;
}

/** One process, from fork to exit. */
interface Member {
  readonly slot: number;
  readonly worker: Worker;
  readonly ended: Promise<void>;
  readyAt: number | undefined;
  /** True if it was asked to stop, or is a replacement whose failure is reported by the reload. */
  expectedToEnd: boolean;
}

/** Whether an option is unset. Options set by the operator, on the command line or in `NODE_OPTIONS`, take precedence. */
function isUnset({ option }: { readonly option: string }): boolean {
  const existing = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  // Node accepts underscores in place of hyphens.
  return !existing.some((each) => each.replaceAll('_', '-').startsWith(option));
}

export class WebCluster {
  readonly #options: WebClusterOptions;
  /** Every running process, including those that are draining. */
  readonly #members = new Set<Member>();
  /** The serving process of each slot; undefined while a new one is starting. */
  readonly #slots: (Member | undefined)[];
  readonly #failed = Promise.withResolvers<never>();
  #quickCrashes = 0;
  #stopping = false;
  #reloading: Promise<void> | undefined;
  #reloadAgain = false;

  constructor(options: WebClusterOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.count }, () => undefined);
    // A rejection only concerns callers that wait for it.
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

  /** Rejects with `RIO-SERVE-WORKERS` if the processes crash repeatedly; pending until then. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /**
   * Starts all processes; resolves when all of them are listening.
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
   * Replaces the processes one by one with the code and config now on disk. Each new process listens before the old one drains,
   * so no request is lost. If a new process fails to start, the old ones continue. A reload requested during another one runs
   * once after it.
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

  /** Lets all processes drain and stop at the same time. Safe to call twice. */
  async stop({ grace = false }: CloseOptions = {}): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#members].map((member) => this.#stopMember(member, grace)));
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
            'the reload was stopped because the new process did not start; the old processes keep running',
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
    // The channel breaks when the process has exited; `exit` is emitted afterwards.
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
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** Math.max(0, this.#quickCrashes - 1), MAX_BACKOFF_MS);
    this.#options.log.error(
      { worker: slot + 1, pid: worker.process.pid, exitCode, signal: signalCode, restartInMs: backoff },
      'a web process exited unexpectedly',
    );
    if (this.#quickCrashes >= MAX_QUICK_CRASHES && !this.#serves())
      this.#failed.reject(crashLoop({ count: MAX_QUICK_CRASHES, end: endOf(exitCode, signalCode) }));
    else void this.#replace(slot, backoff);
  }

  async #replace(slot: number, backoff: number): Promise<void> {
    await wait(backoff);
    // A reload may already have filled the slot.
    if (this.#stopping || this.#slots[slot] !== undefined) return;
    this.#slots[slot] = this.#fork(slot, false);
  }

  /** Whether any process has been serving for long enough to count as stable. */
  #serves(): boolean {
    return this.#slots.some((each) => each?.readyAt !== undefined && performance.now() - each.readyAt >= QUICK_MS);
  }

  async #stopMember(member: Member, grace = false): Promise<void> {
    member.expectedToEnd = true;
    const { worker } = member;
    if (worker.isConnected()) worker.send(grace ? STOP_LATER_MESSAGE : STOP_MESSAGE, () => {});
    const timeout = setTimeout(
      () => {
        this.#options.log.error({ worker: member.slot + 1 }, 'a web process did not stop in time and was killed');
        worker.process.kill('SIGKILL');
      },
      STOP_MS + (grace ? this.#options.graceMs : 0),
    );
    await member.ended;
    clearTimeout(timeout);
  }
}

function endedEarly(slot: number, { process: { exitCode, signalCode } }: Worker): RustioError {
  const failure = { number: slot + 1, end: endOf(exitCode, signalCode) };
  return exitCode === 2 ? webProcessRejected(failure) : webProcessFailed(failure);
}

function endOf(exitCode: number | null, signal: string | null): string {
  return signal ?? `exit code ${exitCode}`;
}
