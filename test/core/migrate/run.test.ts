import { spawn } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { rejectEdited } from '../../../core/migrate/compare.ts';
import { down } from '../../../core/migrate/down.ts';
import { type MigrateOptions, migrate } from '../../../core/migrate/run.ts';
import { resetSessionSql } from '../../../core/migrate/session.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';
import { status } from '../../../core/migrate/status.ts';
import { testDatabase } from '../../support/database.ts';
import { databaseProxy } from '../../support/database-proxy.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { catalogueOf, textsOf } from './catalogue.ts';
import { pluginSource, testProject } from './project.ts';

const test = suite('migrate: run');
const by: MigrateOptions = { by: 'tester' };

const ONE = '20260101000000_one.sql';
const TWO = '20260102000000_two.sql';
const THREE = '20260103000000_three.sql';

const applied = (url: string) => textsOf(url, 'select name from rustio_migration order by sequence_number');

test('pending files are applied in order, each with its row; a second run finds nothing', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject({ [TWO]: 'insert into a values (2);', [ONE]: 'create table a (b integer);' });
  const lines: string[] = [];
  const { applied: files } = await migrate(url, sources, { ...by, log: (line) => lines.push(line) });
  assert.equal(
    files.map(({ source, name }) => [source, name]),
    [
      ['project', '20260101000000_one'],
      ['project', '20260102000000_two'],
    ],
  );
  assert.match(lines[0] ?? '', /^applied project 20260101000000_one \(\d+ ms\)$/);
  const rows = await textsOf(
    url,
    "select concat_ws(' ', name, applied_by, length(sha256), duration_ms >= 0) from rustio_migration order by name",
  );
  assert.equal(rows, ['20260101000000_one tester 64 t', '20260102000000_two tester 64 t']);
  assert.equal((await migrate(url, sources, by)).applied, []);
  assert.equal(await textsOf(url, 'select b from a'), ['2']);
  await drop();
});

test("core's own files come first, then a plugin's, then the project's", async () => {
  const { url, drop } = await testDatabase();
  const { folder } = await testProject({ [ONE]: 'insert into holiday select id from rustio_idempotency_key;' });
  const { folder: plugin } = await pluginSource('holidays', { '0001_holiday.sql': 'create table holiday (id text);' });
  const migrations = pathToFileURL(`${plugin}/`);
  const sources = migrationSources(folder, [{ name: 'holidays', migrations }, { name: 'bare' }]);
  const { applied: files } = await migrate(url, sources, by);
  assert.equal([...new Set(files.map(({ source }) => source))], ['core', 'holidays', 'project']);
  await drop();
});

test('semicolons in function bodies and strings are kept: a file is never split', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject({
    [ONE]: `
      create table a (b text);
      create function f() returns text as $body$ begin
        return 'one; two';
      end; $body$ language plpgsql;
      create function g() returns integer begin atomic
        select 1; select 2;
      end;
      do $$ begin insert into a values (f() || '; $x$'); end $$;
      insert into a values (e'it\\'s; fine'), ($$;$$);
    `,
  });
  await migrate(url, sources, by);
  assert.equal(await textsOf(url, 'select b from a order by b collate "C"'), [';', "it's; fine", 'one; two; $x$']);
  assert.equal(await textsOf(url, 'select g()'), ['2']);
  await drop();
});

test('concurrent runs apply every file once', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject({
    [ONE]: 'create table a (b integer);',
    [TWO]: 'insert into a values (1);',
    [THREE]: 'insert into a values (2);',
  });
  const results = await Promise.all([1, 2, 3].map(() => migrate(url, sources, by)));
  assert.equal(results.map(({ applied: files }) => files.length).sort(), [0, 0, 3]);
  assert.equal(await textsOf(url, 'select b from a order by b'), ['1', '2']);
  await drop();
});

test('a run that waits for another one reports this, and gives up after the limit', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject({ [ONE]: 'create table a (b integer);' });
  await migrate(url, sources, by);
  const lines: string[] = [];
  const error = await withPlainConnection(url, async (holder) => {
    await holder.query('select pg_advisory_lock(7236002)');
    return rustioFailureOf(migrate(url, sources, { ...by, waitSeconds: 0.2, log: (line) => lines.push(line) }));
  });
  assert.is(error.code, 'RIO-MIGRATE-BUSY');
  assert.match(error.parts.why, /^Connection \d+ \(since 20/);
  assert.is(lines.length, 1);
  assert.match(lines[0] ?? '', /^Connection \d+ .* is migrating; waiting/);
  await drop();
});

