import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { definePlugin, sql } from '../../../index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { testDatabase } from '../../support/database.ts';
import { runSql } from '../../support/run-sql.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';
import { rawRequest } from './raw-request.ts';

const test = suite('health');

async function during(work: (app: TestApp) => Promise<void>): Promise<void> {
  const app = await testApp({});
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

test('a process that can serve reports this to anyone, without a session', () =>
  during(async ({ url }) => {
    for (const path of ['/healthz', '/readyz']) {
      const { status, text, headers } = await rawRequest(url, 'GET', path);
      assert.is(status, 200);
      assert.equal(JSON.parse(text), { status: 'ok' });
      assert.is(headers['set-cookie'], undefined);
      assert.is((await rawRequest(url, 'HEAD', path)).status, 200);
      assert.is((await rawRequest(url, 'POST', path, { 'sec-fetch-site': 'same-origin' })).status, 404);
    }
  }));

test('with a pending migration the process is alive, but not ready', () =>
  during(async ({ app, url }) => {
    await app.database.query(sql.unsafe`delete from rustio_migration where source = 'audit'`);
    const { status, text, headers } = await rawRequest(url, 'GET', '/readyz');
    assert.is(status, 503);
    assert.equal(JSON.parse(text), { status: 'unavailable', missing: ['migrations'] });
    assert.ok(Number(headers['retry-after']) > 0);
    assert.is((await rawRequest(url, 'GET', '/healthz')).status, 200);
  }));

test('attack: while the database does not respond, health checks respond in time and share one connection', () =>
  during(async ({ app, url }) => {
    await withPlainConnection(app.database.url, async (client) => {
      await client.query('begin; lock table rustio_migration in access exclusive mode');
      for (let at = 0; at < 3; at += 1) {
        const began = performance.now();
        const { status, text } = await rawRequest(url, 'GET', '/readyz');
        assert.equal([status, JSON.parse(text).missing], [503, ['database']]);
        assert.ok(performance.now() - began < 5_000);
        assert.ok(app.database.connections.busy <= 1, String(app.database.connections.busy));
      }
      await client.query('rollback');
    });
    // The check that waited for the lock may still be on its way.
    for (let at = 0; at < 50 && (await rawRequest(url, 'GET', '/readyz')).status !== 200; at += 1) await wait(100);
    assert.is((await rawRequest(url, 'GET', '/readyz')).status, 200);
  }));

test('a process that can write but not read is not ready (F1)', () =>
  during(async ({ app, url }) => {
    await app.reading.close();
    const { status, text } = await rawRequest(url, 'GET', '/readyz');
    assert.equal([status, JSON.parse(text).missing], [503, ['database']]);
  }));

test('without a database the process is alive but not ready, and pages report it without internals', () =>
  during(async (running) => {
    const { app, url } = running;
    const person = await running.signInAs('staff');
    await dropUnderneath(app.environment.databaseUrl ?? '');
    const ready = await rawRequest(url, 'GET', '/readyz');
    assert.is(ready.status, 503);
    assert.ok(Number(ready.headers['retry-after']) > 0);
    assert.equal(JSON.parse(ready.text), { status: 'unavailable', missing: ['database'] });
    assert.is((await rawRequest(url, 'GET', '/healthz')).status, 200);
    assert.is((await rawRequest(url, 'GET', '/admin/login')).status, 200);

    const page = await person.get('/admin');
    assert.is(page.status, 503);
    assert.ok(Number(page.headers.get('retry-after')) > 0);
    assert.match(page.text, 'RIO-HTTP-UNAVAILABLE');
    assert.not.match(page.text, /rustio_session|ECONN|postgres:|select /);
    assert.ok(person.cookie(SESSION_COOKIE), 'the user is still signed in');
  }));

/** Drops this database, despite open connections; the server keeps running. */
async function dropUnderneath(url: string): Promise<void> {
  const other = await testDatabase();
  const name = new URL(url).pathname.slice(1);
  await runSql(other.url, `drop database "${name}" with (force)`);
  await other.drop();
}

test('health checks of plugins: only names are shown, and one that fails or never returns counts as not ready', async () => {
  const plugins = [
    definePlugin({
      name: 'mailer',
      api: 1,
      health: async () => [
        { name: 'mail-server', ok: false, message: 'smtp://user:secret@mail rejected' },
        { name: 'mail-queue', ok: true },
      ],
    }),
    definePlugin({
      name: 'broken',
      api: 1,
      health: () => {
        throw new Error('a secret of the inside');
      },
    }),
    definePlugin({ name: 'silent', api: 1, health: () => new Promise(() => {}) }),
  ];
  const app = await testApp({ extend: plugins });
  const { status, text } = await rawRequest(app.url, 'GET', '/readyz');
  assert.is(status, 503);
  assert.equal(JSON.parse(text), { status: 'unavailable', missing: ['mail-server', 'broken', 'silent'] });
  assert.equal(
    app.errors.map(({ plugin, hook }) => [plugin, hook]),
    [
      ['broken', 'health'],
      ['silent', 'health'],
    ],
  );
  assert.is((await rawRequest(app.url, 'GET', '/healthz')).status, 200);
  await app.close();
});

test('passing health checks change nothing', async () => {
  const well = definePlugin({ name: 'well', api: 1, health: async () => [{ name: 'queue', ok: true }] });
  const app = await testApp({ extend: [well] });
  assert.equal(JSON.parse((await rawRequest(app.url, 'GET', '/readyz')).text), { status: 'ok' });
  await app.close();
});
