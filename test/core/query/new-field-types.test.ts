// What lists, filters and changes do with arrays, bytes, slugs and email addresses.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Insert } from '../../../core/model/model.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import { listSql } from '../../../core/query/list-sql.ts';
import { compileListing } from '../../../core/query/listing.ts';
import { completeOrder } from '../../../core/query/order.ts';
import { Reader } from '../../../core/query/reader.ts';
import type { Written } from '../../../core/write/types.ts';
import { suite } from '../../support/suite.ts';
import { context, resultOf } from '../write/write-fixture.ts';
import { models, moreUploads, openStore, type Store, Subject, secretRow, subject } from './every-field-type.ts';
import { policyWith, somebody } from './fixture.ts';

const test = suite('reading and writing arrays, bytes, slugs and email addresses');
let store: Store;
let records: ReturnType<typeof createRecords>;
let count = 0;

test.before(async () => {
  store = await openStore();
  records = createRecords({ database: store.database, policy: policyWith(), models });
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

/** Adds a subject with these values and otherwise default ones. */
async function add(values: Readonly<Record<string, unknown>>): Promise<Written> {
  count += 1;
  const email = `person-${count}@example.org`;
  const { slug: _, ...base } = secretRow;
  return store.database.transaction(async (tx) => {
    const files = await moreUploads(tx, context.actor);
    const row = { ...base, ...files, email, ...values };
    return store.write().create(tx, context, Subject, asInsert.parse(row));
  });
}

async function change(key: string, values: Readonly<Record<string, unknown>>): Promise<Written> {
  return store.database.transaction((tx) => store.write().updateAny(tx, context, subject, key, values));
}

function keyOf(written: Written): string {
  if (written.outcome !== 'done') throw new Error(JSON.stringify(written));
  return written.key;
}

async function slugOf(key: string): Promise<unknown> {
  return (await records.get(somebody, Subject, key))?.slug;
}

async function namesIn(query: string): Promise<readonly unknown[]> {
  const { parsed } = await records.parseListQuery(somebody, listing, new URLSearchParams(query), 'UTC');
  if (!parsed.ok) return parsed.problems.map(({ name, why }) => `${name}: ${why}`);
  return (await records.list(somebody, listing, parsed.query)).rows.map(({ name }) => name);
}

test('an array is filtered by any of its items, and by being empty', async () => {
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
  assert.equal(await namesIn('f.array='), ['A', 'B', 'C', 'D'], 'an empty input');
  assert.equal(await namesIn(`f.array=${'x'.repeat(41)}`), ['f.array: malformed']);
  assert.equal(await namesIn('f.array.from=a'), ['f.array.from: unknown']);
});

test('money is filtered by exact bounds', async () => {
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

test('a list reads only the size of bytes, a record their hash, code all of them', async () => {
  const key = keyOf(await add({ name: 'A', bytes: Buffer.from('hello') }));
  const reader = new Reader(policyWith(), somebody);
  const query = { q: '', filters: [], sort: [], at: undefined, size: 10, exact: false };
  const statement = listSql(reader, listing, query, completeOrder(reader, listing, [])).sql;
  assert.match(statement, 'octet_length(p.bytes) as "bytes"');
  assert.not.match(statement, 'sha256');

  const page = await records.list(somebody, listing, query);
  assert.is(page.rows[0]?.bytes, 5);
  const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
  assert.equal((await records.find(somebody, subject, key))?.row.bytes, { size: 5, sha256 });
  assert.equal((await records.get(somebody, Subject, key))?.bytes, new Uint8Array(Buffer.from('hello')));
});

test('the audit trail records that bytes changed, but not the bytes', async () => {
  const key = keyOf(await add({ name: 'A', bytes: Buffer.from('hello') }));
  store.recorded.length = 0;
  await store.database.transaction((tx) =>
    store.write().update(tx, context, Subject, key, { bytes: new Uint8Array(Buffer.from('hallo')) }),
  );
  const [event] = store.recorded;
  assert.equal(event?.data, {
    before: { bytes: '5 bytes, SHA-256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' },
    after: { bytes: '5 bytes, SHA-256 d3751d33f9cd5049c4af2b462735457e4d3baf130bcbb87f389e349fbaeb20b9' },
  });
});

test('an empty slug is generated from its source, with a number if it is taken', async () => {
  const slugs: unknown[] = [];
  for (const name of ['Spring Sale!', 'Spring sale', 'spring-sale', '漢字', 'ひ'])
    slugs.push(await slugOf(keyOf(await add({ name }))));
  assert.equal(slugs, ['spring-sale', 'spring-sale-2', 'spring-sale-3', 'subject', 'subject-2']);
  assert.is(await slugOf(keyOf(await add({ name: 'x', slug: 'by-hand' }))), 'by-hand');
  assert.equal(
    resultOf(await add({ name: 'y', slug: 'by-hand' })),
    ['slug: problem.notUnique'],
    'an entered slug is not changed',
  );
});

test('a number at the end of a slug never makes it too long', async () => {
  const name = 'one two three four five six';
  assert.is(await slugOf(keyOf(await add({ name }))), 'one-two-three-four-f');
  assert.is(await slugOf(keyOf(await add({ name }))), 'one-two-three-four-2');
  assert.is(await slugOf(keyOf(await add({ name }))), 'one-two-three-four-3');
});

test('a slug is kept when the source changes, and regenerated when it is cleared', async () => {
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

test('concurrent requests for the same slug get different ones', async () => {
  const keys = await Promise.all(Array.from({ length: 6 }, () => add({ name: 'Rush' })));
  const slugs = await Promise.all(keys.map((written) => slugOf(keyOf(written))));
  assert.equal(slugs.toSorted(), ['rush', 'rush-2', 'rush-3', 'rush-4', 'rush-5', 'rush-6']);
});

test('an email address is unique regardless of case; the problem is at its field', async () => {
  keyOf(await add({ name: 'A', email: 'Ada@Example.org' }));
  assert.equal(resultOf(await add({ name: 'B', email: 'ada@example.ORG' })), ['email: problem.notUnique']);
  const key = keyOf(await add({ name: 'C', email: 'cyd@example.org' }));
  assert.equal(resultOf(await change(key, { email: 'ADA@example.org' })), ['email: problem.notUnique']);
  assert.is((await records.get(somebody, Subject, key))?.email, 'cyd@example.org');
});

test('a value that is equal after normalisation is not a change', async () => {
  const key = keyOf(await add({ name: 'A', email: 'ada@example.org', phone: '+4930123456', colour: '#aabbcc' }));
  const written = await change(key, {
    email: 'ada@Example.ORG',
    phone: '0049 30 123456',
    colour: '#ABC',
    money: '654321.1',
  });
  assert.is(written.outcome === 'done' && written.changed, false);
});
