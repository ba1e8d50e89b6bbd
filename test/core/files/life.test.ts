// timeout: 120
// The life of a file: whatever happens at any moment, what was committed has its content, and nothing else stays for ever.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Actor, AuditContext } from '../../../core/actor.ts';
import { withPlainConnection } from '../../../core/database/plain.ts';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { createEvents } from '../../../core/events.ts';
import type { FileStore } from '../../../core/files/file-store.ts';
import { createFiles, type Files } from '../../../core/files/files.ts';
import { localFiles } from '../../../core/files/local-files.ts';
import { diff } from '../../../core/migrate/diff.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot } from '../../../core/migrate/shape.ts';
import { snapshotOf } from '../../../core/migrate/snapshot.ts';
import { createWrite } from '../../../core/write/create-write.ts';
import type { Write } from '../../../core/write/write.ts';
import { preparedTemplate, testDatabase } from '../../support/database.ts';
import { failureOf, rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { Memo, memo, models } from './memo.ts';

const test = suite('the life of a file');
const actor: Actor = { kind: 'job', name: 'tests', permissions: 'all' };
const cause: AuditContext = { actor, correlationId: 'x', ip: null, credential: null };

interface World {
  readonly url: string;
  readonly database: Database;
  readonly folder: string;
  readonly store: FileStore;
  readonly files: Files;
  readonly write: Write;
  close(): Promise<void>;
}

/** A database with the table, and a store that can be told to fail. */
async function openWorld(change: (plain: FileStore) => Partial<FileStore> = () => ({})): Promise<World> {
  const template = await preparedTemplate('files_memo', async (url) => {
    const framework = await readFile(new URL('../../../core/migrations/0002_file.sql', import.meta.url), 'utf8');
    const tables = renderFile(diff(emptySnapshot, snapshotOf(models.all))).up;
    await withPlainConnection(url, (client) => client.query(framework + tables));
  });
  const { url, drop } = await testDatabase(template);
  const database = await openDatabase(url, { log: { error: () => {} } });
  const folder = path.join(temporaryFolder(), 'kept');
  const plain = localFiles(folder);
  const store = { ...plain, ...change(plain) };
  const files = createFiles({ database, store, incoming: `${folder}-incoming` });
  const events = createEvents(new Set(['create', 'update', 'delete']), []);
  const everything = { holds: () => true, may: () => true, mayField: () => true, rows: () => undefined };
  const write = createWrite({ models, policy: everything, events, files });
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

/** As if a day had gone by. */
async function dayLater({ database }: World): Promise<void> {
  await database.query(sql.unsafe`update rustio_file set changed_at = changed_at - interval '25 hours'`);
}

/** Every record has its content, and every content has a row that knows of it. */
async function assertWhole(world: World): Promise<void> {
  const { database } = world;
  const held = await database.anyFirst(sql.type(z.object({ scan: z.string() }))`
    select scan::text from memo where scan is not null
  `);
  const known = await database.anyFirst(sql.type(z.object({ id: z.string() }))`select id::text from rustio_file`);
  const contents = contentsOf(world);
  for (const key of held) assert.ok(contents.includes(key), 'a record has lost its file');
  for (const key of contents) assert.ok(known.includes(key), 'a content that nobody knows of');
  const kept = await database.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id::text from rustio_file where state = 'kept' order by id
  `);
  assert.equal(kept, held.toSorted());
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
  test(`a process that is killed when ${moment} has lost nothing that was committed, and leaves nothing for ever`, async () => {
    const world = await openWorld();
    assert.is(await killedAt(world, moment), 'SIGKILL');
    await assertWhole(world);
    await dayLater(world);
    await world.files.sweep();
    await assertWhole(world);
    assert.equal(
      (await statesOf(world)).filter((state) => !state.startsWith('kept')),
      [],
    );
    assert.is(contentsOf(world).length, (await statesOf(world)).length);
    await world.close();
  });
}

function killedAt({ url, folder }: World, moment: string): Promise<string | null> {
  const script = fileURLToPath(new URL('./killed.ts', import.meta.url));
  const child = spawn(process.execPath, [script, url, moment, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
}

test('a row knows of a content before it is there', async () => {
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

test('a store that cannot keep a file says so, and what it began goes', async () => {
  const world = await openWorld((plain) => ({
    put: async (key, content) => {
      await plain.put(key, content);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
  }));
  const error = await rustioFailureOf(upload(world));
  assert.equal([error.code, error.status], ['RIO-FILES-STORE', 503]);
  assert.equal(await statesOf(world), ['gone x.txt']);
  await world.files.sweep();
  assert.equal([await statesOf(world), contentsOf(world)], [[], []]);
  await world.close();
});

test('a content that could not be removed is removed by a later sweep', async () => {
  let fails = true;
  const world = await openWorld((plain) => ({
    remove: async (key) => {
      if (fails) throw new Error('away');
      await plain.remove(key);
    },
  }));
  const [one, two] = [await upload(world, 'one'), await upload(world, 'two')];
  await world.database.transaction((tx) => world.write.create(tx, cause, Memo, { scan: one }));
  await world.database.transaction((tx) => world.write.update(tx, cause, Memo, '1', { scan: two }));
  assert.equal((await statesOf(world)).toSorted(), ['gone one.txt', 'kept two.txt']);
  assert.match(String(await failureOf(world.files.sweep())), 'away');
  fails = false;
  await world.files.sweep();
  assert.equal(await statesOf(world), ['kept two.txt']);
  assert.equal(contentsOf(world), [two]);
  await world.close();
});

test('a change that is rolled back, or refused, leaves the old file kept and the new one waiting', async () => {
  const world = await openWorld();
  const { database, write } = world;
  const [one, two] = [await upload(world, 'one'), await upload(world, 'two')];
  await database.transaction((tx) => write.create(tx, cause, Memo, { scan: one }));
  const failed = database.transaction(async (tx) => {
    await write.update(tx, cause, Memo, '1', { scan: two });
    throw new Error('something else went wrong');
  });
  assert.match(String(await failureOf(failed)), 'something else');
  const unknown = '00000000-0000-4000-8000-000000000000';
  const refused = await database.transaction((tx) => write.update(tx, cause, Memo, '1', { scan: unknown }));
  assert.equal(refused, { outcome: 'invalid', problems: [{ field: 'scan', issue: { key: 'problem.file.waiting' } }] });
  assert.equal(await statesOf(world), ['kept one.txt', 'pending two.txt']);
  assert.is((await database.transaction((tx) => write.update(tx, cause, Memo, '1', { scan: two }))).outcome, 'done');
  assert.equal(await statesOf(world), ['kept two.txt']);
  await world.close();
});

test('a file is given to one record alone, whoever asks', async () => {
  const world = await openWorld();
  const { database, write } = world;
  const key = await upload(world);
  await database.transaction((tx) => write.create(tx, cause, Memo, { scan: key }));
  const second = await database.transaction((tx) => write.create(tx, cause, Memo, { scan: key }));
  assert.is(second.outcome, 'invalid');
  const foreign = await upload(world, 'foreign', { kind: 'job', name: 'somebody else', permissions: 'all' });
  assert.is((await database.transaction((tx) => write.create(tx, cause, Memo, { scan: foreign }))).outcome, 'invalid');
  // Also for whoever goes around the door.
  const around = database.query(sql.unsafe`insert into memo (title, scan) values ('y', ${key}::uuid)`);
  assert.match(String(await failureOf(around)), 'violates');
  await world.close();
});

test('the same file again is no change', async () => {
  const world = await openWorld();
  const { database, write } = world;
  const key = await upload(world);
  await database.transaction((tx) => write.create(tx, cause, Memo, { scan: key }));
  const again = await database.transaction((tx) => write.update(tx, cause, Memo, '1', { scan: key }));
  assert.ok(again.outcome === 'done' && !again.changed);
  assert.equal(await statesOf(world), ['kept x.txt']);
  await world.close();
});

test('an upload waits for a day and no longer', async () => {
  const world = await openWorld();
  const key = await upload(world);
  await world.files.sweep();
  assert.is((await world.files.waiting(actor, memo, key))?.name, 'x.txt');
  await dayLater(world);
  assert.is(await world.files.waiting(actor, memo, key), undefined);
  await world.files.sweep();
  assert.equal([await statesOf(world), contentsOf(world)], [[], []]);
  await world.close();
});

test('what a killed process left in the folder for uploads goes after a day, and not before', async () => {
  const world = await openWorld();
  const [old, fresh] = ['old', 'fresh'].map((name) => path.join(`${world.folder}-incoming`, name)) as [string, string];
  for (const folder of [old, fresh]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, '0'), 'half of a file');
  }
  const yesterday = Date.now() / 1000 - 25 * 3600;
  utimesSync(old, yesterday, yesterday);
  await world.files.sweep();
  assert.equal([existsSync(old), existsSync(fresh)], [false, true]);
  await world.close();
});
