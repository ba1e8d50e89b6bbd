import { setTimeout as wait } from 'node:timers/promises';
import { definePlugin, sql, z } from 'rustio-admin/plugin';
import { countWaiting, queue, runOne, work } from './queue.ts';

const options = z.strictObject({ pollMs: z.int().min(10).default(1_000) });
declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    queue: typeof options;
  }
}

/** Background jobs in PostgreSQL, run by `rustio-admin worker`. */
export const queuePlugin = definePlugin({
  name: 'queue',
  api: 1,
  description: 'Background jobs.',
  options,
  migrations: new URL('./migrations/', import.meta.url),
  extensionPoints: ['queue.handlers'],
  provides: { queue: () => queue },
  start(app, { role, signal }) {
    if (role !== 'worker') return;
    const { pollMs } = app.options('queue');
    const idle = () => wait(pollMs, undefined, { signal }).catch(() => {});
    const done = work(app, signal, idle).catch((error: unknown) => app.log.error({ err: error }, 'the job loop ended'));
    return () => done;
  },
  schedule: [
    {
      name: 'forget-done-jobs',
      every: '1 day',
      run: async (app) => {
        await app.database.query(sql.unsafe`delete from queue_job where done_at < now() - interval '30 days'`);
      },
    },
  ],
  health: async (app) => {
    const waiting = await countWaiting(app);
    return [{ name: 'queue', ok: waiting < 10_000, message: `${waiting} jobs are waiting` }];
  },
  metrics: async (app) => [
    { name: 'queue_waiting', help: 'Jobs that have not run yet.', type: 'gauge', value: await countWaiting(app) },
  ],
  commands: [
    {
      name: 'queue run',
      description: 'Run every job that is due, then stop',
      needs: 'database',
      async run({ app }, { print, signal }) {
        let done = 0;
        while (!signal.aborted && (await runOne(app))) done += 1;
        print(done === 1 ? 'Ran 1 job.' : `Ran ${done} jobs.`);
      },
    },
  ],
});
