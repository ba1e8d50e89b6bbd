import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { decodeForm } from '../../../core/http/form.ts';
import type { ModelInfo } from '../../../core/model/registry.ts';
import { readForm } from '../../../core/write/read-form.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, person, task } from '../query/world.ts';

const test = suite('reading a posted form');

function read(query: string, names: readonly string[], model: ModelInfo = person, zone = 'UTC') {
  const form = decodeForm(query, 5_000);
  if (form === undefined) throw new Error('too many fields');
  const found = readForm(
    model,
    names.map((name) => fieldOf(model, name)),
    form,
    zone,
  );
  const problems = found.problems.map(({ field, issue }) => `${field}: ${issue.key}`);
  return { values: { ...found.values }, problems, typed: found.typed };
}

test('texts become the values of their fields', () => {
  const { values, problems } = read(
    'name=+Ann+&place=A&born=2001-02-03&salary=1.50&visits=3&level=chief&active=true&tags=2&tags=&tags=1&seen=2026-01-01T12:00',
    ['name', 'place', 'born', 'salary', 'visits', 'level', 'active', 'tags', 'seen'],
    person,
    'Europe/Berlin',
  );
  assert.equal(problems, []);
  assert.equal(values, {
    name: 'Ann',
    place: 'A',
    born: '2001-02-03',
    salary: '1.50',
    visits: 3,
    level: 'chief',
    active: true,
    tags: [2, 1],
    seen: new Date('2026-01-01T11:00:00Z'),
  });
});

test('empty is NULL where it may be, and missing where it may not', () => {
  const { values, problems } = read('name=+&place=&visits=', ['name', 'place', 'visits']);
  assert.equal(values, { place: null, visits: null });
  assert.equal(problems, ['name: problem.required']);
});

test('an unticked box is no, an empty list is empty, another field that was not sent is left alone', () => {
  assert.equal(read('', ['name', 'active', 'tags', 'place']).values, { active: false, tags: [] });
});

test('what cannot be understood is told at its field and kept as it was typed', () => {
  const { values, problems, typed } = read('visits=many&tags=x&level=god&name=Ann', [
    'visits',
    'tags',
    'level',
    'name',
  ]);
  assert.equal(values, { name: 'Ann' });
  assert.is(problems.length, 3);
  assert.equal(typed.get('visits'), ['many']);
});

test('only the fields that were asked for are read, whatever else was sent', () => {
  const { values, typed } = read('name=Ann&secret=x&id=1&__proto__=1&constructor=2', ['name']);
  assert.equal(values, { name: 'Ann' });
  assert.equal([...typed.keys()], ['name']);
});

test('no text makes it throw', () => {
  const names = [...person.fields.keys()];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.string({ unit: 'binary' }), (name, text) => {
      const { values, problems } = read(new URLSearchParams([[name, text]]).toString(), [name]);
      assert.is(Object.keys(values).length + problems.length, 1);
    }),
  );
});

test('a field of another model is a mistake of the caller', () => {
  assert.throws(() =>
    readForm(person, [fieldOf(task, 'title')], decodeForm('', 1) ?? (assert.unreachable() as never), 'UTC'),
  );
});
