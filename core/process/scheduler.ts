import type { App } from '../app.ts';
import type { Booted } from '../boot/boot.ts';
import type { Plugin } from '../plugin.ts';
import { intervalMs, type ProcessRole, type ScheduledTask } from '../schedule.ts';
import { deleteOldKeys } from '../write/idempotency-key.ts';
import { type ClaimedTask, claimTasks, type DueTask, RENEW_MS, releaseLease, renewLease } from './claim-tasks.ts';

/** How long running tasks may continue after a stop was requested. Tasks that take longer are logged and abandoned. */
const STOP_MS = 10_000;
/** Limits the pause before the first poll, so that a process that is restarted every minute still runs its tasks. */
const FIRST_POLL_MS = 1_000;
const MIN_POLL_MS = 500;
const MAX_POLL_MS = 30_000;
/** Polls per interval of the most frequent task. A task may therefore start late by a quarter of its interval. */
const POLLS_PER_INTERVAL = 4;

/** Core's own scheduled tasks. */
const maintenanceTasks: readonly ScheduledTask[] = [
  { name: 'forget-old-forms', every: '1 hour', run: (app, signal) => deleteOldKeys(app.database, signal) },
  // Runs in web processes, since a killed process leaves unfinished uploads on its own machine.
  { name: 'clean-up-files', every: '1 hour', roles: ['web'], run: (app, signal) => app.files.cleanUp(signal) },
];

export interface SchedulerOptions {
  /** How long `stop` waits for running tasks. @defaultValue 10 s */
  readonly stopMs?: number;
  /** If `false`, tasks run only when `poll` is called. @defaultValue true */
  readonly polls?: boolean;
}

interface OwnedTask extends DueTask {
  readonly task: ScheduledTask;
}

/**
 * Runs core's maintenance and the scheduled tasks of enabled plugins that are declared for this process's role. Among all processes
 * that share a database, one runs a task per interval; if it dies while running a task, another takes over at the next interval.
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
  /** While the database is unavailable, only the first failed claim is logged. */
  #failing = false;

  constructor(app: App, tasks: readonly OwnedTask[], stopMs: number) {
    this.#app = app;
    this.#tasks = tasks;
    this.#stopMs = stopMs;
  }

  /** Polls until `stop`, at random intervals, so that processes that were started together do not poll at the same time. */
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

  /** Resolves when no task is running in this process. */
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
      // If a stop was requested while the task was claimed, it is left to the next interval.
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
