import * as assert from 'uvu/assert';
import type { Client } from '../../../cli/testing/client.ts';
import { sql } from '../../../index.ts';
import { testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { command, type Desk, office, openDesk, Parcel, reactions } from './fixture.ts';

const test = suite('jobs: page');
let desk: Desk;
test.before(async () => {
  desk = await openDesk();
});
test.after(() => desk.close());
test.before.each(async () => {
  reactions.clear();
  await desk.app.database.query(sql.unsafe`delete from graphile_worker._private_jobs`);
  await desk.app.database.query(sql.unsafe`delete from rustio_job`);
});

const failed = async (text: string): Promise<string> => {
  reactions.set(text, async () => {
    throw new Error(`failed with <b>${text}</b>`);
  });
  const id = await desk.note(text, { maxAttempts: 1 });
  await desk.runDue();
  reactions.clear();
  return id;
};

/** The token of any form on the page of jobs. */
const formToken = async (client: Client): Promise<Record<string, string>> => {
  await desk.note('waits', { runAt: new Date(Date.now() + 60_000) });
  const { text } = await client.get('/admin/jobs?state=scheduled');
  const [, name = '', value = ''] =
    /<input type="hidden" name="([^"]+)" value="([^"]+)">\s*<button class="button button-quiet/.exec(text) ?? [];
  return { [name]: value };
};

test('users need jobs.view to see jobs, and jobs.manage to change them', async () => {
  const id = await failed('secret');
  const [viewer, manager, nobody] = [
    await desk.signInAs('staff', ['jobs.view']),
    await desk.signInAs('staff', ['jobs.view', 'jobs.manage']),
    await desk.signInAs('staff', ['parcel.view']),
  ];
  assert.is((await desk.client().get('/admin/jobs')).status, 303);
  assert.is((await nobody.get('/admin/jobs')).status, 403);
  assert.not.match((await nobody.get('/admin')).text, '/admin/jobs');
  assert.match((await viewer.get('/admin')).text, 'href="/admin/jobs"');
  const seen = (await viewer.get('/admin/jobs?state=failed')).text;
  assert.match(seen, 'failed with &lt;b&gt;secret&lt;/b&gt;');
  assert.not.match(seen, `/jobs/${id}/retry`);
  for (const action of ['retry', 'discard', 'cancel']) {
    const refused = await viewer.post(`/admin/jobs/${id}/${action}`, {});
    assert.equal([refused.status, await desk.outcome(id)], [403, null], action);
  }
  assert.match((await manager.get('/admin/jobs?state=failed')).text, `/jobs/${id}/retry`);
  assert.is((await manager.submit('/admin/jobs?state=failed', {}, `/admin/jobs/${id}/retry`)).status, 303);
});

test('the page shows the jobs of each state with their numbers, and never a payload', async () => {
  const administrator = await desk.signInAs('administrator');
  await failed('broken');
  await desk.note('finished-payload');
  await desk.runDue();
  await desk.note('scheduled-payload', { runAt: new Date(Date.now() + 3_600_000) });
  await desk.note('waiting-payload');
  const expected = { waiting: 'Waiting', scheduled: 'Scheduled', failed: 'Failed', done: 'Finished' };
  for (const [state, label] of Object.entries(expected)) {
    const page = await administrator.get(`/admin/jobs?state=${state}`);
    assert.is(page.status, 200);
    assert.match(page.text, `aria-current="page">${label} <b>1</b>`);
    assert.match(page.text, 'notes.write');
    assert.not.match(page.text, '-payload');
  }
  assert.match((await administrator.get('/admin/jobs?state=running')).text, 'No jobs are running');
  assert.match((await administrator.get('/admin/jobs?state=failed')).text, 'Attempt 1 of 1');
  assert.match((await administrator.get('/admin/jobs?state=waiting&task=parcels.number')).text, 'No jobs are waiting');
});

test('a running job is shown with its progress, and can be cancelled', async () => {
  const administrator = await desk.signInAs('administrator');
  const [begun, cancelled] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  reactions.set('long', async (job) => {
    await job.progress(12, 40);
    begun.resolve();
    await cancelled.promise;
  });
  const id = await desk.note('long');
  const running = desk.runDue();
  await begun.promise;
  assert.match((await administrator.get('/admin/jobs?state=running')).text, '12 of 40 done');
  const done = await administrator.submit('/admin/jobs?state=running', {}, `/admin/jobs/${id}/cancel`);
  assert.is(done.location, '/admin/jobs?state=done');
  assert.match((await administrator.get(done.location)).text, `Job ${id} was cancelled.`);
  cancelled.resolve();
  await running;
  assert.equal(await desk.queued(), []);
});

test('actions report jobs whose state has changed, and are recorded with the user', async () => {
  const administrator = await desk.signInAs('administrator');
  const id = await failed('broken');
  assert.is((await administrator.submit('/admin/jobs?state=failed', {}, `/admin/jobs/${id}/discard`)).status, 303);
  const token = await formToken(administrator);
  const repeated = await administrator.post(`/admin/jobs/${id}/discard`, token);
  assert.match((await administrator.get(repeated.location)).text, `the state of job ${id} has changed`);
  for (const wrong of ['0', 'x', '1'.repeat(30)])
    assert.is((await administrator.post(`/admin/jobs/${wrong}/discard`, token)).status, 404);
  const audit = (await administrator.get('/admin/audit?event=job_discarded')).text;
  assert.match(audit, 'Job discarded');
  assert.match(audit, 'administrator-');
});

test('invalid query parameters are ignored', async () => {
  const administrator = await desk.signInAs('administrator');
  await desk.note('one');
  for (const query of ['state=lost', 'state=waiting&task=%00', 'before=x', 'before=0', `before=${'9'.repeat(40)}`]) {
    const page = await administrator.get(`/admin/jobs?${query}`);
    assert.is(page.status, 200, query);
    assert.match(page.text, 'notes.write');
  }
});

test('jobs that do not fit on one page are on the next one', async () => {
  const administrator = await desk.signInAs('administrator');
  for (let index = 0; index < 51; index += 1) await desk.note('many');
  const first = (await administrator.get('/admin/jobs')).text;
  const [, older = ''] = /href="([^"]+)" rel="next"/.exec(first) ?? [];
  const second = (await administrator.get(older.replaceAll('&amp;', '&'))).text;
  const rowsOf = (text: string) => text.match(/\/cancel"/g)?.length ?? 0;
  assert.equal([rowsOf(first), rowsOf(second)], [50, 1]);
});

test('the page is translated to Arabic, with the tasks left to right', async () => {
  const arabic = await testApp({ locale: 'ar', models: [Parcel], extend: [office] });
  try {
    const administrator = await arabic.signInAs('administrator');
    await arabic.app.database.transaction((tx) =>
      arabic.app.service('jobs').enqueue(tx, command, 'notes.write', { text: 'one' }),
    );
    const page = await administrator.get('/admin/jobs');
    assert.match(page.text, 'dir="rtl"');
    assert.match(page.text, 'المهام الخلفية');
    assert.match(page.text, '<bdi>notes.write</bdi>');
    assert.not.match(page.text, /jobs\.(?:state|column|empty)/);
  } finally {
    await arabic.close();
  }
});
