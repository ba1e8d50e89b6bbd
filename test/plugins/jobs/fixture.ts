// An application with a few tasks, for the tests of jobs.
import { z } from 'zod';
import { type AuditContext, defineModel, definePlugin, field, type Plugin, sql } from '../../../index.ts';
import type { JobsOptions } from '../../../plugins/jobs/options.ts';
import { defineJobTask, type EnqueueOptions, type JobSchedule, type RunningJob } from '../../../plugins/jobs/public.ts';
import { type TestApp, testApp } from '../../support/app.ts';

export const Parcel = defineModel('parcel', {
  fields: { name: field.text(), tracking: field.text({ nullable: true }) },
});

/** What the task `notes.write` has written, and what it does for a text. */
export const notes: string[] = [];
export const reactions = new Map<string, (job: RunningJob) => Promise<void>>();
/** Every run of a task, with what it received. */
export const runs: RunningJob[] = [];

const write = defineJobTask({
  name: 'notes.write',
  payload: z.object({
    text: z.string(),
    at: z.iso
      .datetime()
      .transform((text) => new Date(text))
      .optional(),
  }),
  permissions: [],
  async run(job) {
    runs.push(job);
    notes.push(job.payload.text);
    await reactions.get(job.payload.text)?.(job);
  },
});

/** Numbers a parcel, with permissions of its own. */
const number = defineJobTask({
  name: 'parcels.number',
  payload: z.object({ key: z.string() }),
  permissions: ['parcel.view', 'parcel.change'],
  async commit(tx, job) {
    runs.push(job);
    const { app, context, payload } = job;
    await app.write.update(tx, context, Parcel, payload.key, { tracking: `T-${payload.key}` });
    const removed = await app.write.remove(tx, context, Parcel, payload.key);
    notes.push(removed.outcome);
    await reactions.get(payload.key)?.(job);
  },
});

export const office: Plugin = definePlugin({
  name: 'office',
  api: 1,
  requires: ['jobs'],
  contributes: { 'jobs.tasks': [write, number] },
});

export const command: AuditContext = {
  actor: { kind: 'command', name: 'test' },
  correlationId: 'x'.repeat(16),
  ip: null,
  credential: null,
};

export interface Desk extends TestApp {
  /** Enqueues a note and returns the job's id. */
  note(text: string, options?: EnqueueOptions): Promise<string>;
  enqueue(task: string, payload: unknown, options?: EnqueueOptions, context?: AuditContext): Promise<string>;
  runDue(): Promise<number>;
  /** Makes waiting jobs due that failed or were scheduled for later. */
  makeDue(): Promise<void>;
  queued(): Promise<readonly { readonly id: string; readonly attempts: number; readonly last_error: string | null }[]>;
  outcome(id: string): Promise<string | null>;
}

const queuedRow = z.object({ id: z.string(), attempts: z.number(), last_error: z.string().nullable() });

export async function openDesk(
  options: Partial<JobsOptions> = {},
  schedules: readonly JobSchedule[] = [],
): Promise<Desk> {
  const diary = definePlugin({ name: 'diary', api: 1, contributes: { 'jobs.schedules': schedules } });
  const desk = await testApp({ models: [Parcel], extend: [office, diary], plugins: { jobs: options } });
  const { database } = desk.app;
  const enqueue: Desk['enqueue'] = (task, payload, given, context = command) =>
    database.transaction((tx) => desk.app.service('jobs').enqueue(tx, context, task, payload, given));
  return {
    ...desk,
    enqueue,
    note: (text, given) => enqueue('notes.write', { text }, given),
    runDue: () => desk.app.service('jobs').runDue(),
    async makeDue() {
      await database.query(sql.unsafe`update graphile_worker._private_jobs set run_at = now() where run_at > now()`);
    },
    queued: () =>
      database.any(sql.type(queuedRow)`
        select id, attempts::integer as attempts, last_error from graphile_worker._private_jobs order by id
      `),
    outcome: (id) =>
      database.oneFirst(sql.type(z.object({ outcome: z.string().nullable() }))`
        select outcome from rustio_job where id = ${id}::bigint
      `),
  };
}
