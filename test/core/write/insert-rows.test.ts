import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { field } from '../../../core/model/field.ts';
import { defineModel, type Insert } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import { insertRows } from '../../../core/write/insert-rows.ts';
import type { Values } from '../../../core/write/types.ts';
import { suite } from '../../support/suite.ts';
import { ageSpan } from '../model/age-span.ts';
import { models, openStore, plainRow, type Store, Subject, secretRow, subject } from '../query/every-field-type.ts';
import { policyWith, somebody } from '../query/fixture.ts';
import { context } from './write-fixture.ts';

const test = suite('inserting rows for a seed');
const asInsert = z.custom<Insert<typeof Subject>>(() => true);
let store: Store;
test.before(async () => {
  store = await openStore();
});
test.after(() => store.close());

test('values of every type are stored like those of app.write, and the next key follows', async () => {
  const { database } = store;
  const records = createRecords({ database, policy: policyWith(), models });
  const write = store.write();
  const add = (values: Values) =>
    database.transaction((tx) => write.create(tx, context, Subject, asInsert.parse(values)));
  const first = await add(secretRow);
  assert.is(first.outcome, 'done', JSON.stringify(first));
  const { id: _first, ...written } = (await records.get(somebody, Subject, '1')) ?? {};
  await database.query(sql.unsafe`delete from subject`);
  store.recorded.length = 0;
  await database.transaction((tx) => insertRows(tx, subject, [{ ...secretRow, id: 41 }]));
  assert.equal(store.recorded, [], 'no events');
  const { id: _second, ...inserted } = (await records.get(somebody, Subject, '41')) ?? {};
  assert.equal(inserted, written);
  const next = await add(plainRow);
  assert.is(next.outcome === 'done' && next.key, '42');
});

const Word = defineModel('word', {
  fields: {
    id: field.integer(),
    text: field.text({ default: 'none' }),
    length: field.integer({ default: () => 7 }),
    note: field.text({ nullable: true }),
  },
  key: 'id',
  label: 'text',
});

test('a row without a value gets the default, also among rows that have one', async () => {
  const { database } = store;
  await database.query(sql.unsafe`
    create table word (id int primary key, text text not null default 'none', length int not null, note text)
  `);
  const { models: words } = buildModels([{ owner: 'project', model: Word }]);
  const rows = [{ id: 1 }, { id: 2, text: 'two', note: 'x' }, { id: 3, length: 3 }];
  await database.transaction((tx) => insertRows(tx, words.of(Word), rows));
  assert.equal(await database.any(sql.unsafe`select * from word order by id`), [
    { id: 1, text: 'none', length: 7, note: null },
    { id: 2, text: 'two', length: 7, note: 'x' },
    { id: 3, text: 'none', length: 3, note: null },
  ]);
});

test('rows without any value get the defaults of the table', async () => {
  const { database } = store;
  const Visit = defineModel('visit', {
    fields: { id: field.identity(), tone: field.text({ default: 'calm' }) },
    label: 'tone',
  });
  await database.query(sql.unsafe`
    create table visit (id bigint generated always as identity primary key, tone text not null default 'calm')
  `);
  const { models: visits } = buildModels([{ owner: 'project', model: Visit }]);
  await database.transaction((tx) => insertRows(tx, visits.of(Visit), [{}, { tone: 'loud' }, {}, {}]));
  assert.equal(await database.any(sql.unsafe`select id::integer as id, tone from visit order by id`), [
    { id: 1, tone: 'calm' },
    { id: 2, tone: 'loud' },
    { id: 3, tone: 'calm' },
    { id: 4, tone: 'calm' },
  ]);
});

test('a field type of a plugin can be stored as JSON', async () => {
  const { database } = store;
  const stored = { ...ageSpan, sqlType: () => 'jsonb', cast: () => 'jsonb', encode: JSON.stringify };
  const Course = defineModel('course', { fields: { name: field.text(), ages: field.custom('ageSpan') } });
  const declared = [{ owner: 'project', model: Course }];
  const { models: courses } = buildModels(declared, { fieldTypes: [{ type: stored, owner: 'spans' }] });
  await database.query(sql.unsafe`
    create table course (id bigint generated always as identity primary key, name text, ages jsonb)
  `);
  const rows = [{ name: 'Reading', ages: { from: 6, to: 12 } }];
  await database.transaction((tx) => insertRows(tx, courses.of(Course), rows));
  const from = sql.type(z.object({ from: z.string() }))`select ages ->> 'from' as "from" from course`;
  assert.is(await database.oneFirst(from), '6');
});

test('thousands of rows need few statements', async () => {
  const { database } = store;
  const rows = Array.from({ length: 12_000 }, (_, at) => ({ name: `jewel ${at}` }));
  let statements = 0;
  const jewel = models.byName('jewel');
  assert.ok(jewel);
  await database.transaction(async (tx) => {
    const counting: typeof tx = Object.create(tx, {
      query: {
        value: (query: Parameters<typeof tx.query>[0]) => {
          statements += 1;
          return tx.query(query);
        },
      },
    });
    await insertRows(counting, jewel, rows);
  });
  assert.is(statements, 3 + 2);
  assert.is(
    await database.oneFirst(sql.type(z.object({ rows: z.number() }))`select count(*)::int as rows from jewel`),
    12_003,
  );
});
