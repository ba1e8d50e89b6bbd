import { z } from 'zod';

export const jobsOptions = z.strictObject({
  /** Whether web processes also run jobs, so that no worker is needed. @defaultValue true in development, false in production */
  inWeb: z.boolean().optional(),
  /** How many jobs a process runs at the same time. */
  concurrency: z.int().min(1).max(100).default(4),
  /** How often a process checks for scheduled jobs that have become due. It is notified of new jobs at once. */
  pollMs: z.int().min(10).max(60_000).default(2_000),
  /** How often a process reports that it is alive. After six missed reports, other processes run its jobs. */
  heartbeatSeconds: z.number().min(0.1).max(60).default(10),
});
export type JobsOptions = z.output<typeof jobsOptions>;

declare module '../../core/settings.ts' {
  interface PluginOptions {
    jobs: typeof jobsOptions;
  }
}
