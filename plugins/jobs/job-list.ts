import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';

/** `done` includes jobs that were cancelled or discarded. */
export const JOB_STATES = ['waiting', 'running', 'scheduled', 'failed', 'done'] as const;
export type JobState = (typeof JOB_STATES)[number];

export function isJobState(text: string): text is JobState {
  return JOB_STATES.some((state) => state === text);
}

const PAGE = 50;
/** Finished jobs are counted only up to this number. */
const MAX_DONE = 10_000;

const isOpen = sql.fragment`job.finished_at is null`;
const isFree = sql.fragment`${isOpen} and queued.locked_at is null and queued.attempts < queued.max_attempts`;
const CONDITIONS: Readonly<Record<JobState, FragmentSqlToken>> = {
  waiting: sql.fragment`${isFree} and queued.run_at <= now()`,
  running: sql.fragment`${isOpen} and queued.locked_at is not null`,
  scheduled: sql.fragment`${isFree} and queued.run_at > now()`,
  failed: sql.fragment`${isOpen} and queued.locked_at is null and queued.attempts >= queued.max_attempts`,
  done: sql.fragment`job.finished_at is not null`,
};

const jobRow = z.object({
  id: z.string(),
  task: z.string(),
  caused_by: z.string(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  outcome: z.enum(['done', 'cancelled', 'discarded']).nullable(),
  progress_done: z.string().nullable(),
  progress_total: z.string().nullable(),
  run_at: z.string().nullable(),
  attempts: z.number().nullable(),
  max_attempts: z.number().nullable(),
  last_error: z.string().nullable(),
});
export type JobRow = z.output<typeof jobRow>;

/** Which jobs a page shows. */
export interface JobQuery {
  readonly state: JobState;
  readonly task?: string | undefined;
  /** Only jobs before this id. */
  readonly before?: string | undefined;
}

/** One page of jobs in this state, newest first. Payloads are not read: they may contain secrets. */
export async function readJobs(
  query: Query,
  { state, task, before }: JobQuery,
): Promise<{ readonly jobs: readonly JobRow[]; readonly hasMore: boolean }> {
  const rows = await query.any(sql.type(jobRow)`
    select
      job.id, job.task, job.caused_by, job.created_at, job.started_at, job.finished_at, job.outcome,
      job.progress_done, job.progress_total,
      queued.run_at, queued.attempts, queued.max_attempts, queued.last_error
    from rustio_job as job
    left join graphile_worker._private_jobs as queued on queued.id = job.id
    where ${CONDITIONS[state]}
      ${task === undefined ? sql.fragment`` : sql.fragment`and job.task = ${task}`}
      ${before === undefined ? sql.fragment`` : sql.fragment`and job.id < ${before}::bigint`}
    order by job.id desc
    limit ${PAGE + 1}
  `);
  return { jobs: rows.slice(0, PAGE), hasMore: rows.length > PAGE };
}

const counts = z.object({
  waiting: z.number(),
  running: z.number(),
  scheduled: z.number(),
  failed: z.number(),
  done: z.number(),
  /** How long the oldest waiting job has been due. */
  oldestDueSeconds: z.number(),
});
export type JobCounts = z.output<typeof counts>;

/** How many jobs are in each state. `done` is at most 10,001. */
export function countJobs(query: Query): Promise<JobCounts> {
  return query.one(sql.type(counts)`
    select
      count(*) filter (where ${CONDITIONS.waiting})::integer as waiting,
      count(*) filter (where ${CONDITIONS.running})::integer as running,
      count(*) filter (where ${CONDITIONS.scheduled})::integer as scheduled,
      count(*) filter (where ${CONDITIONS.failed})::integer as failed,
      (
        select count(*)::integer
        from (select from rustio_job where finished_at is not null limit ${MAX_DONE + 1}) as finished
      ) as done,
      coalesce(
        date_part('epoch', now() - min(queued.run_at) filter (where ${CONDITIONS.waiting})), 0
      )::float8 as "oldestDueSeconds"
    from rustio_job as job
    join graphile_worker._private_jobs as queued on queued.id = job.id
    where job.finished_at is null
  `);
}

/** After 30 days, deletes the rows of finished jobs, and of jobs that were removed from the queue by other means. */
export async function deleteFinished(query: Query, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { rowCount } = await query.query(sql.unsafe`
      delete from rustio_job
      where id in (
        select job.id
        from rustio_job as job
        left join graphile_worker._private_jobs as queued on queued.id = job.id
        where job.finished_at < now() - interval '30 days'
          or (job.finished_at is null and queued.id is null and job.created_at < now() - interval '30 days')
        limit 1000
      )
    `);
    if (rowCount === 0) return;
  }
}
