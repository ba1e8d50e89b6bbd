import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain.ts';
import { definePlugin, sql } from '../../../index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { ask } from './raw.ts';

const test = suite('health');

async function during(work: (app: TestApp) => Promise<void>): Promise<void> {
  const app = await testApp({});
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

test('a process that can serve says so, to anybody and without a session', () =>
  during(async ({ url }) => {
    for (const path of ['/healthz', '/readyz']) {
      const { status, text, headers } = await ask(url, 'GET', path);
      assert.is(status, 200);
      assert.equal(JSON.parse(text), { status: 'ok' });
      assert.is(headers['set-cookie'], undefined);
      assert.is((await ask(url, 'HEAD', path)).status, 200);
      assert.is((await ask(url, 'POST', path, { 'sec-fetch-site': 'same-origin' })).status, 404);
    }
  }));

test('a database that lacks a migration is not served: alive, and not ready', () =>
  during(async ({ app, url }) => {
    await app.database.query(sql.unsafe`delete from rustio_migration where source = 'audit'`);
    const { status, text, headers } = await ask(url, 'GET', '/readyz');
    assert.is(status, 503);
    assert.equal(JSON.parse(text), { status: 'unavailable', missing: ['migrations'] });
    assert.ok(Number(headers['retry-after']) > 0);
    assert.is((await ask(url, 'GET', '/healthz')).status, 200);
  }));

test('attack: questions that the database does not answer are answered in time, and hold one connection together', () =>
  during(async ({ app, url }) => {
    await withPlainConnection(app.database.url, async (client) => {
      await client.query('begin; lock table rustio_migration in access exclusive mode');
      for (let at = 0; at < 3; at += 1) {
        const began = performance.now();
        const { status, text } = await ask(url, 'GET', '/readyz');
        assert.equal([status, JSON.parse(text).missing], [503, ['database']]);
        assert.ok(performance.now() - began < 5_000);
        assert.is(app.database.connections.busy, 1);
      }
      await client.query('rollback');
    });
    assert.is((await ask(url, 'GET', '/readyz')).status, 200);
  }));

test('a database that is gone: alive, not ready, and pages say it in four parts without a word of the inside', () =>
  during(async (running) => {
    const { app, url } = running;
    const person = await running.person('staff');
    await dropUnderneath(app.environment.databaseUrl ?? '');
    const ready = await ask(url, 'GET', '/readyz');
    assert.is(ready.status, 503);
    assert.ok(Number(ready.headers['retry-after']) > 0);
    assert.equal(JSON.parse(ready.text), { status: 'unavailable', missing: ['database'] });
    assert.is((await ask(url, 'GET', '/healthz')).status, 200);
    assert.is((await ask(url, 'GET', '/admin/login')).status, 200);

    const page = await person.get('/admin');
    assert.is(page.status, 503);
    assert.ok(Number(page.headers.get('retry-after')) > 0);
    assert.match(page.text, 'RIO-HTTP-UNAVAILABLE');
    assert.not.match(page.text, /rustio_session|ECONN|postgres:|select /);
    assert.ok(person.cookie('rustio'), 'nobody is signed out by it');
  }));

/** The server stays; this database goes, whoever is connected. */
async function dropUnderneath(url: string): Promise<void> {
  const other = await testDatabase();
  const name = new URL(url).pathname.slice(1);
  await withPlainConnection(other.url, (client) => client.query(`drop database "${name}" with (force)`));
  await other.drop();
}

test('plugins say what must hold: only names are shown, and one that fails or never answers counts as not ready', async () => {
  const plugins = [
    definePlugin({
      name: 'mailer',
      api: 1,
      health: async () => [
        { name: 'mail-server', ok: false, message: 'smtp://user:secret@mail refused' },
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
  const { status, text } = await ask(app.url, 'GET', '/readyz');
  assert.is(status, 503);
  assert.equal(JSON.parse(text), { status: 'unavailable', missing: ['mail-server', 'broken', 'silent'] });
  assert.equal(
    app.errors.map(({ plugin, hook }) => [plugin, hook]),
    [
      ['broken', 'health'],
      ['silent', 'health'],
    ],
  );
  assert.is((await ask(app.url, 'GET', '/healthz')).status, 200);
  await app.close();
});

test('plugins that are well change nothing', async () => {
  const well = definePlugin({ name: 'well', api: 1, health: async () => [{ name: 'queue', ok: true }] });
  const app = await testApp({ extend: [well] });
  assert.equal(JSON.parse((await ask(app.url, 'GET', '/readyz')).text), { status: 'ok' });
  await app.close();
});