test('an applied file that was edited is rejected before anything runs; other line endings do not count as an edit', async () => {
  const { url, drop } = await testDatabase();
  const { sources, write } = await testProject({ [ONE]: 'create table a (b integer);\n' });
  await migrate(url, sources, by);
  await write({ [ONE]: '\uFEFFcreate table a (b integer);\r\n', [TWO]: 'create table c (d integer);' });
  assert.is((await migrate(url, sources, by)).applied.length, 1);

  await write({ [ONE]: 'create table a (b bigint);\n', [THREE]: 'create table e (f integer);' });
  const error = await rustioFailureOf(migrate(url, sources, by));
  assert.is(error.code, 'RIO-MIGRATE-CHANGED');
  assert.is(error.exitCode, 2);
  assert.match(error.message, 'project 20260101000000_one');
  assert.match(error.parts.fix, 'run `npx rustio-admin migrate down` and then `npx rustio-admin migrate`');
  const file = {
    source: 'notes',
    name: '0001_notes',
    path: 'x.sql',
    sql: '',
    sha256: '',
    down: undefined,
    replaces: [],
    leftOver: [],
  };
  const row = { ...file, appliedAt: '', appliedBy: '', durationMs: 0 };
  const ofPlugin = await rustioFailureOf((async () => rejectEdited([{ file, row }]))());
  assert.match(ofPlugin.parts.fix, '`npx rustio-admin migrate down --source notes`');
  const [was] = await textsOf(url, `select sha256 from rustio_migration where name = '20260101000000_one'`);
  assert.match(error.details.join('\n'), `by tester: ${was}`);
  assert.match(error.details.join('\n'), /now: [0-9a-f]{64}/);
  assert.is((await applied(url)).length, 2);
  await drop();
});

test('a failing file is rolled back, earlier files remain applied, and the location is reported', async () => {
  const { url, drop } = await testDatabase();
  const { sources, folder, write } = await testProject({
    [ONE]: 'create table a (b integer primary key);',
    [TWO]: "-- ä 😀\ncreate table c (d integer);\n\ninsert into a values (1);\nselect '😀' as x, nonsense\nfrom a;\n",
    [THREE]: 'create table e (f integer);',
  });
  const error = await rustioFailureOf(migrate(url, sources, by));
  assert.is(error.code, 'RIO-MIGRATE-FAILED');
  assert.match(error.message, `${path.join(folder, 'migrations', TWO)}:5 failed: column "nonsense" does not exist`);
  assert.equal(error.details, ["Statement: select '😀' as x, nonsense"]);
  assert.equal(await applied(url), ['20260101000000_one']);
  assert.not.match((await catalogueOf(url)).join('\n'), 'column c.d');

  await write({ [TWO]: 'insert into a values (1), (2);\n\n-- again\ninsert into a values (2);' });
  const second = await rustioFailureOf(migrate(url, sources, by));
  assert.match(
    second.message,
    `${TWO}:4 failed: duplicate key value`,
    'without a position, the place is found by counting statements',
  );
  assert.match(second.details.join('\n'), 'Detail: Key (b)=(2) already exists.');
  assert.equal(await textsOf(url, 'select b from a'), []);

  await write({ [TWO]: 'insert into a values (1);' });
  assert.is((await migrate(url, sources, by)).applied.length, 2);
  await drop();
});

test('a deferred constraint fails the whole file', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject({
    [ONE]:
      'create table a (b integer primary key, c integer references a deferrable initially deferred); insert into a values (1, 7);',
  });
  const error = await rustioFailureOf(migrate(url, sources, by));
  assert.match(error.message, 'violates foreign key constraint');
  assert.equal(await applied(url), []);
  await drop();
});

