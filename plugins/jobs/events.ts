import type { EventName } from '../../core/write/events.ts';

declare module '../../core/write/events.ts' {
  interface EventData {
    job_cancelled: JobEventData;
    job_retried: JobEventData;
    job_discarded: JobEventData;
  }
}

interface JobEventData {
  readonly job: string;
  readonly task: string;
}

export const events = ['job_cancelled', 'job_retried', 'job_discarded'] as const satisfies readonly EventName[];
