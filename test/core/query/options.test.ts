import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import type { FieldInfo } from '../../../core/model/field-type.ts';
import { suite } from '../../support/suite.ts';
import { type Fixture, fieldOf, openFixture, person, type Rules, recordsFor, run, somebody } from './fixture.ts';

const test = suite('options of a relation');
let fixture: Fixture;
const visiblePlaces = sql.fragment`t.name not like 'Hidden%'`;

test.before(async () => {
  fixture = await openFixture();
  await run(fixture.database)`insert into place (code, name) values
    ('DFW', 'Dallas'), ('D', 'Dfw-like'), ('x_1', '50% off'), ('SEA', 'Seattle'), ('H', 'Hidden place')`;
  await run(fixture.database)`insert into person (name) values ('Ann'), ('ann'), ('Bob')`;
});
test.after(() => fixture.close());
const toPlace: FieldInfo = fieldOf(person, 'place');
const toBoss: FieldInfo = fieldOf(person, 'boss');

const records = (rules?: Rules) => recordsFor(fixture.database, rules);

async function options(q: string, rules?: Rules, limit = 10) {
  const page = await records(rules).options(somebody, toPlace, q, limit);
  return { keys: page.options.map(({ key }) => key), more: page.more };
}

test('the row whose key was entered comes first, then those with every word in their label', async () => {
  assert.equal((await options('D')).keys[0], 'D');
  assert.equal((await options('dfw')).keys, ['DFW', 'D'], 'the key comes first in any case');
  assert.equal((await options('sea tle')).keys, ['SEA']);
  assert.equal((await options('50%')).keys, ['x_1']);
  assert.equal((await options('%')).keys, ['x_1']);
  assert.equal((await options('nowhere')).keys, []);
});

test('at most the requested number is returned, and whether there are more', async () => {
  assert.equal(await options('', {}, 2), { keys: ['D', 'DFW'], more: true });
  assert.equal((await options('', {}, 5)).more, false);
  assert.is((await options('', {}, -5)).keys.length, 1);
});

test('options exclude rows that users cannot see and fields that they cannot set', async () => {
  assert.equal((await options('', { denied: ['place.view'] })).keys, []);
  const byReader = await options('DFW', { denied: ['person.add', 'person.change'] });
  assert.ok(byReader.keys.includes('DFW'), 'users who can read both models can filter a list by the relation');
  assert.equal((await options('', { hidden: ['person.place'] })).keys, []);
  assert.not.ok((await options('', { rows: { place: visiblePlaces } })).keys.includes('H'));
  assert.equal((await options('H', { rows: { place: visiblePlaces } })).keys, []);
  const withoutNames = await records({ hidden: ['place.name'] }).options(somebody, toPlace, 'Dallas', 5);
  assert.equal(withoutNames.options, []);
  const byKey = await records({ hidden: ['place.name'] }).options(somebody, toPlace, 'DFW', 5);
  assert.equal(byKey.options, [{ key: 'DFW', label: 'DFW' }]);
});

test('text is resolved as a key, a complete label, or a label that differs only in case', async () => {
  const resolved = async (field: FieldInfo, text: string, rules?: Rules) =>
    (await records(rules).resolve(somebody, field, text)).map(({ key }) => key);
  assert.equal(await resolved(toPlace, 'DFW'), ['DFW']);
  assert.equal(await resolved(toPlace, ' DFW · Dallas '), ['DFW']);
  assert.equal(await resolved(toPlace, 'dfw · DALLAS'), ['DFW']);
  assert.equal(await resolved(toPlace, 'Dallas'), []);
  assert.equal(await resolved(toPlace, '%'), []);
  assert.equal(await resolved(toPlace, 'a\0b'), []);
  assert.equal(await resolved(toBoss, 'ann'), ['2']);
  assert.equal(await resolved(toBoss, 'ANN'), ['1', '2']);
  assert.equal(await resolved(toBoss, '3'), ['3']);
  assert.equal(await resolved(toPlace, 'H', { rows: { place: visiblePlaces } }), []);
  assert.equal(await resolved(toPlace, 'DFW', { denied: ['place.view'] }), []);
});

test('labels are returned only for rows that the user can see', async () => {
  const labels = async (rules?: Rules) =>
    [...(await records(rules).labels(somebody, toPlace, ['H', 'D', 'no', '']))].sort();
  assert.equal(await labels(), [
    ['D', 'D · Dfw-like'],
    ['H', 'H · Hidden place'],
  ]);
  assert.equal(await labels({ rows: { place: visiblePlaces } }), [['D', 'D · Dfw-like']]);
  assert.equal(await labels({ denied: ['place.view'] }), []);
});

test('options with the same label show their keys', async () => {
  const twins = await run(
    fixture.database,
  )`insert into person (name) values ('Same Twin'), ('Same Twin') returning id::text as id`;
  const { options } = await recordsFor(fixture.database).options(somebody, fieldOf(person, 'boss'), 'Same Twin', 5);
  assert.equal(options.map(({ label }) => label).sort(), twins.map(({ id }) => `Same Twin (${String(id)})`).sort());
});