test('a file that would end its transaction is rejected before anything runs', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject({
    [ONE]: 'create table a (b integer);',
    [TWO]: 'insert into a values (1);\n\ncommit;\ninsert into a values (2);',
  });
  const error = await rustioFailureOf(migrate(url, sources, by));
  assert.is(error.code, 'RIO-MIGRATE-TRANSACTION');
  assert.match(error.message, `${TWO}:3 begins or ends a transaction: commit`);
  assert.equal(
    (await status(url, sources)).map(({ state }) => state),
    ['pending', 'pending'],
  );
  await drop();
});

test('settings of one file do not affect the next', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject({
    [ONE]: 'create schema other; set search_path = other; set statement_timeout = 1; set role pg_monitor;',
    [TWO]:
      'create table a as select current_setting($$search_path$$) as path, current_setting($$statement_timeout$$) as time, current_setting($$lock_timeout$$) as lock;',
  });
  await migrate(url, sources, by);
  assert.equal(await textsOf(url, "select concat_ws(' ', path, time, lock) from public.a"), ['"$user", public 0 10s']);
  await drop();
});

test('a statement that waits too long for a table lock fails', async () => {
  const { url, drop } = await testDatabase();
  const { sources, write } = await testProject({ [ONE]: 'create table a (b integer);' });
  await migrate(url, sources, by);
  await write({ [TWO]: 'select 1;\nalter table a add column c integer;' });
  const error = await withPlainConnection(url, async (reader) => {
    await reader.query('begin; select * from a');
    return rustioFailureOf(migrate(url, sources, { ...by, lockSeconds: 0.1 }));
  });
  assert.match(error.message, `${TWO}:2 failed: canceling statement due to lock timeout`);
  assert.match(error.parts.fix, 'pg_stat_activity');
  assert.is((await migrate(url, sources, by)).applied.length, 1);
  await drop();
});

test('an older file that was added later is applied with a note; a missing file is reported', async () => {
  const { url, drop } = await testDatabase();
  const late = await testProject({ [TWO]: 'create table a (b integer);' });
  await migrate(url, late.sources, by);
  await late.write({ [ONE]: 'create table c (d integer);' });
  const { notes } = await migrate(url, late.sources, by);
  assert.equal(notes, ['project 20260101000000_one is older than an applied migration; it is applied now.']);

  const bare = await testProject({ [ONE]: 'create table c (d integer);' });
  const second = await migrate(url, bare.sources, by);
  assert.equal(second.notes, ['project 20260102000000_two is applied, but its file does not exist.']);
  await drop();
});

test('notices of a file are logged', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject({ [ONE]: "do $$ begin raise notice 'half way'; end $$;" });
  const lines: string[] = [];
  await migrate(url, sources, { ...by, log: (line) => lines.push(line) });
  assert.is(lines[0], 'NOTICE: half way');
  await drop();
});

test('invalid file names, duplicate numbers and down files without a migration are rejected', async () => {
  const { url, drop } = await testDatabase();
  const cases: [files: Record<string, string>, message: RegExp][] = [
    [{ 'add_status.sql': '' }, /add_status\.sql is not a valid migration file name/],
    [{ '0001_one.sql': '' }, /0001_one\.sql is not a valid migration file name/],
    [{ [ONE]: '', '20260101000000_other.sql': '' }, /have the same number/],
    [{ '20260101000000_one.down.sql': '' }, /has no matching migration/],
  ];
  for (const [files, message] of cases) {
    const { sources } = await testProject(files);
    const error = await rustioFailureOf(migrate(url, sources, by));
    assert.is(error.code, 'RIO-MIGRATE-FILE');
    assert.match(error.message, message);
  }
  await drop();
});

test('kill -9 in the middle of a file loses nothing, and the next run continues', async () => {
  const { url, drop } = await testDatabase();
  const { folder, sources } = await testProject({
    [ONE]: 'create table a (b integer);',
    [TWO]: 'insert into a values (1);\nselect pg_advisory_xact_lock(99);\ninsert into a values (2);',
    [THREE]: 'insert into a values (3);',
  });
  await withPlainConnection(url, async (holder) => {
    await holder.query('select pg_advisory_lock(99)');
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'migrate-process.ts'), url, folder]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await waitForLock(holder);
    child.kill('SIGKILL');
    await ended;
    await holder.query('select pg_advisory_unlock(99)');
  });
  const { applied: files } = await migrate(url, sources, by);
  assert.equal(
    files.map(({ name }) => name),
    ['20260102000000_two', '20260103000000_three'],
  );
  assert.equal(await textsOf(url, 'select b from a order by b'), ['1', '2', '3']);
  await drop();
});

