// Black box: the disk of the database is full. Nothing is half-written, stored data can be read, and it recovers once there is space.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { startEmbedded } from '../../core/database/embedded.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { mainOf, textOf } from '../plugins/admin/page.ts';
import { testApp } from '../support/app.ts';
import { type Client, type FormFields, parseForms, type TestResponse } from '../support/client.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { queryRows } from '../support/run-sql.ts';
import { suite } from '../support/suite.ts';
import { ADD, allPermissions, config, serverFolder, startEmbeddedApp } from './embedded-app.ts';
import { mayMount, smallDisk } from './small-disk.ts';

const test = suite('http: the disk is full');

async function formOf(client: Client, name: string): Promise<FormFields> {
  const { text } = await client.get(ADD);
  const fields = parseForms(text).find(({ action }) => action === ADD)?.fields;
  if (!fields) throw new Error(`no form on ${ADD}`);
  return { ...fields, name };
}

function assertFullPage({ status, headers, text }: TestResponse): void {
  assert.is(status, 503);
  assert.is(headers.get('retry-after'), '5');
  const shownText = textOf(mainOf(text));
  for (const part of [
    'RIO-HTTP-DISK-FULL',
    'The database is out of disk space',
    'The disk of the database server is full. Your changes were not saved; existing data is not affected.',
    'Ask your administrator to free disk space, then submit the form again.',
  ])
    assert.match(shownText, part);
  assert.not.match(shownText, /extend|pg_wal|base\/|No space left|insert into/);
}

const traces = (name: string): string => `
  select (select count(*)::int from parcel where name = '${name}') as rows,
    (select count(*)::int from rustio_audit where after ->> 'name' = '${name}') as entries,
    (select count(*)::int from rustio_idempotency_key) as claims`;

test("PostgreSQL's error for a full disk becomes a page that explains it; the form can be submitted again", async () => {
  const app = await testApp(config);
  const { url } = app.app.database;
  try {
    const clerk = await app.signInAs('staff', allPermissions);
    await withPlainConnection(url, (client) =>
      client.query(`
        create function full_disk() returns trigger language plpgsql as
          $$ begin raise exception 'could not extend file "base/1/2"' using errcode = 'disk_full'; end $$;
        create trigger full_disk before insert on rustio_audit for each row execute function full_disk()`),
    );
    const form = await formOf(clerk, 'Heavy');
    assertFullPage(await clerk.post(ADD, form));
    assert.equal(await queryRows(url, traces('Heavy')), [{ rows: 0, entries: 0, claims: 0 }]);
    await queryRows(url, 'drop trigger full_disk on rustio_audit');
    assert.is((await clerk.post(ADD, form)).status, 303);
    assert.equal(await queryRows(url, traces('Heavy')), [{ rows: 1, entries: 1, claims: 1 }]);
    assert.equal(
      app.errors.map(({ code }) => code),
      ['RIO-HTTP-DISK-FULL'],
    );
  } finally {
    await app.close();
  }
});

if (mayMount) {
  test('a full disk: 503, no partial writes, and automatic recovery once there is space', async () => {
    const folder = await serverFolder();
    const disk = smallDisk(folder, 160);
    const { app, server } = await startEmbeddedApp(path.join(folder, 'local'));
    try {
      const clerk = await app.signInAs('staff', allPermissions);
      assert.is((await clerk.post(ADD, await formOf(clerk, 'Before'))).status, 303);
      const form: FormFields = {
        ...(await formOf(clerk, 'Heavy')),
        contents: 'x'.repeat(800_000).replace(/x/g, letter),
      };

      disk.fill();
      assertFullPage(await clerk.post(ADD, form));
      assert.match((await clerk.get('/admin/parcels')).text, 'Before', 'stored data can be read');
      assert.is((await app.client().get('/readyz')).status, 200);

      // The write-ahead log has no space either: PostgreSQL stops and cannot restart.
      await withPlainConnection(server.url, async (client) => {
        for (;;) await client.query('select txid_current(), pg_switch_wal()');
      }).catch(() => {});
      // Space that it frees while stopping is filled, too, until the process that uses it reports that it did not start.
      for (const isDown = startFails(); !isDown(); await wait(20)) disk.fill();
      const gone = await until(() => clerk.get('/admin/parcels'), 503);
      assert.match(textOf(mainOf(gone.text)), 'RIO-HTTP-UNAVAILABLE');

      disk.free();
      assert.match((await until(() => clerk.get('/admin/parcels'), 200)).text, 'Before');
      assert.equal(await queryRows(server.url, traces('Heavy')), [{ rows: 0, entries: 0, claims: 1 }]);
      assert.is((await clerk.post(ADD, form)).status, 303);
      assert.equal(await queryRows(server.url, traces('Heavy')), [{ rows: 1, entries: 1, claims: 2 }]);
      const codes = new Set(app.errors.flatMap(({ code }) => (code === undefined ? [] : [code])));
      assert.equal(codes, new Set(['RIO-HTTP-DISK-FULL', 'RIO-HTTP-UNAVAILABLE']));
    } finally {
      disk.free();
      await app.close();
      await server.leave();
    }
  });

  test('a first start on a full disk reports it', async () => {
    const folder = await serverFolder();
    const disk = smallDisk(folder, 8);
    const home = path.join(folder, 'local');
    await mkdir(home);
    // initdb runs out of space; with none at all, not even its password file could be written.
    for (const fill of [() => {}, () => disk.fill()]) {
      fill();
      const error = await rustioFailureOf(startEmbedded(home));
      assert.is(error.code, 'RIO-EMBEDDED-INITDB');
      assert.match([error.parts.why, ...error.details].join('\n'), /no space left on device/i);
    }
  });
}

/** Whether an embedded server of this process was started without success. */
function startFails(): () => boolean {
  let failed = false;
  process.on('warning', ({ message }) => {
    failed ||= message.includes('did not start');
  });
  return () => failed;
}

let seed = 1;

/** Letters that PostgreSQL cannot compress: the same ones in every run. */
function letter(): string {
  seed = (seed * 48_271) % 2_147_483_647;
  return String.fromCharCode(97 + (seed % 26));
}

/** Repeats the request until it gets this response; otherwise the runner's timeout ends the test. */
async function until(send: () => Promise<TestResponse>, status: number): Promise<TestResponse> {
  for (;;) {
    const answer = await send();
    if (answer.status === status) return answer;
    await wait(50);
  }
}
