// Black box: the database is read-only (a standby after a failover, a managed service whose disk is full).
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { allPermissions, openDesk, run } from '../plugins/admin/desk.ts';
import type { TestApp } from '../support/app.ts';
import { type Client, formFieldsOf } from '../support/client.ts';
import { suite } from '../support/suite.ts';
import { until } from '../support/until.ts';

const test = suite('http: the database is read-only');
let app: TestApp;
let clerk: Client;

test.before(async () => {
  app = await openDesk();
  clerk = await app.signInAs('staff', allPermissions);
  await run(app)`insert into thing (name) values ('Anvil')`;
});
test.after(() => app.close());

async function whileReadOnly(work: () => Promise<void>): Promise<void> {
  const name = decodeURIComponent(new URL(app.app.database.url).pathname.slice(1));
  await withPlainConnection(app.app.database.url, async (admin) => {
    const set = async (value: 'on' | 'off') => {
      await admin.query('set transaction_read_only = off');
      await admin.query(`alter database ${admin.escapeIdentifier(name)} set default_transaction_read_only = ${value}`);
      await admin.query(
        'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
    };
    // The first requests may meet connections that were ended.
    const isBack = async () => (await clerk.get('/admin')).status === 200;
    await set('on');
    await until(isBack);
    try {
      await work();
    } finally {
      await set('off');
      await until(isBack);
    }
  });
}

/** Activity is recorded once a minute. */
const makeStale = () => run(app)`update rustio_session set last_seen_at = now() - interval '2 minutes'`;

test('pages are shown even if the last activity of the session cannot be recorded (F8)', async () => {
  await makeStale();
  // Its message is shown, and stays: that it was shown cannot be stored.
  await clerk.submit('/admin/things/+new', { name: 'Bellows' });
  await whileReadOnly(async () => {
    for (const path of [
      '/admin',
      '/admin/+search?q=Anvil',
      '/admin/account',
      '/admin/account/sessions',
      '/admin/things',
      '/admin/things/1',
      '/admin/things/1/+edit',
      '/admin/things/1/+history',
    ]) {
      const { status } = await clerk.get(path);
      assert.is(status, 200, path);
    }
    assert.is((await app.client().get('/admin/login')).status, 200);
    assert.is((await app.client().get('/readyz')).status, 200);
  });
  assert.equal(
    app.errors.filter(({ code }) => code !== 'RIO-HTTP-UNAVAILABLE'),
    [],
  );
});

test('a save and a sign-in report it, and the form can be submitted again (F8)', async () => {
  const email = await app.account('staff', ['thing.view']);
  const page = '/admin/things/+new';
  const fields = formFieldsOf((await clerk.get(page)).text, page);
  await whileReadOnly(async () => {
    const saved = await clerk.post(page, { ...fields, name: 'Patient' });
    assert.is(saved.status, 503);
    assert.match(saved.text, 'RIO-HTTP-READ-ONLY');
    assert.match(saved.text, 'Changes cannot be saved at the moment');
    assert.is((await app.client().signIn(email, 'correct horse battery')).status, 503);
  });
  assert.is((await clerk.post(page, { ...fields, name: 'Patient' })).status, 303);
});

test('a page does not wait for connections used by writes (F8)', async () => {
  await makeStale();
  await withPlainConnection(app.app.database.url, async (other) => {
    await other.query('begin; lock table rustio_session in share row exclusive mode');
    const began = performance.now();
    assert.is((await clerk.get('/admin/things')).status, 200);
    assert.ok(performance.now() - began < 4_000);
    await other.query('rollback');
  });
});
