import type { App } from '../../core/app.ts';
import type { Metric } from '../../core/http/metrics/metrics.ts';
import { countJobs } from './job-list.ts';

export async function metrics(app: App): Promise<readonly Metric[]> {
  const { waiting, failed, oldestDueSeconds } = await countJobs(app.reading);
  const gauge = (name: string, help: string, value: number): Metric => ({ name, help, type: 'gauge', value });
  return [
    gauge('jobs_waiting', 'Jobs that are due and have not been started.', waiting),
    gauge('jobs_failed', 'Jobs that have no attempts left.', failed),
    gauge('jobs_oldest_due_seconds', 'How long the oldest waiting job has been due.', oldestDueSeconds),
  ];
}
