import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import * as assert from 'uvu/assert';
import { localFiles } from '../../../core/files/file-store.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('files in a local folder');
const folder = path.join(temporaryFolder(), 'created', 'on first use');
const store = localFiles(folder);

test('stored content can be opened until it is removed', async () => {
  const key = randomUUID();
  await store.put(key, Readable.from([Buffer.from('one '), Buffer.from('two')]));
  assert.is(await text(await store.open(key)), 'one two');
  await store.remove(key);
  assert.match(String(await failureOf(store.open(key))), 'ENOENT');
  await store.remove(key);
});

test('content of another size than when it was stored is not read', async () => {
  const key = randomUUID();
  await store.put(key, Readable.from([Buffer.from('whole')]));
  assert.is(await text(await store.open(key, 5)), 'whole');
  const file = path.join(folder, key.slice(0, 2), key);
  for (const damaged of ['who', '', 'whole and more']) {
    writeFileSync(file, damaged);
    assert.match(String(await failureOf(store.open(key, 5))), 'bytes instead of 5', damaged);
  }
  rmSync(file);
  mkdirSync(file);
  assert.match(String(await failureOf(store.open(key))), 'not a file');
});

test('attack: a link in the folder does not lead to other files of the machine', async () => {
  const key = randomUUID();
  await store.put(key, Readable.from([Buffer.from('hello')]));
  const file = path.join(folder, key.slice(0, 2), key);
  rmSync(file);
  const other = path.join(temporaryFolder(), 'other');
  writeFileSync(other, 'other');
  symlinkSync(other, file);
  assert.match(String(await failureOf(store.open(key, 5))), 'ELOOP');
});

test('other users of the machine cannot read it', async () => {
  const key = randomUUID();
  await store.put(key, Readable.from([Buffer.from('x')]));
  const subfolder = path.join(folder, key.slice(0, 2));
  assert.is(statSync(subfolder).mode & 0o077, 0);
  assert.is(statSync(path.join(subfolder, key)).mode & 0o077, 0);
});

test('a key is used only once', async () => {
  const key = randomUUID();
  await store.put(key, Readable.from([Buffer.from('first')]));
  assert.match(String(await failureOf(store.put(key, Readable.from([Buffer.from('second')])))), 'EEXIST');
  assert.is(await text(await store.open(key)), 'first');
});

test('a path is not a valid key for reading, writing or removing', async () => {
  mkdirSync(folder, { recursive: true });
  const before = readdirSync(folder).length;
  for (const key of ['../../etc/passwd', '..', '', '/etc/passwd', `${randomUUID()}/..`, randomUUID().toUpperCase()]) {
    for (const work of [store.open(key), store.remove(key), store.put(key, Readable.from([]))]) {
      assert.match(String(await failureOf(work)), 'Not a valid file key', key);
    }
  }
  assert.is(readdirSync(folder).length, before);
});
