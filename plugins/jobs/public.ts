// `rustio-admin/jobs`: for plugins that enqueue jobs, run them, or schedule them.

export type { EnqueueOptions, Jobs } from './jobs.ts';
export type { JobsOptions } from './options.ts';
export type { JobSchedule } from './schedules.ts';
export { type CommitTask, defineJobTask, type JobTask, type RunningJob, type RunTask } from './task.ts';
