// What lists, filters and changes do with arrays, bytes, slugs and e-mail addresses.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Insert } from '../../../core/model/model.ts';
import { createRows } from '../../../core/query/create-rows.ts';
import { listSql } from '../../../core/query/list-sql.ts';
import { compileListing } from '../../../core/query/listing.ts';
import { completeOrder } from '../../../core/query/order.ts';
import { Reader } from '../../../core/query/reader.ts';
import type { Written } from '../../../core/write/types.ts';
import { suite } from '../../support/suite.ts';
import { cause, mistakes } from '../write/desk.ts';
import { models, moreUploads, openStore, type Store, Subject, secretRow, subject } from './every-kind.ts';
import { policyWith, somebody } from './world.ts';

const test = suite('arrays, bytes, slugs, e-mail addresses in the doors');
let store: Store;
let rows: ReturnType<typeof createRows>;
let made = 0;

test.before(async () => {
  store = await openStore();
  rows = createRows({ database: store.database, policy: policyWith(), models });
});
test.before.each(async () => {
  await store.database.query(sql.unsafe`truncate subject cascade`);
});
test.after(() => store.close());

const { listing } = compileListing(subject, {
  list: ['name', 'array', 'bytes'],
  filters: ['array', 'money'],
  order: ['name'],
});
const asInsert = z.custom<Insert<typeof Subject>>(() => true);

/** Adds a subject like the others but for these values; gives what became of it. */
async function add(values: Readonly<Record<string, unknown>>): Promise<Written> {
  made += 1;
  const email = `person-${made}@example.org`;
  const { slug: _, ...base } = secretRow;
  return store.database.transaction(async (tx) => {
    const files = await moreUploads(tx, cause.actor);
    const row = { ...base, ...files, email, ...values };
    return store.write().create(tx, cause, Subject, asInsert.parse(row));
  });
}

async function change(key: string, values: Readonly<Record<string, unknown>>): Promise<Written> {
  return store.database.transaction((tx) => store.write().updateAny(tx, cause, subject, key, values));
}

function keyOf(written: Written): string {
  if (written.outcome !== 'done') throw new Error(JSON.stringify(written));
  return written.key;
}

async function slugOf(key: string): Promise<unknown> {
  return (await rows.get(somebody, Subject, key))?.slug;
}

async function namesIn(query: string): Promise<readonly unknown[]> {
  const { parsed } = await rows.ask(somebody, listing, new URLSearchParams(query), 'UTC');
  if (!parsed.ok) return parsed.problems.map(({ name, why }) => `${name}: ${why}`);
  return (await rows.list(somebody, listing, parsed.ask)).rows.map(({ name }) => name);
}

test('an array is filtered by any of its items, and by holding none', async () => {
  for (const [name, array] of [
    ['A', ['red', 'a, "b"']],
    ['B', ['blue']],
    ['C', []],
    ['D', ['red', 'blue']],
  ] as const) {
    keyOf(await add({ name, array }));
  }
  assert.equal(await namesIn('f.array=red'), ['A', 'D']);
  assert.equal(await namesIn('f.array=red&f.array=blue'), ['A', 'B', 'D']);
  assert.equal(await namesIn(`f.array=${encodeURIComponent('a, "b"')}`), ['A']);
  assert.equal(await namesIn('f.array=re'), []);
  assert.equal(await namesIn('f.array=%2Bnone'), ['C']);
  assert.equal(await namesIn('f.array=%2Bnone&f.array=blue'), ['B', 'C', 'D']);
  assert.equal(await namesIn('f.array='), ['A', 'B', 'C', 'D'], 'an input nobody filled in');
  assert.equal(await namesIn(`f.array=${'x'.repeat(41)}`), ['f.array: malformed']);
  assert.equal(await namesIn('f.array.from=a'), ['f.array.from: unknown']);
});

test('money is narrowed by exact bounds', async () => {
  for (const [name, money] of [
    ['A', '0.10'],
    ['B', '0.20'],
    ['C', '12345678901234567.89'],
  ] as const) {
    keyOf(await add({ name, money }));
  }
  assert.equal(await namesIn('f.money.from=0.2'), ['B', 'C']);
  assert.equal(await namesIn('f.money.to=0.19'), ['A']);
  assert.equal(await namesIn('f.money.from=12345678901234567.89'), ['C']);
  assert.equal(await namesIn('f.money.from=0.001'), ['f.money.from: malformed']);
});

