import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';

/** What users can do with a job. */
export type JobAction = 'cancel' | 'retry' | 'discard';

const task = sql.type(z.object({ task: z.string() }));
const EVENTS = { cancel: 'job_cancelled', retry: 'job_retried', discard: 'job_discarded' } as const;

/**
 * Cancels, retries or discards a job, and records the event. Returns false if the state of the job does not allow it: a job can be
 * cancelled until it has finished, discarded once it has failed, and retried once it has failed or while it waits for another
 * attempt.
 */
export async function changeJob(
  app: App,
  tx: Transaction,
  context: AuditContext,
  { action, id }: { readonly action: JobAction; readonly id: string },
): Promise<boolean> {
  if (!/^\d{1,18}$/.test(id)) return false;
  const name = await change[action](tx, id);
  if (name === null) return false;
  await app.events.record(tx, context, EVENTS[action], { subject: null, data: { job: id, task: name } });
  return true;
}

const change: Readonly<Record<JobAction, (tx: Transaction, id: string) => Promise<string | null>>> = {
  async cancel(tx, id) {
    const name = await end(tx, id, 'cancelled');
    // A running job is removed by the process that runs it.
    if (name !== null) await remove(tx, id);
    return name;
  },

  async discard(tx, id) {
    const { rowCount } = await tx.query(sql.unsafe`
      delete from graphile_worker._private_jobs
      where id = ${id}::bigint and locked_at is null and attempts >= max_attempts
    `);
    return rowCount === 0 ? null : await end(tx, id, 'discarded');
  },

  async retry(tx, id) {
    const name = await tx.maybeOneFirst(task`
      update graphile_worker._private_jobs as jobs
      set attempts = 0, run_at = now(), updated_at = now()
      from rustio_job
      where jobs.id = ${id}::bigint
        and jobs.locked_at is null
        and jobs.attempts > 0
        and rustio_job.id = jobs.id
        and rustio_job.finished_at is null
      returning rustio_job.task
    `);
    if (name !== null) await tx.query(sql.unsafe`select pg_notify('jobs:insert', '{"count":1}')`);
    return name;
  },
};

async function end(tx: Transaction, id: string, outcome: 'cancelled' | 'discarded'): Promise<string | null> {
  return tx.maybeOneFirst(task`
    update rustio_job
    set finished_at = now(), outcome = ${outcome}
    where id = ${id}::bigint and finished_at is null
    returning task
  `);
}

async function remove(tx: Transaction, id: string): Promise<void> {
  await tx.query(sql.unsafe`
    delete from graphile_worker._private_jobs where id = ${id}::bigint and locked_at is null
  `);
}
