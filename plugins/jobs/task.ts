import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { ExtensionPointName } from '../../core/extension-points.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { invalidPayload } from './errors.ts';

/**
 * A kind of job, contributed to `jobs.tasks`. It has either `commit`, for work in the database, or `run`, for effects outside it.
 * Create it with `defineJobTask`, which infers the type of the payload.
 */
export type JobTask<P = unknown> = CommitTask<P> | RunTask<P>;

interface TaskSettings<P> {
  /** The names of the plugin and of the work: `mail.send`, `reports.build`. */
  readonly name: string;
  /** The payload is parsed when a job is enqueued, and again when it is run. It is stored as JSON, so use only values that JSON can represent. */
  readonly payload: z.ZodType<P>;
  /** The full names of the permissions that the job has. It has no others. */
  readonly permissions: readonly string[];
  /** The maximum number of attempts; the delays between them grow from seconds to hours. @defaultValue 10 */
  readonly maxAttempts?: number;
}

/** A task whose effect is in the database. */
export interface CommitTask<P> extends TaskSettings<P> {
  /**
   * Runs in the transaction that also marks the job as done. Its effect therefore happens once, even if the process is killed and
   * the job is run again.
   */
  commit(tx: Transaction, job: RunningJob<P>): Promise<void>;
  readonly run?: never;
}

/** A task with an effect outside the database, such as an email. */
export interface RunTask<P> extends TaskSettings<P> {
  /** Runs at least once: if the process is killed before the job is marked as done, the job is run again. */
  run(job: RunningJob<P>): Promise<void>;
  readonly commit?: never;
}

/** A job that is being run. */
export interface RunningJob<P = unknown> {
  readonly id: string;
  readonly payload: P;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** True if the job is not retried when this attempt fails. */
  readonly isLastAttempt: boolean;
  readonly app: App;
  /** The job's actor, which has the permissions of the task, and the correlation ID of the request or job that enqueued it. */
  readonly context: AuditContext;
  /** Aborted when the process stops, the job is cancelled, or another process has taken it over. */
  readonly signal: AbortSignal;
  /** Shows progress on the Jobs page. It can be called often: it writes at most once per second. */
  progress(done: number, total?: number): Promise<void>;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'jobs.tasks': JobTask;
  }
}

export const extensionPoints: readonly ExtensionPointName[] = ['jobs.tasks'];

/**
 * Checks a task's type and returns it.
 *
 * @example
 * const build = defineJobTask({
 *   name: 'reports.build',
 *   payload: z.object({ month: z.string() }),
 *   permissions: ['order.view', 'report.add'],
 *   commit: (tx, { payload, context }) => buildReport(tx, context, payload.month),
 * });
 */
export function defineJobTask<P>(task: JobTask<P>): JobTask<P> {
  return Object.freeze(task);
}

/** The task with this name; undefined if no enabled plugin contributes it. */
export function findTask(app: App, name: string): JobTask | undefined {
  return app.contributions('jobs.tasks').find((task) => task.name === name);
}

/** @throws RustioError `RIO-JOBS-PAYLOAD` */
export function parsePayload(task: JobTask, payload: unknown): unknown {
  const parsed = task.payload.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw invalidPayload({ task: task.name, reason: z.prettifyError(parsed.error) });
}
