// Run by killed.long.test.ts in a separate process: a worker that is killed at a moment, or runs until it is stopped.
//
//   node killed-worker.ts DATABASE_URL MOMENT
//
// The task `effect.add` adds a row in its transaction, `effect.send` in another one, as if it sent an email.

import { definePlugin, sql, z } from '../../../index.ts';
import { defineJobTask } from '../../../plugins/jobs/public.ts';
import { killableApp } from '../../support/killable-app.ts';

const [, , databaseUrl = '', moment = ''] = process.argv;

function at(name: string): void {
  if (name === moment) process.kill(process.pid, 'SIGKILL');
}

const payload = z.object({ name: z.string() });
const add = defineJobTask({
  name: 'effect.add',
  payload,
  permissions: [],
  async commit(tx, job) {
    at('before');
    tx.afterCommit(() => at('after the commit'));
    await tx.query(sql.unsafe`insert into effect (name) values (${job.payload.name})`);
    at('during');
  },
});
const send = defineJobTask({
  name: 'effect.send',
  payload,
  permissions: [],
  async run({ app, payload: { name } }) {
    at('before');
    await app.database.query(sql.unsafe`insert into effect (name) values (${name})`);
    at('after the effect');
  },
});

const effects = definePlugin({ name: 'effects', api: 1, contributes: { 'jobs.tasks': [add, send] } });
const application = await killableApp(databaseUrl, {
  name: 'Killed',
  extend: [effects],
  plugins: { jobs: { heartbeatSeconds: 0.2, pollMs: 50 } },
});
await application.work();
process.once('SIGTERM', () => void application.close().then(() => process.exit(0)));
