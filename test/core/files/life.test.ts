// The life cycle of a file: after a crash at any moment, committed records have their content, and nothing else is left behind.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { type FileStore, localFiles } from '../../../core/files/file-store.ts';
import { createFiles, type Files } from '../../../core/files/files.ts';
import { diff } from '../../../core/migrate/diff.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot } from '../../../core/migrate/shape.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import type { Actor, AuditContext } from '../../../core/policy/actor.ts';
import { ALL_ROWS } from '../../../core/policy/policy.ts';
import { createEvents } from '../../../core/write/events.ts';
import { createWrite, type Write } from '../../../core/write/write.ts';
import { preparedTemplate, testDatabase } from '../../support/database.ts';
import { failureOf, rustioFailureOf } from '../../support/failure.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { Memo, memo, models } from './memo.ts';

const test = suite('life cycle of files');
const actor: Actor = { kind: 'job', name: 'tests', permissions: 'all' };
const context: AuditContext = { actor, correlationId: 'x', ip: null, credential: null };

interface World {
  readonly url: string;
  readonly database: Database;
  readonly folder: string;
  readonly store: FileStore;
  readonly files: Files;
  readonly write: Write;
  close(): Promise<void>;
}

/** A database with the tables, and a store whose methods a test can replace. */
async function openWorld(change: (plain: FileStore) => Partial<FileStore> = () => ({})): Promise<World> {
  const template = await preparedTemplate('files_memo', async (url) => {
    const framework = await readFile(new URL('../../../core/migrations/0002_file.sql', import.meta.url), 'utf8');
    const tables = renderFile(diff(emptySnapshot, buildSnapshot(models.all))).up;
    await runSql(url, framework + tables);
  });
  const { url, drop } = await testDatabase(template);
  const database = await openDatabase(url, { log: { error: () => {} } });
  const folder = path.join(temporaryFolder(), 'kept');
  const plain = localFiles(folder);
  const store = { ...plain, ...change(plain) };
  const files = createFiles({ database, store, incoming: `${folder}-incoming` });
  const events = createEvents(new Set(['create', 'update', 'delete']), []);
  const allowAll = { holds: () => true, may: () => true, mayField: () => true, rows: () => ALL_ROWS };
  const write = createWrite({ models, policy: allowAll, events, files });
  const close = async (): Promise<void> => {
    await database.close();
    await drop();
  };
  return { url, database, folder, store, files, write, close };
}

async function upload({ files }: Pick<World, 'files'>, text = 'x', by = actor): Promise<string> {
  const added = await files.add(by, memo, `${text}.txt`, Buffer.from(text));
  if (!added.ok) throw new Error(added.issue.key);
  return added.value.key;
}

function statesOf({ database }: World): Promise<readonly string[]> {
  return database.anyFirst(sql.type(z.object({ state: z.string() }))`
    select state || ' ' || name as state from rustio_file order by created_at, name
  `);
}

function contentsOf({ folder }: World): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.map((name) => path.basename(name)).filter((name) => name.length === 36);
}

/** Simulates that a day has passed. */
async function dayLater({ database }: World): Promise<void> {
  await database.query(sql.unsafe`update rustio_file set changed_at = changed_at - interval '25 hours'`);
}

