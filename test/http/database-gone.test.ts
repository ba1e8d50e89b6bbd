// Black box: PostgreSQL becomes unavailable under a running server, and recovers.
import * as assert from 'uvu/assert';
import { allPermissions, openDesk, run } from '../plugins/admin/desk.ts';
import { mainOf, textOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import { type Client, formFieldsOf } from '../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../support/database-proxy.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: the database is unavailable');
let app: TestApp;
let clerk: Client;
let proxy: DatabaseProxy;

test.before(async () => {
  ({ app, proxy } = await throughProxy((options) => openDesk({}, options)));
  clerk = await app.signInAs('staff', allPermissions);
  await run(app)`insert into thing (name) values ('Anvil')`;
});
test.after(() => app.close());

const paths = [
  '/admin',
  '/admin/things',
  '/admin/things/1',
  '/admin/things/1/+edit',
  '/admin/things/1/+history',
  '/admin/things/+options/boss?q=a',
];

test('pages report it with Retry-After, and recover when the database is back', async () => {
  for (const path of paths) assert.is((await clerk.get(path)).status, 200, path);
  await proxy.cut();
  for (const path of paths) {
    const { status, headers, text } = await clerk.get(path);
    assert.is(status, 503, path);
    assert.is(headers.get('retry-after'), '5');
    assert.match(text, 'RIO-HTTP-UNAVAILABLE');
    assert.match(text, headers.get('x-correlation-id') ?? 'no id');
    for (const inside of ['ECONN', '127.0.0.1', 'postgres', 'node:', '/core/', 'slonik'])
      assert.not.match(text, inside, `${path}: ${inside}`);
  }
  assert.is((await app.client().get('/healthz')).status, 200, 'the process is alive');
  const ready = await app.client().get('/readyz');
  assert.is(ready.status, 503);
  await proxy.restore();
  for (const path of paths) assert.is((await clerk.get(path)).status, 200, path);
});

test('no user is signed out', async () => {
  const before = clerk.cookie(SESSION_COOKIE);
  await proxy.cut();
  await clerk.get('/admin/things');
  assert.is(clerk.cookie(SESSION_COOKIE), before);
  await proxy.restore();
  assert.is((await clerk.get('/admin/things')).status, 200);
});

test('a form submitted in the meantime is not stored and can be submitted again', async () => {
  const page = '/admin/things/+new';
  const fields = formFieldsOf((await clerk.get(page)).text, page);
  await proxy.cut();
  const lost = await clerk.post(page, { ...fields, name: 'Patient' });
  assert.is(lost.status, 503);
  await proxy.restore();
  assert.equal(await run(app)`select count(*)::integer as n from thing where name = 'Patient'`, [{ n: 0 }]);
  assert.is((await clerk.post(page, { ...fields, name: 'Patient' })).status, 303);
  assert.equal(await run(app)`select count(*)::integer as n from thing where name = 'Patient'`, [{ n: 1 }]);
});

test('if the connection is lost during COMMIT, the page does not claim that nothing was saved', async () => {
  const page = '/admin/things/+new';
  const fields = formFieldsOf((await clerk.get(page)).text, page);
  proxy.loseResponse('COMMIT', 'closed');
  const { status, headers, text } = await clerk.post(page, { ...fields, name: 'Unconfirmed' });
  assert.is(status, 503);
  assert.is(headers.get('retry-after'), '5');
  const shown = textOf(mainOf(text));
  assert.match(shown, 'It is not known whether your changes were saved');
  assert.match(shown, 'check whether the changes are there');
  assert.match(shown, 'RIO-DATABASE-COMMIT');
  const stored = () => run(app)`select count(*)::integer as n from thing where name = 'Unconfirmed'`;
  assert.equal(await stored(), [{ n: 1 }]);
  assert.is((await clerk.post(page, { ...fields, name: 'Unconfirmed' })).status, 303);
  assert.equal(await stored(), [{ n: 1 }], 'the form that is submitted again is not saved twice');
});

test('the sign-in page also reports it, and recovers afterwards', async () => {
  const email = await app.account('staff', ['thing.view']);
  await proxy.cut();
  const { status } = await app.client().signIn(email, 'correct horse battery');
  assert.is(status, 503);
  await proxy.restore();
  assert.is((await app.client().signIn(email, 'correct horse battery')).status, 303);
});

test('connections that the server closed are replaced: at most the first request fails', async () => {
  await clerk.get('/admin/things');
  await run(app)`
    select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
  `;
  const statuses: number[] = [];
  for (let at = 0; at < 6; at++) statuses.push((await clerk.get('/admin/things')).status);
  assert.ok(
    statuses.every((status) => status === 200 || status === 503),
    statuses.join(' '),
  );
  assert.equal(statuses.slice(-3), [200, 200, 200]);
});

test('these errors were logged, and no others', () => {
  assert.ok(app.errors.length > 0);
  const codes = new Set(app.errors.flatMap(({ code }) => (code === undefined ? [] : [code])));
  assert.equal([...codes].sort(), ['RIO-DATABASE-COMMIT', 'RIO-HTTP-UNAVAILABLE']);
});