test('a list asks for the size of bytes alone, a record for their hash, code for all of them', async () => {
  const key = keyOf(await add({ name: 'A', bytes: Buffer.from('hello') }));
  const reader = new Reader(policyWith(), somebody);
  const ask = { q: '', filters: [], sort: [], at: undefined, size: 10, exact: false };
  const statement = listSql(reader, listing, ask, completeOrder(reader, listing, [])).sql;
  assert.match(statement, 'octet_length(p.bytes) as "bytes"');
  assert.not.match(statement, 'sha256');

  const page = await rows.list(somebody, listing, ask);
  assert.is(page.rows[0]?.bytes, 5);
  const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
  assert.equal((await rows.find(somebody, subject, key))?.row.bytes, { size: 5, sha256 });
  assert.equal((await rows.get(somebody, Subject, key))?.bytes, new Uint8Array(Buffer.from('hello')));
});

test('the trail tells that bytes changed and does not keep them', async () => {
  const key = keyOf(await add({ name: 'A', bytes: Buffer.from('hello') }));
  store.recorded.length = 0;
  await store.database.transaction((tx) =>
    store.write().update(tx, cause, Subject, key, { bytes: new Uint8Array(Buffer.from('hallo')) }),
  );
  const [event] = store.recorded;
  assert.equal(event?.data, {
    before: { bytes: '5 bytes, SHA-256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' },
    after: { bytes: '5 bytes, SHA-256 d3751d33f9cd5049c4af2b462735457e4d3baf130bcbb87f389e349fbaeb20b9' },
  });
});

test('a slug that nobody gave is made of its source, with a number where it is taken', async () => {
  const slugs: unknown[] = [];
  for (const name of ['Spring Sale!', 'Spring sale', 'spring-sale', '漢字', 'ひ'])
    slugs.push(await slugOf(keyOf(await add({ name }))));
  assert.equal(slugs, ['spring-sale', 'spring-sale-2', 'spring-sale-3', 'subject', 'subject-2']);
  assert.is(await slugOf(keyOf(await add({ name: 'x', slug: 'by-hand' }))), 'by-hand');
  assert.equal(
    mistakes(await add({ name: 'y', slug: 'by-hand' })),
    ['slug: problem.taken'],
    'what was typed is not changed',
  );
});

test('a number behind a slug never makes it too long', async () => {
  const name = 'one two three four five six';
  assert.is(await slugOf(keyOf(await add({ name }))), 'one-two-three-four-f');
  assert.is(await slugOf(keyOf(await add({ name }))), 'one-two-three-four-2');
  assert.is(await slugOf(keyOf(await add({ name }))), 'one-two-three-four-3');
});

test('a slug stays when the source changes, and is made anew when it is emptied', async () => {
  const key = keyOf(await add({ name: 'First title' }));
  keyOf(await add({ name: 'Second title' }));
  keyOf(await change(key, { name: 'Second title' }));
  assert.is(await slugOf(key), 'first-title');
  keyOf(await change(key, { slug: null }));
  assert.is(await slugOf(key), 'second-title-2');
  keyOf(await change(key, { slug: null, name: 'Third title' }));
  assert.is(await slugOf(key), 'third-title');
  const again = await change(key, { slug: null });
  assert.is(again.outcome === 'done' && again.changed, false, 'its own slug is not taken');
});

test('two who want the same slug at the same moment get two', async () => {
  const keys = await Promise.all(Array.from({ length: 6 }, () => add({ name: 'Rush' })));
  const slugs = await Promise.all(keys.map((written) => slugOf(keyOf(written))));
  assert.equal(slugs.toSorted(), ['rush', 'rush-2', 'rush-3', 'rush-4', 'rush-5', 'rush-6']);
});

test('an e-mail address is taken whatever its capitals, and told at its field', async () => {
  keyOf(await add({ name: 'A', email: 'Ada@Example.org' }));
  assert.equal(mistakes(await add({ name: 'B', email: 'ada@example.ORG' })), ['email: problem.taken']);
  const key = keyOf(await add({ name: 'C', email: 'cyd@example.org' }));
  assert.equal(mistakes(await change(key, { email: 'ADA@example.org' })), ['email: problem.taken']);
  assert.is((await rows.get(somebody, Subject, key))?.email, 'cyd@example.org');
});

test('what is the same after it was put in order is no change', async () => {
  const key = keyOf(await add({ name: 'A', email: 'ada@example.org', phone: '+4930123456', colour: '#aabbcc' }));
  const written = await change(key, {
    email: 'ada@Example.ORG',
    phone: '0049 30 123456',
    colour: '#ABC',
    money: '654321.1',
  });
  assert.is(written.outcome === 'done' && written.changed, false);
});
