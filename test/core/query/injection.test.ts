import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import { writeCursor } from '../../../core/query/cursor.ts';
import { compileListing } from '../../../core/query/listing.ts';
import { completeOrder } from '../../../core/query/order.ts';
import { Reader } from '../../../core/query/reader.ts';
import type { Records } from '../../../core/query/records.ts';
import { suite } from '../../support/suite.ts';
import {
  type Fixture,
  fieldOf,
  leg,
  models,
  openFixture,
  person,
  place,
  policyWith,
  run,
  somebody,
} from './fixture.ts';

const test = suite('request input never becomes SQL');
let fixture: Fixture;
let records: Records;

const attacks = [
  "'",
  "''; drop table person; --",
  '"; drop table person; --',
  "' or '1'='1",
  '1) or (1=1',
  'id); select pg_sleep(10); --',
  "\\'; drop table person; --",
  '$1',
  '$slonik_1',
  ':id',
  '?',
  '%',
  '_',
  '\\',
  '{1,2}',
  '{"a":1}',
  "ARRAY['x']",
  'null',
  'NULL',
  '\u{1f6e9}',
  '\u0000',
  '\ud800',
  'x'.repeat(300),
  '-1',
  '1e309',
  '99999999999999999999',
  'NaN',
  'infinity',
  '2026-02-30',
  '2026-01-01T00:00:00+99:99',
  '__proto__',
  'constructor',
  'toString',
];
const hostileText = fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary' }), fc.string());

test.before(async () => {
  fixture = await openFixture();
  records = createRecords({ database: fixture.database, policy: policyWith(), models });
  await run(fixture.database)`insert into place (code, name) values ('A', 'Alpha')`;
  await run(fixture.database)`insert into person (name, place_code) values ('Ann', 'A'), ('Bob', null)`;
  await run(fixture.database)`insert into leg (origin_code, destination_code) values ('A', 'A')`;
});
test.after(() => fixture.close());

const { listing } = compileListing(person, {
  list: [...person.fields.keys()],
  filters: [...person.fields.values()].filter(({ type }) => type.filter !== 'none').map(({ name }) => name),
  search: ['name', 'email', 'level', 'place.name', 'place.code', 'secret'],
});

test('any parameter of a list is a value, whatever its name', async () => {
  const names = [
    ...['q', 'sort', 'after', 'before', 'at', 'size', 'count'],
    ...listing.filters.flatMap(({ name }) => [`f.${name}`, `f.${name}.from`, `f.${name}.to`]),
  ];
  const parameter = fc.tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: hostileText }),
    hostileText,
  );
  let valid = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(parameter, { minLength: 1, maxLength: 2 }), async (parameters) => {
      const { parsed } = await records.parseListQuery(
        somebody,
        listing,
        new URLSearchParams(parameters),
        'Europe/Berlin',
      );
      if (!parsed.ok) return;
      valid++;
      const page = await records.list(somebody, listing, parsed.query);
      assert.ok(page.rows.length <= 2);
    }),
    { numRuns: 400 },
  );
  assert.ok(valid > 20, `only ${valid} of them reached the database`);
  assert.is((await run(fixture.database)`select from person`).length, 2);
});

test('every part of a forged cursor is a value', async () => {
  for (const name of [
    'id',
    'name',
    'place',
    'born',
    'salary',
    'visits',
    'level',
    'active',
    'seen',
    'wakes',
    'secret',
  ]) {
    const sort = [{ field: fieldOf(person, name), descending: false }];
    const order = completeOrder(new Reader(policyWith(), somebody), listing, sort);
    for (const value of attacks) {
      const cursor = writeCursor(
        { model: person, order, filters: [], q: '' },
        order.length === 1 ? [value] : [value, '1'],
      );
      const { parsed } = await records.parseListQuery(
        somebody,
        listing,
        new URLSearchParams({ sort: name, after: cursor }),
        'UTC',
      );
      assert.ok(parsed.ok);
      if (parsed.ok) assert.ok((await records.list(somebody, listing, parsed.query)).rows.length <= 2);
    }
  }
});

test('keys, searches for options and entered labels are values', async () => {
  const toPlace = fieldOf(person, 'place');
  const toBoss = fieldOf(person, 'boss');
  for (const text of attacks) {
    for (const model of [person, place, leg]) {
      assert.is(await records.find(somebody, model, text), undefined, text);
      assert.equal(await records.dependants(somebody, model, text), []);
    }
    for (const field of [toPlace, toBoss]) {
      const { options } = await records.options(somebody, field, text, 5);
      assert.ok(options.every((option) => ['A', '1', '2'].includes(option.key)));
      assert.equal(await records.resolve(somebody, field, text), []);
      assert.is((await records.labels(somebody, field, [text])).size, 0);
    }
  }
});

test('names of tables and columns are quoted, regardless of their characters', async () => {
  const Odd = defineModel('odd', {
    fields: {
      name: field.text({ column: 'na"me' }),
      Select: field.integer({ column: 'select', nullable: true, index: true }),
    },
    table: 'odd "table',
  });
  const built = buildModels([{ owner: 'project', model: Odd }]);
  assert.equal(built.problems, []);
  const odd = built.models.of(Odd);
  await run(fixture.database)`
    create table "odd ""table" (id bigint generated by default as identity primary key, "na""me" text not null, "select" int)`;
  await run(fixture.database)`insert into "odd ""table" ("na""me", "select") values ('x', 1), ('y', null)`;
  const records = createRecords({ database: fixture.database, policy: policyWith(), models: built.models });
  const odds = compileListing(odd, {
    list: ['name', 'Select'],
    search: ['name'],
    filters: ['Select'],
    order: ['-Select'],
  });
  const { parsed } = await records.parseListQuery(
    somebody,
    odds.listing,
    new URLSearchParams('q=x&f.Select.from=1'),
    'UTC',
  );
  assert.ok(parsed.ok);
  if (!parsed.ok) return;
  const page = await records.list(somebody, odds.listing, parsed.query);
  assert.equal(page.rows, [{ id: '1', name: 'x', Select: 1 }]);
  assert.is((await records.find(somebody, odd, '2'))?.label, 'y');
});
