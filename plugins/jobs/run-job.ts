import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { type AuditContext, jobActor } from '../../core/policy/actor.ts';
import { type JobTask, parsePayload, type RunningJob } from './task.ts';
import { keepJob, type Worker } from './workers.ts';

/** A job as graphile-worker hands it over. */
export interface ClaimedJob {
  readonly id: string;
  readonly payload: unknown;
  readonly attempts: number;
  readonly max_attempts: number;
}

const PROGRESS_MS = 1_000;

const description = z.object({
  user_id: z.string().nullable(),
  user_name: z.string().nullable(),
  correlation_id: z.string(),
  ended: z.boolean(),
});
type Description = z.output<typeof description>;
const begun = sql.type(description);

/**
 * Runs a job that this process has claimed. If it throws, the job is retried later, unless it has no attempts left. A job that
 * has already ended (in a process that was killed before it could remove it, or because it was cancelled) is not run again.
 */
export async function runJob(worker: Worker, task: JobTask, claimed: ClaimedJob): Promise<void> {
  const { app, running, stopping } = worker;
  const { id } = claimed;
  // The query that claimed it was already being executed when the process began to stop.
  if (stopping.aborted) {
    await keepJob(worker, id);
    throw new Error('The process is stopping.');
  }
  const described = await begin(app, task, id);
  if (described.ended) return;
  const aborting = new AbortController();
  // After a long pause, this process can itself claim a job that it had lost.
  running.get(id)?.abort(new Error('The job was taken over.'));
  running.set(id, aborting);
  if (stopping.aborted) aborting.abort(stopping.reason);
  const isLastAttempt = claimed.attempts >= claimed.max_attempts;
  try {
    await perform(app, task, {
      id,
      payload: parsePayload(task, claimed.payload),
      attempt: claimed.attempts,
      isLastAttempt,
      app,
      context: contextOf(task, id, described),
      signal: aborting.signal,
      progress: progressOf(worker, id),
    });
  } catch (error) {
    if (await hasEnded(app, id)) return;
    // fault: stopped-job-not-returned
    if (stopping.aborted) await keepJob(worker, id);
    else {
      const details = { err: error, job: id, task: task.name, attempt: claimed.attempts };
      if (isLastAttempt) app.log.error(details, 'a job failed and will not be retried');
      else app.log.warn(details, 'a job failed and will be retried');
    }
    throw error;
  } finally {
    if (running.get(id) === aborting) running.delete(id);
  }
}

/** Marks the job as started. A job that was added with SQL, without `enqueue`, has no row in `rustio_job` yet. */
async function begin(app: App, task: JobTask, id: string): Promise<Description> {
  return app.database.one(begun`
    insert into rustio_job as job (id, task, caused_by, correlation_id, started_at)
    values (${id}::bigint, ${task.name}, 'SQL', gen_random_uuid()::text, now())
    on conflict (id) do update set started_at = case when job.finished_at is null then now() else job.started_at end
    returning user_id, user_name, correlation_id, finished_at is not null as ended
  `);
}

function contextOf(task: JobTask, id: string, described: Description): AuditContext {
  const { user_id, user_name, correlation_id: correlationId } = described;
  const user =
    user_id === null || user_name === null
      ? undefined
      : ({ kind: 'user', id: Number(user_id), name: user_name } as const);
  const actor = jobActor(task.name, task.permissions, user);
  return { actor, correlationId, ip: null, credential: null, details: { job: id } };
}

async function perform(app: App, task: JobTask, job: RunningJob): Promise<void> {
  if (task.run) {
    await task.run(job);
    await app.database.query(markDone(job.id));
    return;
  }
  await app.database.transaction(async (tx) => {
    await task.commit(tx, job);
    // In the same transaction, so that of two processes that run the same job, only one commits.
    const { rowCount } = await tx.query(markDone(job.id));
    // fault: job-effect-twice
    if (rowCount === 0) throw new Error('The job was cancelled, or another process has completed it.');
  });
}

function markDone(id: string) {
  return sql.unsafe`
    update rustio_job set finished_at = clock_timestamp(), outcome = 'done' where id = ${id}::bigint and finished_at is null
  `;
}

function hasEnded(app: App, id: string): Promise<boolean> {
  return app.database.exists(sql.unsafe`select from rustio_job where id = ${id}::bigint and finished_at is not null`);
}

/** Uses another connection, since nothing that a job's own transaction writes is visible before the commit. */
function progressOf({ pool }: Worker, id: string): RunningJob['progress'] {
  let written = Number.NEGATIVE_INFINITY;
  return async (done, total) => {
    if (performance.now() - written < PROGRESS_MS) return;
    written = performance.now();
    await pool.query(
      'update rustio_job set progress_done = $2, progress_total = $3 where id = $1 and finished_at is null',
      [id, Math.round(done), total === undefined ? null : Math.round(total)],
    );
  };
}
