import { defineError } from '../../core/errors/define-error.ts';
import type { JobAction } from './change-job.ts';

export const unknownTask = defineError<{ task: string }>('RIO-JOBS-TASK', {
  problem: ({ task }) => `There is no task "${task}".`,
  why: 'No enabled plugin contributes a task with this name to `jobs.tasks`.',
  fix: 'Correct the name, or enable the plugin that contributes the task.',
  about: `A job was enqueued, or a schedule was declared, for a task that no enabled plugin contributes to \`jobs.tasks\`. Nothing was enqueued, and the
transaction was rolled back. \`npx rustio-admin plugins\` lists what each plugin contributes.`,
});

export const invalidPayload = defineError<{ task: string; reason: string }>('RIO-JOBS-PAYLOAD', {
  problem: ({ task }) => `The payload of a job for the task "${task}" is not valid.`,
  why: ({ reason }) => reason,
  fix: 'Pass a payload that matches the schema of the task.',
  about: `The payload of a job did not match the schema of its task, either when it was to be enqueued (nothing was enqueued) or when it was run
(a newer release has changed the schema: keep accepting the payloads of earlier releases for as long as such jobs can wait).`,
});

export const invalidJobOption = defineError<{ reason: string }>('RIO-JOBS-OPTION', {
  problem: 'An option of a job is not valid.',
  why: ({ reason }) => reason,
  fix: 'Correct the options passed to `enqueue`.',
  about: `An option that was passed to \`enqueue\` is outside its range: \`priority\` and \`maxAttempts\` are small whole numbers, \`key\` has at most 512
characters and \`queue\` at most 128. Nothing was enqueued.`,
});

export const schemaMismatch = defineError<{ found: string; needed: number }>('RIO-JOBS-SCHEMA', {
  problem: ({ found, needed }) =>
    `The tables of the job queue have version ${found}, but this release needs ${needed}.`,
  why: 'A migration of the plugin jobs is pending, or a newer release has already migrated the database.',
  fix: 'Run: npx rustio-admin migrate. If no migration is pending, use the release that migrated the database.',
  about: `The schema \`graphile_worker\` does not have the version that the installed release needs, so this process runs no jobs. Run \`npx rustio-admin migrate\`
with the release that you deploy. Jobs that are enqueued in the meantime wait in the queue.`,
});

export const jobNotChanged = defineError<{ id: string; action: JobAction }>('RIO-JOBS-ID', {
  problem: ({ id, action }) => `There is no job ${id} that you can ${action}.`,
  why: 'The ID is unknown, or the state of the job does not allow it: it may be running or have finished.',
  fix: 'List the jobs with their IDs: npx rustio-admin jobs list --state STATE',
  exitCode: 2,
  about: `\`jobs discard\` applies to jobs that have failed, \`jobs retry\` also to jobs that are waiting for their next attempt. \`npx rustio-admin jobs list
--state STATE\` lists the jobs in one state with their IDs.`,
});
