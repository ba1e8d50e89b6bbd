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
  return { values: { ...found.values }, problems };
}

test('texts become the values of their fields', () => {
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

test('empty is NULL where it may be, and missing where it may not', () => {
  const { values, problems } = read('name=+&born=&visits=', ['name', 'born', 'visits']);
  assert.equal(values, { born: null, visits: null });
  assert.equal(problems, ['name: problem.required']);
});

test('an unticked box is no, another field that was not sent is left alone', () => {
  assert.equal(read('', ['name', 'active', 'born']).values, { active: false });
});

test('what cannot be understood is told at its field', () => {
  const { values, problems } = read('visits=many&born=x&level=god&name=Ann', ['visits', 'born', 'level', 'name']);
  assert.equal(values, { name: 'Ann' });
  assert.is(problems.length, 3);
});

test('only the fields that were asked for are read, whatever else was sent', () => {
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

test('a field of another model, or one that points to rows, is a mistake of the caller', () => {
  assert.throws(() => read('tags=1', ['tags']), /points to rows/);
  assert.throws(() =>
    readForm(person, [fieldOf(task, 'title')], decodeForm('', 1) ?? (assert.unreachable() as never), 'UTC'),
  );
});
