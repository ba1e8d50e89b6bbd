import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { ExtensionPointName } from '../../core/extension-points.ts';
import { type AuditContext, jobActor } from '../../core/policy/actor.ts';

/**
 * Enqueues a job at the times of a cron expression, once per occurrence among all processes. If no process was running at that
 * time, the job is enqueued once when a process starts, however many occurrences were missed.
 *
 * @example
 * contributes: {
 *   'jobs.schedules': [{ name: 'reports.monthly', cron: '0 7 1 * *', task: 'reports.build', payload: {} }],
 * },
 */
export interface JobSchedule {
  /** Unique among all plugins: `reports.monthly`. */
  readonly name: string;
  /** Minute, hour, day of the month, month, day of the week: `0 7 * * 1-5`. */
  readonly cron: string;
  /** An IANA name, such as `Europe/Zurich`. @defaultValue the project's time zone */
  readonly timeZone?: string;
  readonly task: string;
  readonly payload: unknown;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'jobs.schedules': JobSchedule;
  }
}

export const scheduleExtensionPoint: ExtensionPointName = 'jobs.schedules';

const stored = sql.type(z.object({ name: z.string(), timing: z.string(), is_due: z.boolean() }));
const clock = sql.type(z.object({ now: z.number() }));
const due = sql.type(z.object({ name: z.string() }));

/** Enqueues the jobs of schedules that are due. A schedule that is new or was changed starts at its next occurrence. */
export async function enqueueDue(app: App): Promise<void> {
  const schedules = app.contributions('jobs.schedules');
  if (schedules.length === 0) return;
  const rows = await app.database.any(stored`select name, timing, next_at <= now() as is_due from rustio_job_schedule`);
  const known = new Map(rows.map((row) => [row.name, row]));
  for (const schedule of schedules) {
    const row = known.get(schedule.name);
    if (row?.timing !== timingOf(app, schedule)) await begin(app, schedule);
    else if (row.is_due) await enqueueOne(app, schedule);
  }
}

async function begin(app: App, schedule: JobSchedule): Promise<void> {
  const now = await app.database.oneFirst(clock`select (extract(epoch from now()) * 1000)::float8 as now`);
  await app.database.query(sql.unsafe`
    insert into rustio_job_schedule as s (name, timing, next_at)
    values (${schedule.name}, ${timingOf(app, schedule)}, ${nextAfter(app, schedule, now)}::timestamptz)
    on conflict (name) do update
      set timing = excluded.timing, next_at = excluded.next_at
      where s.timing <> excluded.timing
  `);
}

/** The row is locked until the job is committed, so another process finds it no longer due, or skips it. */
async function enqueueOne(app: App, schedule: JobSchedule): Promise<void> {
  const { name, task, payload } = schedule;
  await app.database.transaction(async (tx) => {
    // fault: schedule-enqueued-twice
    const found = await tx.maybeOne(due`
      select name from rustio_job_schedule where name = ${name} and next_at <= now() for update skip locked
    `);
    if (found === null) return;
    const now = await tx.oneFirst(clock`select (extract(epoch from now()) * 1000)::float8 as now`);
    await tx.query(sql.unsafe`
      update rustio_job_schedule
      set last_at = now(), next_at = ${nextAfter(app, schedule, now)}::timestamptz
      where name = ${name}
    `);
    await app.service('jobs').enqueue(tx, contextOf(schedule), task, payload);
  });
}

function contextOf({ name }: JobSchedule): AuditContext {
  return { actor: jobActor(`schedule ${name}`, []), correlationId: randomUUID(), ip: null, credential: null };
}

function timingOf(app: App, { cron, timeZone }: JobSchedule): string {
  return `${cron} ${timeZone ?? app.config.timeZone ?? 'UTC'}`;
}

/** Loaded when first needed, and synchronously, so that startup can check the schedules. */
let croner: typeof import('croner') | undefined;

/**
 * The next time after `after` (milliseconds since 1970), as text for PostgreSQL.
 *
 * @throws Error for an expression or time zone that is not valid, and for one that has no further occurrence
 */
export function nextAfter(app: Pick<App, 'config'>, { cron, timeZone }: JobSchedule, after: number): string {
  croner ??= createRequire(import.meta.url)('croner') as typeof import('croner');
  const timezone = timeZone ?? app.config.timeZone ?? 'UTC';
  const next = new croner.Cron(cron, { timezone, mode: '5-part' }).nextRun(new Date(after));
  if (next === null) throw new Error(`"${cron}" has no further occurrence.`);
  return next.toISOString();
}
