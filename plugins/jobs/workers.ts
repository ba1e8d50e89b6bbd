// The processes that run jobs, and what happens to the jobs of those that were killed. graphile-worker alone would run such jobs
// again only after four hours.

import { hostname } from 'node:os';
import type pg from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';

/** The part of this process that runs jobs. */
export interface Worker {
  readonly app: App;
  /** The id under which it locks jobs. */
  readonly id: string;
  /** For writes while a job's transaction is open. */
  readonly pool: pg.Pool;
  /** Aborted when the process stops. */
  readonly stopping: AbortSignal;
  /** The jobs that it is running, each with the controller of its signal. */
  readonly running: Map<string, AbortController>;
}

/** A process that has not reported for this many heartbeats is considered dead. */
const MISSED_HEARTBEATS = 6;
/**
 * How often a job can be lost with its process before this counts as an attempt. A job that crashes its process every time, for
 * example because it needs too much memory, must not be retried forever.
 */
const FREE_LOSSES = 3;

const jobId = sql.type(z.object({ id: z.string() }));

/** Reports that this process is alive, aborts jobs that it no longer has, and frees the jobs of dead processes. */
export async function heartbeat(worker: Worker): Promise<void> {
  const { app, id, running } = worker;
  await app.database.query(sql.unsafe`
    insert into rustio_job_worker (id, process)
    values (${id}, ${`${hostname()} ${process.pid}`})
    on conflict (id) do update set seen_at = clock_timestamp()
  `);
  const ids = [...running.keys()];
  if (ids.length > 0) {
    await renewLocks(app, id);
    const kept = await app.database.anyFirst(jobId`
      select jobs.id
      from graphile_worker._private_jobs as jobs
      join rustio_job on rustio_job.id = jobs.id
      where jobs.id = any(${sql.array(ids, 'int8')}) and jobs.locked_by = ${id} and rustio_job.finished_at is null
    `);
    for (const lost of ids.filter((each) => !kept.includes(each)))
      running.get(lost)?.abort(new Error('The job was cancelled, or another process has taken it over.'));
  }
  const freed = await freeJobs(worker);
  if (freed.length > 0)
    app.log.warn({ jobs: freed }, 'processes ended without returning their jobs; the jobs were returned to the queue');
}

/** graphile-worker frees every job after four hours, even if its process is alive. */
async function renewLocks({ database }: App, id: string): Promise<void> {
  const isOld = sql.fragment`locked_by = ${id} and locked_at < now() - interval '1 hour'`;
  await database.query(sql.unsafe`
    with queues as (update graphile_worker._private_job_queues set locked_at = now() where ${isOld})
    update graphile_worker._private_jobs set locked_at = now() where ${isOld}
  `);
}

/** Removes this process from the list when it stops. It has returned its jobs by then. */
export async function forgetWorker({ app, id }: Pick<Worker, 'app' | 'id'>): Promise<void> {
  await app.database.query(sql.unsafe`delete from rustio_job_worker where id = ${id}`);
}

/**
 * Frees the jobs and queues that are locked by processes that are no longer alive, and those that this process has locked but does
 * not run, because the connection broke when it completed them.
 */
async function freeJobs({ app, id, running }: Worker): Promise<readonly string[]> {
  const silence = silenceSql(app);
  const isDead = sql.fragment`
    locked_at < now() - ${silence}
    and not exists (
      select from rustio_job_worker where rustio_job_worker.id = locked_by and seen_at >= now() - ${silence}
    )
  `;
  const isLeft = sql.fragment`
    locked_at < now() - ${silence} and locked_by = ${id} and jobs.id <> all(${sql.array([...running.keys()], 'int8')})
  `;
  // fault: dead-worker-keeps-jobs
  const freed = await app.database.anyFirst(jobId`
    with freed as (
      update graphile_worker._private_jobs as jobs
      set
        locked_by = null,
        locked_at = null,
        attempts = case
          when (select losses from rustio_job where rustio_job.id = jobs.id) < ${FREE_LOSSES} then greatest(attempts - 1, 0)
          else attempts
        end,
        last_error = 'The process that ran the job ended.'
      where (${isDead}) or (${isLeft})
      returning jobs.id, jobs.job_queue_id
    ),
    counted as (
      update rustio_job set losses = losses + 1 from freed where rustio_job.id = freed.id
    ),
    queues as (
      update graphile_worker._private_job_queues as queues
      set locked_by = null, locked_at = null
      where (${isDead}) or id in (select job_queue_id from freed)
    )
    select id from freed order by id
  `);
  await app.database.query(sql.unsafe`delete from rustio_job_worker where seen_at < now() - ${silence}`);
  return freed;
}

/**
 * Keeps a job that is to be returned: graphile-worker, which learns that it failed, then changes nothing. If it were returned at once,
 * another worker of this process could still take it, and the attempt would count.
 */
export async function keepJob({ app, id }: Pick<Worker, 'app' | 'id'>, job: string): Promise<void> {
  await app.database.query(sql.unsafe`
    update graphile_worker._private_jobs set locked_by = ${keptBy(id)}, locked_at = now() where id = ${job}::bigint and locked_by = ${id}
  `);
}

function keptBy(id: string): string {
  return `${id} (stopping)`;
}

/** Returns all jobs of this process, which takes no more of them, to the queue. The attempt does not count. */
export async function returnJobs({ app, id }: Pick<Worker, 'app' | 'id'>): Promise<void> {
  await app.database.query(sql.unsafe`
    with returned as (
      update graphile_worker._private_jobs
      set locked_by = null, locked_at = null, attempts = greatest(attempts - 1, 0)
      where locked_by in (${id}, ${keptBy(id)})
      returning job_queue_id
    ),
    queues as (
      update graphile_worker._private_job_queues
      set locked_by = null, locked_at = null
      where id in (select job_queue_id from returned) and locked_by = ${id}
    )
    select pg_notify('jobs:insert', '{"count":1}') from returned
  `);
}

/** Whether any process that runs jobs is alive. */
export function hasWorker(app: App): Promise<boolean> {
  return app.database.exists(sql.unsafe`select from rustio_job_worker where seen_at >= now() - ${silenceSql(app)}`);
}

function silenceSql(app: App) {
  return sql.fragment`make_interval(secs => ${app.options('jobs').heartbeatSeconds * MISSED_HEARTBEATS})`;
}
