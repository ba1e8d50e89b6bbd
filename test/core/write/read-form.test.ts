import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { decodeForm } from '../../../core/form/form.ts';
import type { ModelInfo } from '../../../core/model/field-type.ts';
import { readForm } from '../../../core/write/read-form.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, person, task } from '../query/fixture.ts';

const test = suite('reading a submitted form');

function read(query: string, names: readonly string[], model: ModelInfo = person, timeZone = 'UTC') {
  const form = decodeForm(query, 5_000);
  if (form === undefined) throw new Error('too many fields');
  const result = readForm(
    model,
    names.map((name) => fieldOf(model, name)),
    form,
    timeZone,
  );
  const problems = result.problems.map(({ field, issue }) => `${field}: ${issue.key}`);
  return { values: { ...result.values }, problems };
}

test('texts are parsed to the values of their fields', () => {
  const { values, problems } = read(
    'name=+Ann+&born=2001-02-03&salary=1.50&visits=3&level=chief&active=true&seen=2026-01-01T12:00',
    ['name', 'born', 'salary', 'visits', 'level', 'active', 'seen'],
    person,
    'Europe/Berlin',
  );
  assert.equal(problems, []);
  assert.equal(values, {
    name: 'Ann',
    born: '2001-02-03',
    salary: '1.50',
    visits: 3,
    level: 'chief',
    active: true,
    seen: new Date('2026-01-01T11:00:00Z'),
  });
});

test('an empty input is NULL in a nullable field, and a missing value in others', () => {
  const { values, problems } = read('name=+&born=&visits=', ['name', 'born', 'visits']);
  assert.equal(values, { born: null, visits: null });
  assert.equal(problems, ['name: problem.required']);
});

test('an unchecked checkbox is false; other fields that are not in the form are unchanged', () => {
  assert.equal(read('', ['name', 'active', 'born']).values, { active: false });
});

test('invalid values are problems at their fields', () => {
  const { values, problems } = read('visits=many&born=x&level=god&name=Ann', ['visits', 'born', 'level', 'name']);
  assert.equal(values, { name: 'Ann' });
  assert.is(problems.length, 3);
});

test('only the requested fields are read from a form', () => {
  const { values } = read('name=Ann&secret=x&id=1&__proto__=1&constructor=2', ['name']);
  assert.equal(values, { name: 'Ann' });
});

test('no text makes it throw', () => {
  const names = [...person.fields.values()].filter((field) => !field.target).map((field) => field.name);
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.string({ unit: 'binary' }), (name, text) => {
      const { values, problems } = read(new URLSearchParams([[name, text]]).toString(), [name]);
      assert.is(Object.keys(values).length + problems.length, 1);
    }),
  );
});

test('passing a field of another model, or a relation, throws', () => {
  assert.throws(() => read('tags=1', ['tags']), /references rows/);
  assert.throws(() =>
    readForm(person, [fieldOf(task, 'title')], decodeForm('', 1) ?? (assert.unreachable() as never), 'UTC'),
  );
});
