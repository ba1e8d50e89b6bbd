import type { App } from '../app.ts';
import type { Booted } from '../boot/boot.ts';
import type { Plugin } from '../plugin.ts';
import { intervalMs, type ProcessRole, type ScheduledTask } from '../schedule.ts';
import { deleteOldKeys } from '../write/idempotency-key.ts';
import { type ClaimedTask, claimTasks, type DueTask, RENEW_MS, releaseLease, renewLease } from './claim-tasks.ts';

/** A task that runs longer after the process was asked to stop is named in the log and abandoned. */
const STOP_MS = 10_000;
/** After the start: a process that is restarted every minute must get to its tasks, too. */
const FIRST_POLL_MS = 1_000;
const MIN_POLL_MS = 500;
const MAX_POLL_MS = 30_000;
/** How often a task is checked within its interval: it may start late by this fraction of it. */
const POLLS_PER_INTERVAL = 4;

/** Core's own scheduled tasks. */
const maintenanceTasks: readonly ScheduledTask[] = [
  { name: 'forget-old-forms', every: '1 hour', run: (app, signal) => deleteOldKeys(app.database, signal) },
  // A killed process leaves unfinished uploads on its own machine, so each machine runs this.
  { name: 'clean-up-files', every: '1 hour', roles: ['web'], run: (app, signal) => app.files.cleanUp(signal) },
];

export interface SchedulerOptions {
  /** How long `stop` waits for running tasks. @defaultValue 10 s */
  readonly stopMs?: number;
  /** `false`: nothing runs by itself, only by `poll`. @defaultValue true */
  readonly polls?: boolean;
}

interface OwnedTask extends DueTask {
  readonly task: ScheduledTask;
}

/**
 * Runs core's maintenance and the `schedule` of every enabled plugin, as far as this process's role allows. Of all processes on
 * a database, one runs a task per interval; if it dies in the middle of a task, another takes over at the next interval.
 *
 * @example
 * const scheduler = startScheduler(booted, 'worker');
 * await stopSignal;
 * await scheduler.stop();
 */
export function startScheduler(
  { app, plugins }: Pick<Booted, 'app' | 'plugins'>,
  role: Exclude<ProcessRole, 'command'>,
  options: SchedulerOptions = {},
): Scheduler {
  const scheduler = new Scheduler(app, tasksOf(plugins, role), options.stopMs ?? STOP_MS);
  if (options.polls ?? true) scheduler.start();
  return scheduler;
}

/** Tasks of the enabled plugins and of core that run in this role. Startup has rejected invalid intervals. */
function tasksOf(plugins: readonly Plugin[], role: Exclude<ProcessRole, 'command'>): readonly OwnedTask[] {
  const owners = [{ name: 'core', schedule: maintenanceTasks }, ...plugins];
  return owners.flatMap(({ name: plugin, schedule = [] }) =>
    schedule.flatMap((task): OwnedTask[] => {
      const everyMs = intervalMs(task.every);
      if (everyMs === undefined || (task.roles !== undefined && !task.roles.includes(role))) return [];
      return [{ plugin, name: task.name, everyMs, task }];
    }),
  );
}

export class Scheduler {
  readonly #app: App;
  readonly #tasks: readonly OwnedTask[];
  readonly #stopMs: number;
  readonly #stopping = new AbortController();
  readonly #running = new Map<OwnedTask, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  #hasPolled = false;
  /** Only the first failure to claim is logged, until the database is back. */
  #failing = false;

  constructor(app: App, tasks: readonly OwnedTask[], stopMs: number) {
    this.#app = app;
    this.#tasks = tasks;
    this.#stopMs = stopMs;
  }

  /**
   * Polls until `stop`, after pauses of random length, so that processes that were started together do not poll together.
   */
  start(): void {
    if (this.#tasks.length === 0 || this.#stopping.signal.aborted) return;
    const shortest = Math.min(...this.#tasks.map(({ everyMs }) => everyMs)) / POLLS_PER_INTERVAL;
    // fault: first-poll-late
    const longest = this.#hasPolled ? MAX_POLL_MS : FIRST_POLL_MS;
    const pause = Math.min(Math.max(shortest, MIN_POLL_MS), longest);
    this.#timer = setTimeout(
      () => {
        this.#polling = this.poll().then(() => this.start());
      },
      pause * (0.5 + Math.random()),
    );
  }

  /** Claims due tasks and starts them. It does not wait for them: see `idle`. */
  async poll(): Promise<void> {
    this.#hasPolled = true;
    const free = this.#tasks.filter((each) => !this.#running.has(each));
    if (free.length === 0 || this.#stopping.signal.aborted) return;
    try {
      const claims = await claimTasks(this.#app.database, free);
      this.#failing = false;
      for (const claim of claims) this.#begin(claim);
    } catch (error) {
      if (!this.#failing) this.#app.log.warn({ err: error }, 'scheduled tasks cannot be claimed; trying again');
      this.#failing = true;
    }
  }

  /** Resolves once no task runs in this process. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  /** Aborts the signal of running tasks and waits for them, for at most 10 s. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    let late: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => {
      late = setTimeout(resolve, this.#stopMs);
    });
    await Promise.race([this.#polling.then(() => this.idle()), timeUp]);
    clearTimeout(late);
    for (const { plugin, name } of this.#running.keys())
      this.#app.log.error({ plugin, task: name }, 'a scheduled task did not end in time when the process stopped');
  }

  #begin(claim: ClaimedTask): void {
    const owned = this.#tasks.find(({ plugin, name }) => plugin === claim.plugin && name === claim.name);
    if (owned === undefined) return;
    const work = this.#run(owned.task, claim).finally(() => this.#running.delete(owned));
    this.#running.set(owned, work);
  }

  /** Never rejects. */
  async #run(task: ScheduledTask, claim: ClaimedTask): Promise<void> {
    const { database, log } = this.#app;
    const where = { plugin: claim.plugin, task: claim.name };
    const renewing = setInterval(() => {
      renewLease(database, claim).catch((error: unknown) => {
        log.warn({ err: error, ...where }, 'the lease of a scheduled task was not renewed');
      });
    }, RENEW_MS);
    try {
      // Tasks that were claimed while the process was asked to stop are left to the next interval.
      if (!this.#stopping.signal.aborted) await task.run(this.#app, this.#stopping.signal);
    } catch (error) {
      log.error({ err: error, ...where }, 'a scheduled task failed; it runs again after its interval');
    } finally {
      clearInterval(renewing);
    }
    await releaseLease(database, claim).catch((error: unknown) => {
      log.warn({ err: error, ...where }, 'the lease of a scheduled task was not released; it expires by itself');
    });
  }
}
