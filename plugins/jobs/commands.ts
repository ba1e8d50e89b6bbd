import type { Command } from '../../core/command.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { changeJob, type JobAction } from './change-job.ts';
import { jobNotChanged } from './errors.ts';
import { isJobState, JOB_STATES, readJobs } from './job-list.ts';

export const commands: readonly Command[] = [
  {
    name: 'jobs list',
    group: 'Run and inspect background jobs',
    description: 'List the newest jobs in one state, without their payloads',
    needs: 'database',
    options: {
      state: { description: 'State of the jobs', type: 'string', choices: JOB_STATES, default: 'failed' },
    },
    async run({ database }, { values, print }) {
      const state = String(values.state);
      const { jobs } = await readJobs(database, { state: isJobState(state) ? state : 'failed' });
      for (const { id, task, attempts, max_attempts: max, last_error: error, outcome, created_at: created } of jobs) {
        const remarks = [attempts === null ? outcome : `${attempts}/${max}`, error].filter((text) => text !== null);
        print([id.padStart(6), created.slice(0, 19), task.padEnd(24), ...remarks].join('  ').trimEnd());
      }
      if (jobs.length === 0) print(`No ${state} jobs.`);
    },
  },
  changeCommand('retry', 'Retry a job that has failed or is waiting for its next attempt', 'will be run again'),
  changeCommand('discard', 'Remove a job that has failed', 'was discarded'),
  {
    name: 'jobs run',
    description: 'Run all jobs that are due, then exit',
    needs: 'database',
    async run({ app }, { print, signal }) {
      print(`Jobs run: ${await app.service('jobs').runDue(signal)}.`);
    },
  },
];

function changeCommand(action: JobAction, description: string, result: string): Command {
  return {
    name: `jobs ${action} ID`,
    description,
    needs: 'database',
    async run({ app }, { values, print }) {
      const id = String(values.id);
      const isDone = await app.database.transaction((tx) => changeJob(app, tx, commandAuditContext(), { action, id }));
      if (!isDone) throw jobNotChanged({ id, action });
      print(`Job ${id} ${result}.`);
    },
  };
}
