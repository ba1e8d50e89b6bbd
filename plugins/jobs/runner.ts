// Takes jobs from the queue and runs them. Imported only by processes that run jobs, since graphile-worker takes a while to load.

import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger, runTaskList, runTaskListOnce, type TaskList, type WorkerPool } from 'graphile-worker';
import pg from 'pg';
import type { App } from '../../core/app.ts';
import { clientConfig } from '../../core/database/client-config.ts';
import { sessionUrl } from '../../core/database/session-url.ts';
import { schemaMismatch } from './errors.ts';
import { runJob } from './run-job.ts';
import { enqueueDue } from './schedules.ts';
import { readSchemaVersion, SCHEMA_VERSION } from './schema-version.ts';
import { forgetWorker, heartbeat, returnJobs, type Worker } from './workers.ts';

/** How long running jobs can continue after a stop was requested: less than the ten seconds that a plugin has to stop. */
const STOP_MS = 7_000;
/** The pause before jobs are taken again after graphile-worker gave up, usually because the database was unavailable. */
const RESTART_MS = 1_000;

/**
 * Runs jobs until `stopping` is aborted. The returned function waits for the jobs that are running then; those that take too long
 * are returned to the queue.
 *
 * @throws RustioError `RIO-JOBS-SCHEMA`
 */
export async function startRunner(app: App, stopping: AbortSignal): Promise<() => Promise<void>> {
  await requireSchema(app);
  const { concurrency, pollMs: pollInterval } = app.options('jobs');
  const pool = openPool(app, concurrency + 1);
  const work = async (): Promise<void> => {
    while (!stopping.aborted) {
      await processJobs({ app, pool, stopping }, (tasks, events) =>
        runTaskList({ ...settingsFor(app), events, concurrency, pollInterval }, tasks, pool),
      );
      if (!stopping.aborted) await wait(RESTART_MS, undefined, { signal: stopping }).catch(() => {});
    }
    await pool.end();
  };
  const done = work().catch((error: unknown) =>
    app.log.error({ err: error }, 'the job runner ended unexpectedly; this process runs no more jobs'),
  );
  return () => done;
}

/** Runs the jobs that are due, one after another. Returns their number. */
export async function runDue(app: App, stopping: AbortSignal): Promise<number> {
  await requireSchema(app);
  const pool = openPool(app, 2);
  try {
    await enqueueDue(app);
    const client = await pool.connect();
    try {
      return await processJobs({ app, pool, stopping }, (tasks, events) =>
        runTaskListOnce({ ...settingsFor(app), events }, tasks, client),
      );
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}

/** Runs jobs until graphile-worker ends or the process stops. Returns how many were run. */
async function processJobs(
  { app, pool, stopping }: Pick<Worker, 'app' | 'pool' | 'stopping'>,
  start: (tasks: TaskList, events: EventEmitter) => WorkerPool,
): Promise<number> {
  let runs = 0;
  const tasks = app.contributions('jobs.tasks').map((task): [string, TaskList[string]] => [
    task.name,
    async (_payload, { job }) => {
      runs += 1;
      await runJob(worker, task, job);
    },
  ]);
  const events = new EventEmitter();
  const jobs = start(Object.fromEntries(tasks), events);
  stopIfFirstQueryFails(jobs, events);
  const worker: Worker = { app, id: jobs.id, pool, stopping, running: new Map() };
  const ended = new AbortController();
  const alive = reportAlive(worker, ended.signal);
  const finished = jobs.promise.then(
    () => {},
    (error: unknown) => app.log.warn({ err: error }, 'jobs could not be read from the queue; retrying'),
  );
  const stop = async (): Promise<void> => {
    for (const job of worker.running.values()) job.abort(stopping.reason);
    jobs.gracefulShutdown()?.catch(() => {}); // `finished` reports it
    await Promise.race([finished, wait(STOP_MS, undefined, { signal: ended.signal }).catch(() => {})]);
  };
  const { promise: stopped, resolve: onStop } = Promise.withResolvers<void>();
  const listener = () => onStop(stop());
  stopping.addEventListener('abort', listener);
  if (stopping.aborted) listener();
  await Promise.race([finished, stopped]);
  stopping.removeEventListener('abort', listener);
  ended.abort();
  await alive;
  const left = [...worker.running.keys()];
  if (left.length > 0)
    app.log.warn({ jobs: left }, 'jobs did not finish before the process stopped; they were returned to the queue');
  await returnJobs(worker);
  await forgetWorker(worker);
  return runs;
}

/**
 * If the first query of graphile-worker 0.18 fails, it never takes a job again. It is stopped, so that `startRunner` starts a new
 * one. It recovers from later errors itself.
 */
function stopIfFirstQueryFails(jobs: WorkerPool, events: EventEmitter): void {
  let hasQueried = false;
  for (const success of ['job:start', 'worker:getJob:empty']) events.once(success, () => (hasQueried = true));
  events.on('worker:getJob:error', () => {
    // By then, the worker that reports the error has set its timer.
    if (!hasQueried) setImmediate(() => jobs.gracefulShutdown()?.catch(() => {}));
  });
}

/** Never rejects: while the database is unavailable, only the first failure is logged. */
async function reportAlive(worker: Worker, ended: AbortSignal): Promise<void> {
  const { app } = worker;
  const pauseMs = app.options('jobs').heartbeatSeconds * 1_000;
  let failing = false;
  while (!ended.aborted) {
    try {
      await heartbeat(worker);
      await enqueueDue(app);
      failing = false;
    } catch (error) {
      if (!failing) app.log.warn({ err: error }, 'the heartbeat of the job runner failed; retrying');
      failing = true;
    }
    await wait(pauseMs, undefined, { signal: ended }).catch(() => {});
  }
}

async function requireSchema(app: App): Promise<void> {
  const version = await readSchemaVersion(app.database);
  if (version !== SCHEMA_VERSION) throw schemaMismatch({ found: String(version ?? 'none'), needed: SCHEMA_VERSION });
}

/** If there is an error, there is no `release`, contrary to the types of `pg`. */
type OnConnect = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release?: (broken?: unknown) => void,
) => void;

/**
 * graphile-worker releases its listening connection twice if the connection breaks while it stops. The unhandled error would end the
 * process.
 */
class QueuePool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: OnConnect): void;
  override connect(callback?: OnConnect): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) return super.connect();
    super.connect((error, client, release: ((broken?: unknown) => void) | undefined) => {
      let isReleased = false;
      callback(error, client, (broken) => {
        if (isReleased) return;
        isReleased = true;
        release?.(broken);
      });
    });
    return undefined;
  }
}

function openPool(app: App, max: number): pg.Pool {
  const { url } = app.database;
  const isPooled = app.environment.databasePooler === 'transaction';
  const settings = clientConfig(isPooled ? url : sessionUrl(url, 'rustio-admin jobs'), {
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  const pool = new QueuePool({ ...settings, max });
  // Queries on a broken connection throw. Without listeners, the events would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

function settingsFor({ log, environment }: App) {
  const logger = new Logger(() => (level, message, meta) => {
    // Failed jobs are logged by `runJob`.
    if (level === 'error' && meta?.failure !== true) log.warn({ detail: message }, 'the job queue reported a problem');
    else log.debug({ queue: true }, message);
  });
  return {
    logger,
    noHandleSignals: true,
    noPreparedStatements: environment.databasePooler === 'transaction',
    // If no delay is set, errors of these statements are unhandled and end the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  };
}
