// Black box: the disk under the database is full. Nothing is stored by half, what was stored can be read, and with room it goes on.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { startEmbedded } from '../../core/database/embedded.ts';
import { withPlainConnection } from '../../core/database/plain.ts';
import { mainOf, textOf } from '../plugins/admin/page.ts';
import { testApp } from '../support/app.ts';
import { type Answer, type Client, type FormFields, formsOf } from '../support/client.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';
import { ADD, ask, desk, embeddedDesk, everything, serverFolder } from './embedded-desk.ts';
import { mayMount, smallDisk } from './small-disk.ts';

const test = suite('http: the disk is full');

async function formOf(client: Client, name: string): Promise<FormFields> {
  const { text } = await client.get(ADD);
  const fields = formsOf(text).find(({ action }) => action === ADD)?.fields;
  if (!fields) throw new Error(`no form on ${ADD}`);
  return { ...fields, name };
}

function assertSaysFull({ status, headers, text }: Answer): void {
  assert.is(status, 503);
  assert.is(headers.get('retry-after'), '5');
  const said = textOf(mainOf(text));
  for (const part of [
    'RIO-HTTP-FULL',
    'There is no room left to store this.',
    'The disk of the database is full. Nothing of your change was kept; what was stored before is safe.',
    'Tell the people who run this application: somebody must make room. Then send the form again.',
    'After room was made.',
  ])
    assert.match(said, part);
  assert.not.match(said, /extend|pg_wal|base\/|No space left|insert into/);
}

const traces = (name: string): string => `
  select (select count(*)::int from parcel where name = '${name}') as rows,
    (select count(*)::int from rustio_audit where after ->> 'name' = '${name}') as entries,
    (select count(*)::int from rustio_once) as claims`;

test('what PostgreSQL says of a full disk is a page that says so; the form can be sent again', async () => {
  const app = await testApp(desk);
  const { url } = app.app.database;
  try {
    const clerk = await app.person('staff', everything);
    await withPlainConnection(url, (client) =>
      client.query(`
        create function full_disk() returns trigger language plpgsql as
          $$ begin raise exception 'could not extend file "base/1/2"' using errcode = 'disk_full'; end $$;
        create trigger full_disk before insert on rustio_audit for each row execute function full_disk()`),
    );
    const form = await formOf(clerk, 'Heavy');
    assertSaysFull(await clerk.post(ADD, form));
    assert.equal(await ask(url, traces('Heavy')), [{ rows: 0, entries: 0, claims: 0 }]);
    await ask(url, 'drop trigger full_disk on rustio_audit');
    assert.is((await clerk.post(ADD, form)).status, 303);
    assert.equal(await ask(url, traces('Heavy')), [{ rows: 1, entries: 1, claims: 1 }]);
    assert.equal(
      app.errors.map(({ code }) => code),
      ['RIO-HTTP-FULL'],
    );
  } finally {
    await app.close();
  }
});

if (mayMount) {
  test('a real disk, full to the last block: 503, nothing by half, and on by itself when there is room', async () => {
    const folder = await serverFolder();
    const disk = smallDisk(folder, 160);
    const { app, server } = await embeddedDesk(path.join(folder, 'local'));
    try {
      const clerk = await app.person('staff', everything);
      assert.is((await clerk.post(ADD, await formOf(clerk, 'Before'))).status, 303);
      const form: FormFields = {
        ...(await formOf(clerk, 'Heavy')),
        contents: 'x'.repeat(800_000).replace(/x/g, letter),
      };

      disk.fill();
      assertSaysFull(await clerk.post(ADD, form));
      assert.match((await clerk.get('/admin/parcels')).text, 'Before', 'what is stored can be read');
      assert.is((await app.client().get('/readyz')).status, 200);

      // The log of changes finds no room either: PostgreSQL stops, and finds none to begin anew.
      await withPlainConnection(server.url, async (client) => {
        for (;;) await client.query('select txid_current(), pg_switch_wal()');
      }).catch(() => {});
      // What it frees while it falls is taken, too, until whoever uses it has tried to start it and says that it does not come up.
      for (const isDown = startFails(); !isDown(); await wait(20)) disk.fill();
      const gone = await until(() => clerk.get('/admin/parcels'), 503);
      assert.match(textOf(mainOf(gone.text)), 'RIO-HTTP-UNAVAILABLE');

      disk.free();
      assert.match((await until(() => clerk.get('/admin/parcels'), 200)).text, 'Before');
      assert.equal(await ask(server.url, traces('Heavy')), [{ rows: 0, entries: 0, claims: 1 }]);
      assert.is((await clerk.post(ADD, form)).status, 303);
      assert.equal(await ask(server.url, traces('Heavy')), [{ rows: 1, entries: 1, claims: 2 }]);
      const codes = new Set(app.errors.flatMap(({ code }) => (code === undefined ? [] : [code])));
      assert.equal(codes, new Set(['RIO-HTTP-FULL', 'RIO-HTTP-UNAVAILABLE']));
    } finally {
      disk.free();
      await app.close();
      await server.leave();
    }
  });

  test('a first start on a full disk says so', async () => {
    const folder = await serverFolder();
    const disk = smallDisk(folder, 8);
    const home = path.join(folder, 'local');
    await mkdir(home);
    // initdb runs out of it; with no room at all not even its password can be written.
    for (const fill of [() => {}, () => disk.fill()]) {
      fill();
      const error = await rustioFailureOf(startEmbedded(home));
      assert.is(error.code, 'RIO-EMBEDDED-INITDB');
      assert.match([error.parts.why, ...error.details].join('\n'), /no space left on device/i);
    }
  });
}

/** Whether an embedded server of this process was tried and did not start; told once each time. */
function startFails(): () => boolean {
  let told = false;
  process.on('warning', ({ message }) => {
    told ||= message.includes('does not come up');
  });
  return () => told;
}

let seed = 1;

/** Letters that PostgreSQL cannot squeeze: the same ones in every run. */
function letter(): string {
  seed = (seed * 48_271) % 2_147_483_647;
  return String.fromCharCode(97 + (seed % 26));
}

/** The same request until it is answered so; the runner's clock ends what never comes. */
async function until(send: () => Promise<Answer>, status: number): Promise<Answer> {
  for (;;) {
    const answer = await send();
    if (answer.status === status) return answer;
    await wait(50);
  }
}
