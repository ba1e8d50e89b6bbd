// Black-box test: the database accepts connections but never responds. Requests fail soon, and recover when it responds again.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import {
  ADD,
  allPermissions as parcelPermissions,
  removeFolder,
  serverFolder,
  startEmbeddedApp,
} from '../http/embedded-app.ts';
import { allPermissions, openDesk, run } from '../plugins/admin/desk.ts';
import type { TestApp } from '../support/app.ts';
import { type Client, formFieldsOf } from '../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../support/database-proxy.ts';
import { suite } from '../support/suite.ts';
import { until } from '../support/until.ts';

const test = suite('trial: the database does not respond');
let app: TestApp;
let proxy: DatabaseProxy;
let clerks: readonly Client[];

test.before(async () => {
  ({ app, proxy } = await throughProxy((options) => openDesk({}, options)));
  clerks = await Promise.all(Array.from({ length: 6 }, () => app.signInAs('staff', allPermissions)));
  await run(app)`insert into thing (name) values ('Anvil')`;
});
test.after(() => app.close());

interface Timed {
  readonly status: number;
  readonly ms: number;
}

async function timed(work: Promise<{ readonly status: number }>): Promise<Timed> {
  const began = performance.now();
  const { status } = await work;
  return { status, ms: performance.now() - began };
}

/** Opens as many connections as the pool has. */
async function warm(): Promise<void> {
  await Promise.all(clerks.map((clerk) => clerk.get('/admin/things')));
}

test('existing connections are dead but new ones work: pages recover within ten seconds (F1)', async () => {
  await warm();
  proxy.drop();
  const first = await Promise.all(clerks.map((clerk) => timed(clerk.get('/admin/things'))));
  for (const { status, ms } of first) assert.ok((status === 200 || status === 503) && ms < 10_000, `${status} ${ms}`);
  const again = await Promise.all(clerks.map((clerk) => timed(clerk.get('/admin/things'))));
  assert.equal(
    again.map(({ status }) => status),
    clerks.map(() => 200),
  );
  // The write pool has its own connections, which are detected as dead on first use.
  const page = '/admin/things/+new';
  const [clerk] = clerks;
  if (clerk === undefined) throw new Error('no clerk');
  const fields = formFieldsOf((await clerk.get(page)).text, page);
  const saved = await timed(clerk.post(page, { ...fields, name: 'Bellows' }));
  assert.ok(saved.ms < 12_000, String(saved.ms));
  if (saved.status !== 303) assert.is((await clerk.post(page, { ...fields, name: 'Bellows' })).status, 303);
  assert.equal(await run(app)`select count(*)::int as n from thing where name = 'Bellows'`, [{ n: 1 }]);
});

test('nothing responds for a while: pages and /readyz return 503 within ten seconds, and recover afterwards (F1)', async () => {
  await warm();
  proxy.stall();
  const ready = timed(app.client().get('/readyz'));
  const pages = await Promise.all(clerks.map((clerk) => timed(clerk.get('/admin/things'))));
  for (const { status, ms } of pages) assert.ok(status === 503 && ms < 11_000, `${status} ${ms}`);
  const { status, ms } = await ready;
  assert.ok(status === 503 && ms < 4_000, `${status} ${ms}`);
  proxy.resume();
  await warm();
  for (const clerk of clerks) assert.is((await clerk.get('/admin/things')).status, 200);
});

test('thirty users save a locked row: lists, sign-ins and /readyz continue to work (F2)', async () => {
  const savers = [
    ...clerks,
    ...(await Promise.all(Array.from({ length: 9 }, () => app.signInAs('staff', allPermissions)))),
  ];
  const page = '/admin/things/1/+edit';
  const forms = await Promise.all(savers.map(async (saver) => formFieldsOf((await saver.get(page)).text, page)));
  const email = await app.account('staff', ['thing.view']);
  await withPlainConnection(app.app.database.url, async (other) => {
    await other.query('begin; select from thing where id = 1 for update');
    // Each of them clicks twice.
    const saves = Promise.all(
      [0, 1].flatMap((click) =>
        savers.map((saver, at) => timed(saver.post(page, { ...forms[at], name: `Anvil ${at} ${click}` }))),
      ),
    );
    const waiting = () => run(app)`select from pg_stat_activity where wait_event_type = 'Lock'`;
    await until(async () => (await waiting()).length > 0);
    const others = await Promise.all([
      timed(clerks[0]?.get('/admin/things') ?? Promise.reject(new Error('no clerk'))),
      timed(app.client().get('/readyz')),
      timed(app.client().signIn(email, 'correct horse battery')),
    ]);
    assert.equal(
      others.map(({ status }) => status),
      [200, 200, 303],
    );
    for (const { ms } of others) assert.ok(ms < 4_000, others.map((each) => each.ms).join(' '));
    const results = await saves;
    // At most ten seconds for a connection and two waits of five for the lock: about 20 s here. One by one, they would take a
    // minute.
    for (const { status, ms } of results) assert.ok(status === 503 && ms < 25_000, `${status} ${ms}`);
    await other.query('rollback');
  });
  assert.equal(await run(app)`select name from thing where id = 1`, [{ name: 'Anvil' }]);
});

test('PostgreSQL is paused for 20 seconds: 503 within ten, and no change is lost (F1)', async () => {
  const folder = await serverFolder();
  const home = path.join(folder, 'local');
  const { app: own, server } = await startEmbeddedApp(home);
  try {
    const clerk = await own.signInAs('staff', parcelPermissions);
    const fields = formFieldsOf((await clerk.get(ADD)).text, ADD);
    const processes = await processesOf(home, server.url);
    for (const pid of processes) process.kill(pid, 'SIGSTOP');
    const began = performance.now();
    const list = timed(clerk.get('/admin/parcels'));
    const ready = timed(own.client().get('/readyz'));
    const save = timed(clerk.post(ADD, { ...fields, name: 'Kept once' }));
    for (const { status, ms } of await Promise.all([list, ready, save]))
      assert.ok(status === 503 && ms < 11_000, `${status} ${ms}`);
    await wait(Math.max(0, 20_000 - (performance.now() - began)));
    for (const pid of processes) resume(pid);
    let status = 0;
    for (let attempt = 0; attempt < 50 && status !== 200; attempt += 1) {
      await wait(100);
      ({ status } = await clerk.get('/admin/parcels'));
    }
    assert.is(status, 200);
    assert.is((await clerk.post(ADD, { ...fields, name: 'Kept once' })).status, 303);
    const rows = await withPlainConnection(
      server.url,
      async (client) => (await client.query(`select from parcel`)).rowCount,
    );
    assert.is(rows, 1);
  } finally {
    await own.close();
    await server.leave();
    await removeFolder(folder);
  }
});

/** The postmaster and the backends of the application. */
async function processesOf(home: string, url: string): Promise<readonly number[]> {
  const [postmaster = ''] = (await readFile(path.join(home, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  const backends = await withPlainConnection(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return rows.map(({ pid }) => pid);
  });
  return [Number(postmaster), ...backends];
}

/** A paused process that was asked to exit in the meantime exits once it continues. */
function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It has exited.
  }
}
