// Killed at any moment, a job is run again, and its effect in the database happens once.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { queryRows, runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { type Desk, openDesk } from './fixture.ts';

const test = suite('jobs: killed workers');
let desk: Desk;
let url: string;
test.before(async () => {
  desk = await openDesk();
  url = desk.app.database.url;
  await runSql(url, 'create table effect (name text not null)');
});
test.after(() => desk.close());

const script = fileURLToPath(new URL('./killed-worker.ts', import.meta.url));

function startWorker(moment: string) {
  const child = spawn(process.execPath, ['--conditions=rustio-source', script, url, moment], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<string>((resolve) => child.on('exit', (code, signal) => resolve(signal ?? String(code))));
  return { ended, stop: () => void child.kill('SIGTERM') };
}

/** As `enqueue` would, for tasks that only the worker has. */
async function enqueue(task: string, name: string): Promise<void> {
  await runSql(
    url,
    `insert into rustio_job (id, task, caused_by, correlation_id)
    select id, '${task}', 'test', 'x' from graphile_worker.add_job('${task}', '{"name": "${name}"}')`,
  );
}

const effectsOf = async (name: string): Promise<number> =>
  (await queryRows(url, `select name from effect where name = '${name}'`)).length;
const isEmpty = async () => (await queryRows(url, 'select from graphile_worker._private_jobs')).length === 0;

for (const [task, moment, effects] of [
  ['effect.add', 'before', 1],
  ['effect.add', 'during', 1],
  ['effect.add', 'after the commit', 1],
  ['effect.send', 'before', 1],
  // The process cannot know whether the email was sent.
  ['effect.send', 'after the effect', 2],
] as const) {
  const times = effects === 1 ? 'once' : 'twice';
  test(`${task}: the process is killed ${moment}: the job is run again, and its effect happens ${times}`, async () => {
    const name = `${task} ${moment}`;
    await enqueue(task, name);
    assert.is(await startWorker(moment).ended, 'SIGKILL');
    assert.not.ok(await isEmpty(), 'the job is still in the queue');
    const began = performance.now();
    const next = startWorker('never');
    await until(isEmpty);
    // Six heartbeats of 0.2 s; with the default of 10 s, a minute.
    assert.ok(performance.now() - began < 20_000);
    next.stop();
    assert.is(await next.ended, '0');
    assert.is(await effectsOf(name), effects);
  });
}