/** Every record has its content, and every content has a row. */
async function assertConsistent(world: World): Promise<void> {
  const { database } = world;
  const recordKeys = await database.anyFirst(sql.type(z.object({ scan: z.string() }))`
    select scan::text from memo where scan is not null
  `);
  const rowKeys = await database.anyFirst(sql.type(z.object({ id: z.string() }))`select id::text from rustio_file`);
  const contents = contentsOf(world);
  for (const key of recordKeys) assert.ok(contents.includes(key), 'a record without its content');
  for (const key of contents) assert.ok(rowKeys.includes(key), 'content without a row');
  const kept = await database.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id::text from rustio_file where state = 'kept' order by id
  `);
  assert.equal(kept, recordKeys.toSorted());
}

const MOMENTS = [
  'put begins',
  'put has read all',
  'put ends',
  'create is recorded',
  'the record is added',
  'put begins#2',
  'put ends#2',
  'update is recorded',
  'remove begins',
  'remove ends',
  'the file is exchanged',
  'delete is recorded',
  'remove begins#2',
  'remove ends#2',
  'the record is deleted',
];
for (const moment of MOMENTS) {
  test(`a process killed when ${moment} loses nothing committed and leaves nothing behind`, async () => {
    const world = await openWorld();
    assert.is(await killedAt(world, moment), 'SIGKILL');
    await assertConsistent(world);
    await dayLater(world);
    await world.files.cleanUp();
    await assertConsistent(world);
    assert.equal(
      (await statesOf(world)).filter((state) => !state.startsWith('kept')),
      [],
    );
    assert.is(contentsOf(world).length, (await statesOf(world)).length);
    await world.close();
  });
}

function killedAt({ url, folder }: World, moment: string): Promise<string | null> {
  const script = fileURLToPath(new URL('./killed-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, url, moment, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
}

test('the row exists before the content', async () => {
  const seen: string[] = [];
  const world = await openWorld((plain) => ({
    put: async (key, content) => {
      seen.push(...(await statesOf(world)));
      await plain.put(key, content);
    },
  }));
  await upload(world);
  assert.equal(seen, ['pending x.txt']);
  await world.close();
});

test('a failure of the store is reported, and the partial content is removed', async () => {
  const world = await openWorld((plain) => ({
    put: async (key, content) => {
      await plain.put(key, content);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
  }));
  const error = await rustioFailureOf(upload(world));
  assert.equal([error.code, error.status], ['RIO-FILES-STORE', 503]);
  assert.equal(await statesOf(world), ['gone x.txt']);
  await world.files.cleanUp();
  assert.equal([await statesOf(world), contentsOf(world)], [[], []]);
  await world.close();
});

test('content that could not be removed is removed by a later clean-up', async () => {
  let fails = true;
  const world = await openWorld((plain) => ({
    remove: async (key) => {
      if (fails) throw new Error('away');
      await plain.remove(key);
    },
  }));
  const [one, two] = [await upload(world, 'one'), await upload(world, 'two')];
  await world.database.transaction((tx) => world.write.create(tx, context, Memo, { scan: one }));
  await world.database.transaction((tx) => world.write.update(tx, context, Memo, '1', { scan: two }));
  assert.equal((await statesOf(world)).toSorted(), ['gone one.txt', 'kept two.txt']);
  assert.match(String(await failureOf(world.files.cleanUp())), 'away');
  fails = false;
  await world.files.cleanUp();
  assert.equal(await statesOf(world), ['kept two.txt']);
  assert.equal(contentsOf(world), [two]);
  await world.close();
});

test('if a change is rolled back or rejected, the old file is kept and the new one remains pending', async () => {
  const world = await openWorld();
  const { database, write } = world;
  const [one, two] = [await upload(world, 'one'), await upload(world, 'two')];
  await database.transaction((tx) => write.create(tx, context, Memo, { scan: one }));
  const failed = database.transaction(async (tx) => {
    await write.update(tx, context, Memo, '1', { scan: two });
    throw new Error('something else went wrong');
  });
  assert.match(String(await failureOf(failed)), 'something else');
  const unknown = '00000000-0000-4000-8000-000000000000';
  const rejected = await database.transaction((tx) => write.update(tx, context, Memo, '1', { scan: unknown }));
  assert.equal(rejected, { outcome: 'invalid', problems: [{ field: 'scan', issue: { key: 'problem.file.expired' } }] });
  assert.equal(await statesOf(world), ['kept one.txt', 'pending two.txt']);
  assert.is((await database.transaction((tx) => write.update(tx, context, Memo, '1', { scan: two }))).outcome, 'done');
  assert.equal(await statesOf(world), ['kept two.txt']);
  await world.close();
});

test('a file belongs to one record only', async () => {
  const world = await openWorld();
  const { database, write } = world;
  const key = await upload(world);
  await database.transaction((tx) => write.create(tx, context, Memo, { scan: key }));
  const second = await database.transaction((tx) => write.create(tx, context, Memo, { scan: key }));
  assert.is(second.outcome, 'invalid');
  const foreign = await upload(world, 'foreign', { kind: 'job', name: 'another job', permissions: 'all' });
  assert.is(
    (await database.transaction((tx) => write.create(tx, context, Memo, { scan: foreign }))).outcome,
    'invalid',
  );
  // The database enforces it for SQL that bypasses data access.
  const direct = database.query(sql.unsafe`insert into memo (title, scan) values ('y', ${key}::uuid)`);
  assert.match(String(await failureOf(direct)), 'violates');
  await world.close();
});

test('setting the same file again is not a change', async () => {
  const world = await openWorld();
  const { database, write } = world;
  const key = await upload(world);
  await database.transaction((tx) => write.create(tx, context, Memo, { scan: key }));
  const again = await database.transaction((tx) => write.update(tx, context, Memo, '1', { scan: key }));
  assert.ok(again.outcome === 'done' && !again.changed);
  assert.equal(await statesOf(world), ['kept x.txt']);
  await world.close();
});

test('an upload is pending for a day', async () => {
  const world = await openWorld();
  const key = await upload(world);
  await world.files.cleanUp();
  assert.is((await world.files.findPending(actor, memo, key))?.name, 'x.txt');
  await dayLater(world);
  assert.is(await world.files.findPending(actor, memo, key), undefined);
  await world.files.cleanUp();
  assert.equal([await statesOf(world), contentsOf(world)], [[], []]);
  await world.close();
});

test('upload folders of a killed process are removed after a day, and not before', async () => {
  const world = await openWorld();
  const [old, fresh] = ['old', 'fresh'].map((name) => path.join(`${world.folder}-incoming`, name)) as [string, string];
  for (const folder of [old, fresh]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, '0'), 'half of a file');
  }
  const yesterday = Date.now() / 1000 - 25 * 3600;
  utimesSync(old, yesterday, yesterday);
  await world.files.cleanUp();
  assert.equal([existsSync(old), existsSync(fresh)], [false, true]);
  await world.close();
});

test('attack: unsaved forms cannot fill the disk: evicted content is removed immediately (security F3)', async () => {
  const world = await openWorld();
  for (let at = 0; at < 25; at += 1) await upload(world, `number ${at}`);
  assert.is(contentsOf(world).length, 20);
  // The bytes of one user are limited, too; the newest upload stays, however large it is.
  await world.database.query(sql.unsafe`update rustio_file set size = 100000000 where state = 'pending'`);
  const newest = await upload(world, 'newest');
  assert.is(contentsOf(world).length, 3);
  assert.ok(contentsOf(world).includes(newest));
  // Those of others are not affected.
  const other: Actor = { kind: 'job', name: 'others', permissions: 'all' };
  await upload(world, 'other', other);
  assert.is(contentsOf(world).length, 4);
  await world.files.cleanUp();
  assert.is((await statesOf(world)).length, 4);
  await world.close();
});

test('race: an upload evicted while its content is arriving leaves nothing behind (security F3)', async () => {
  const arriving = Promise.withResolvers<void>();
  const evicted = Promise.withResolvers<void>();
  let isFirst = true;
  const world = await openWorld((plain) => ({
    async put(key, content) {
      if (isFirst) {
        isFirst = false;
        arriving.resolve();
        await evicted.promise;
      }
      await plain.put(key, content);
    },
  }));
  const slow = upload(world, 'slow');
  await arriving.promise;
  for (let at = 0; at < 20; at += 1) await upload(world, `number ${at}`);
  evicted.resolve();
  const key = await slow;
  assert.not.ok(contentsOf(world).includes(key));
  assert.is(contentsOf(world).length, 20);
  await world.close();
});

test('a clean-up handles any number of files (F19)', async () => {
  const world = await openWorld();
  await world.database.query(sql.unsafe`
    insert into rustio_file (id, model, field, name, type, size, sha256, created_by, changed_at)
    select gen_random_uuid(), 'memo', 'scan', 'a', 'text/plain', 1, repeat('0', 64), 'x', now() - interval '2 days'
    from generate_series(1, 2500)
  `);
  await world.files.cleanUp();
  assert.equal(await statesOf(world), []);
  await world.close();
});
