import type { App } from './app.ts';
import { type ClaimedTask, claimTasks, type DueTask, RENEW_MS, releaseLease, renewLease } from './claim-tasks.ts';
import { maintenanceTasks } from './maintenance.ts';
import type { ProcessRole } from './plugin.ts';
import { intervalMs, type ScheduledTask } from './schedule.ts';

/** A task that goes on for longer after the process was asked to stop is named in the log and left behind. */
const STOP_MS = 10_000;
const SHORTEST_POLL_MS = 500;
const LONGEST_POLL_MS = 30_000;
/** How often a task is looked at within its interval: it may start late by this part of it. */
const POLLS_PER_INTERVAL = 4;

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
 * Runs core's maintenance and the `schedule` of every enabled plugin, as far as this role of process may. Of all processes on
 * a database, one runs a task per interval; one that dies in the middle of a task is replaced at the next interval.
 *
 * @example
 * const scheduler = startScheduler(app, 'worker');
 * await stopSignal;
 * await scheduler.stop();
 */
export function startScheduler(
  app: App,
  role: Exclude<ProcessRole, 'command'>,
  options: SchedulerOptions = {},
): Scheduler {
  const scheduler = new Scheduler(app, tasksOf(app, role), options.stopMs ?? STOP_MS);
  if (options.polls ?? true) scheduler.start();
  return scheduler;
}

/** Of the enabled plugins and of core, those that may run in this role. The boot has refused intervals that are not valid. */
function tasksOf({ plugins }: App, role: Exclude<ProcessRole, 'command'>): readonly OwnedTask[] {
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
  /** The first failure to claim is logged, and not every one until the database is back. */
  #failing = false;

  constructor(app: App, tasks: readonly OwnedTask[], stopMs: number) {
    this.#app = app;
    this.#tasks = tasks;
    this.#stopMs = stopMs;
  }

  /** Polls until `stop`, each time after a pause of another length, so that processes started together do not all ask at once. */
  start(): void {
    if (this.#tasks.length === 0 || this.#stopping.signal.aborted) return;
    const shortest = Math.min(...this.#tasks.map(({ everyMs }) => everyMs)) / POLLS_PER_INTERVAL;
    const pause = Math.min(Math.max(shortest, SHORTEST_POLL_MS), LONGEST_POLL_MS);
    this.#timer = setTimeout(
      () => {
        this.#polling = this.poll().then(() => this.start());
      },
      pause * (0.5 + Math.random()),
    );
  }

  /** Claims what is due and starts it. It does not wait for the tasks: see `idle`. */
  async poll(): Promise<void> {
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

  /** It never rejects. */
  async #run(task: ScheduledTask, claim: ClaimedTask): Promise<void> {
    const { database, log } = this.#app;
    const where = { plugin: claim.plugin, task: claim.name };
    const renewing = setInterval(() => {
      renewLease(database, claim).catch((error: unknown) => {
        log.warn({ err: error, ...where }, 'the lease of a scheduled task was not renewed');
      });
    }, RENEW_MS);
    try {
      // What was claimed while the process was asked to stop is left to the next interval.
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
