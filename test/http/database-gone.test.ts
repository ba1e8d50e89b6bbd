// Black box: PostgreSQL goes away under a running server, and comes back.
import * as assert from 'uvu/assert';
import { everything, openDesk, run } from '../plugins/admin/desk.ts';
import type { TestApp } from '../support/app.ts';
import { type Client, formsOf } from '../support/client.ts';
import { type DatabaseProxy, databaseProxy } from '../support/database-proxy.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: the database is gone');
let desk: TestApp;
let clerk: Client;
let proxy: DatabaseProxy;

test.before(async () => {
  const by = async (url: string) => {
    proxy = await databaseProxy(url);
    return proxy.url;
  };
  desk = await openDesk({}, { by });
  clerk = await desk.person('staff', everything);
  await run(desk)`insert into thing (name) values ('Anvil')`;
});
test.after(() => desk.close());

const paths = [
  '/admin',
  '/admin/things',
  '/admin/things/1',
  '/admin/things/1/+edit',
  '/admin/things/1/+history',
  '/admin/things/+options/boss?q=a',
];

test('pages say it in four parts with a time to come again, and go on by themselves when it is back', async () => {
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
  assert.is((await desk.client().get('/healthz')).status, 200, 'the process lives');
  const ready = await desk.client().get('/readyz');
  assert.is(ready.status, 503);
  await proxy.mend();
  for (const path of paths) assert.is((await clerk.get(path)).status, 200, path);
});

test('nobody is signed out by it', async () => {
  const before = clerk.cookie('rustio');
  await proxy.cut();
  await clerk.get('/admin/things');
  assert.is(clerk.cookie('rustio'), before);
  await proxy.mend();
  assert.is((await clerk.get('/admin/things')).status, 200);
});

test('a form that was sent meanwhile is not stored, and can be sent again', async () => {
  const page = '/admin/things/+new';
  const held = formsOf((await clerk.get(page)).text).find(({ action }) => action === page)?.fields ?? {};
  await proxy.cut();
  const lost = await clerk.post(page, { ...held, name: 'Patient' });
  assert.is(lost.status, 503);
  await proxy.mend();
  assert.equal(await run(desk)`select count(*)::integer as n from thing where name = 'Patient'`, [{ n: 0 }]);
  assert.is((await clerk.post(page, { ...held, name: 'Patient' })).status, 303);
  assert.equal(await run(desk)`select count(*)::integer as n from thing where name = 'Patient'`, [{ n: 1 }]);
});

test('signing in says so, too, and works afterwards', async () => {
  const email = await desk.account('staff', ['thing.view']);
  await proxy.cut();
  const { status } = await desk.client().signIn(email, 'correct horse battery');
  assert.is(status, 503);
  await proxy.mend();
  assert.is((await desk.client().signIn(email, 'correct horse battery')).status, 303);
});

test('connections that the server ended by itself are replaced without an error to the reader after the first', async () => {
  await clerk.get('/admin/things');
  await run(desk)`
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

test('all of it was told to whoever runs the server, and nothing else was', () => {
  assert.ok(desk.errors.length > 0);
  const codes = new Set(desk.errors.flatMap(({ code }) => (code === undefined ? [] : [code])));
  assert.equal([...codes], ['RIO-HTTP-UNAVAILABLE']);
});