test('an interrupted run releases its locks: its silent connection is terminated (F7)', async () => {
  const { url, drop } = await testDatabase();
  const { sources, write } = await testProject({ [ONE]: 'create table a (b integer);' });
  await migrate(url, sources, by);
  await write({ [TWO]: 'alter table a add column c integer; select pg_sleep(0.3); select pg_sleep(0.3);' });
  const proxy = await silentProxy(url);
  const running = migrate(proxy.url, sources, { ...by, silenceSeconds: 1 }).catch((error: unknown) => error);
  await withPlainConnection(url, async (watcher) => {
    await waitUntil(
      watcher,
      "select from pg_stat_activity where datname = current_database() and query like 'alter table a%' and state = 'active'",
    );
    proxy.silence();
    await waitUntil(
      watcher,
      "select where to_regclass('a') is not null and not exists (select from pg_locks where relation = 'a'::regclass)",
    );
    assert.equal(await applied(url), ['20260101000000_one'], 'the file was rolled back');
    // The lock among runs is free as well.
    await waitUntil(
      watcher,
      "select where not exists (select from pg_locks where locktype = 'advisory' and objid = 7236002 and database = (select oid from pg_database where datname = current_database()))",
    );
  });
  await proxy.close();
  assert.is(Reflect.get(Object(await running), 'code'), 'RIO-MIGRATE-FAILED');
  assert.is((await migrate(url, sources, by)).applied.length, 1);
  await drop();
});

test('if the connection is lost during COMMIT, it is not claimed that the file was rolled back', async () => {
  const { url } = await testDatabase();
  const { sources, write } = await testProject({ [ONE]: 'create table a (b integer);' });
  await migrate(url, sources, by);
  await write({ [TWO]: 'insert into a values (2);' });
  const proxy = await databaseProxy(url);
  proxy.loseResponse('commit\0', 'closed');
  const lost = await rustioFailureOf(migrate(proxy.url, sources, by));
  assert.is(lost.code, 'RIO-MIGRATE-FAILED');
  assert.match(lost.parts.why, 'it is not known whether this file was applied');
  assert.equal(await textsOf(url, 'select b from a'), ['2']);
  assert.equal((await migrate(url, sources, by)).applied, [], 'it was applied, and is not applied again');
});

test('the idle limits of the connection are at most 30 seconds each (F7)', async () => {
  const { url, drop } = await testDatabase();
  await withPlainConnection(url, async (client) => {
    await client.query(resetSessionSql({}));
    const { rows } = await client.query<{ name: string; setting: string }>(
      "select name, setting from pg_settings where name in ('idle_in_transaction_session_timeout', 'idle_session_timeout')",
    );
    for (const { name, setting } of rows) assert.ok(Number(setting) > 0 && Number(setting) <= 30_000, name);
    assert.is(rows.length, 2);
  });
  await drop();
});

test("core's own migrations leave nothing behind when they are reverted", async () => {
  const { url, drop } = await testDatabase();
  const sources = migrationSources((await testProject()).folder, []);
  await migrate(url, sources, by);
  await runSql(url, "insert into rustio_idempotency_key (id, actor) values ('1', 'person 1')");
  assert.equal(await textsOf(url, 'select location is null and created_at <= now() from rustio_idempotency_key'), [
    'true',
  ]);
  const { length } = await down(url, sources, { source: 'core', steps: 100, confirmed: 'all' });
  assert.ok(length > 0);
  assert.equal(await catalogueOf(url), []);
  await drop();
});

async function waitUntil(client: pg.Client, query: string): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(query);
    if (rowCount !== 0) return;
  }
}

/** A proxy to the database that can stop forwarding without closing anything, like a network that was cut. */
async function silentProxy(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  return {
    url: url.href,
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Resolves when a connection waits for an advisory lock that another one holds. */
async function waitForLock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      `select from pg_locks
       where locktype = 'advisory' and not granted and objid = 99
         and database = (select oid from pg_database where datname = current_database())`,
    );
    if (rowCount === 1) return;
  }
}
