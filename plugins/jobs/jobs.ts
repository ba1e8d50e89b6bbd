import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Actor, AuditContext } from '../../core/policy/actor.ts';
import type { EventHandler } from '../../core/write/events.ts';
import { changeJob } from './change-job.ts';
import { invalidJobOption, unknownTask } from './errors.ts';
import { findTask, parsePayload } from './task.ts';

/** The service `jobs`: background work that is enqueued with the change that causes it. */
export interface Jobs {
  /**
   * Adds a job in the transaction of a change, and returns its ID. The job runs after the commit, and never after a rollback.
   *
   * @throws RustioError `RIO-JOBS-TASK`, `RIO-JOBS-PAYLOAD`, `RIO-JOBS-OPTION`
   *
   * @example
   * await app.service('jobs').enqueue(tx, context, 'reports.build', { month: '2026-11' }, { key: 'report 2026-11' });
   */
  enqueue(
    tx: Transaction,
    context: AuditContext,
    task: string,
    payload: unknown,
    options?: EnqueueOptions,
  ): Promise<string>;
  /**
   * Cancels a job that has not ended, and records the event `job_cancelled`. If it is running, its signal is aborted within a few
   * seconds, and its `commit` is rolled back. Returns false if no such job can be cancelled. The caller checks the permission.
   */
  cancel(tx: Transaction, context: AuditContext, id: string): Promise<boolean>;
  /**
   * Runs all jobs that are due, one after another, and returns how many were run. For tests, and for small installations that run
   * jobs from a system scheduler.
   */
  runDue(signal?: AbortSignal): Promise<number>;
}

/** When and how a job is run. */
export interface EnqueueOptions {
  /** The earliest time to run it. @defaultValue right after the commit */
  readonly runAt?: Date;
  /** Jobs with smaller numbers run first. @defaultValue 0 */
  readonly priority?: number;
  /** @defaultValue that of the task */
  readonly maxAttempts?: number;
  /** At most one job per key waits: a newer one replaces it, including its payload and options. A running job is not affected. */
  readonly key?: string;
  /** Jobs of one queue run one after another. Use a small number of names. */
  readonly queue?: string;
}

declare module '../../core/services.ts' {
  interface Services {
    jobs: Jobs;
  }
}

const DEFAULT_ATTEMPTS = 10;
/** A job with the same key can start between two statements. The next try then adds a new job. */
const MAX_TRIES = 5;

const optionsSchema = z.strictObject({
  runAt: z.date().optional(),
  priority: z.int().min(-32_768).max(32_767).default(0),
  maxAttempts: z.int().min(1).max(1_000).optional(),
  key: z.string().min(1).max(512).optional(),
  queue: z.string().min(1).max(128).optional(),
});
const added = sql.type(z.object({ id: z.string().nullable() }));

export function createJobs(app: App): Jobs {
  return {
    enqueue: (tx, context, name, payload, options = {}) => enqueue(app, tx, { context, name, payload, options }),
    cancel: (tx, context, id) => changeJob(app, tx, context, { action: 'cancel', id }),
    async runDue(signal = new AbortController().signal) {
      const { runDue } = await import('./runner.ts');
      return runDue(app, signal);
    },
  };
}

interface NewJob {
  readonly context: AuditContext;
  readonly name: string;
  readonly payload: unknown;
  readonly options: EnqueueOptions;
}

async function enqueue(app: App, tx: Transaction, { context, name, payload, options }: NewJob): Promise<string> {
  const task = findTask(app, name);
  if (task === undefined) throw unknownTask({ task: name });
  const json = JSON.stringify(payload) ?? 'null';
  parsePayload(task, JSON.parse(json));
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) throw invalidJobOption({ reason: z.prettifyError(parsed.error) });
  const { runAt, priority, maxAttempts, key = null, queue = null } = parsed.data;
  const add = added`
    select id
    from graphile_worker.add_job(
      ${name},
      payload => ${json}::json,
      queue_name => ${queue},
      run_at => ${runAt === undefined ? null : runAt.toISOString()}::timestamptz,
      max_attempts => ${maxAttempts ?? task.maxAttempts ?? DEFAULT_ATTEMPTS},
      job_key => ${key},
      priority => ${priority}
    )
  `;
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    if (key !== null) await releaseKey(tx, key);
    const id = await tx.oneFirst(add);
    if (id === null) continue;
    await describe(tx, id, name, context);
    return id;
  }
  throw new Error(`The job with the key "${key}" was started ${MAX_TRIES} times while it was being replaced.`);
}

/**
 * Removes the key from a running job, which would otherwise lose its remaining attempts. A waiting job is locked until the end of
 * the transaction, so that it does not start while it is being replaced.
 */
async function releaseKey(tx: Transaction, key: string): Promise<void> {
  await tx.query(sql.unsafe`
    with found as (select id, locked_at from graphile_worker._private_jobs where key = ${key} for update)
    update graphile_worker._private_jobs as jobs
    set key = null
    from found
    where jobs.id = found.id and found.locked_at is not null
  `);
}

/** Stores who caused the job, for its audit entries and for the Jobs page. */
async function describe(tx: Transaction, id: string, task: string, context: AuditContext): Promise<void> {
  const user = userOf(context.actor);
  await tx.query(sql.unsafe`
    insert into rustio_job (id, task, caused_by, user_id, user_name, correlation_id)
    values (
      ${id}::bigint, ${task}, ${context.actor.name}, ${user?.id ?? null}, ${user?.name ?? null}, ${context.correlationId}
    )
    on conflict (id) do update set
      task = excluded.task,
      caused_by = excluded.caused_by,
      user_id = excluded.user_id,
      user_name = excluded.user_name,
      correlation_id = excluded.correlation_id,
      created_at = excluded.created_at
  `);
}

/** The user behind an actor: the user themselves, the owner of a token, or the user who caused the enqueuing job. */
function userOf(actor: Actor): { readonly id: number; readonly name: string } | undefined {
  if (actor.kind === 'user') return actor;
  return actor.kind === 'token' || actor.kind === 'job' ? actor.onBehalfOf : undefined;
}

/** Replaces the name of an erased user in the list of jobs. */
export const forgetUser: EventHandler = async (tx, { subject, erases }) => {
  if (subject === null || erases?.userId === undefined) return;
  await tx.query(sql.unsafe`
    update rustio_job
    set user_name = ${subject.label}, caused_by = case when caused_by = user_name then ${subject.label} else caused_by end
    where user_id = ${erases.userId}
  `);
};
