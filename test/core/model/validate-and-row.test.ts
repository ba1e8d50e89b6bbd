import * as assert from 'uvu/assert';
import { z } from 'zod';
import { UnexpectedValue } from '../../../core/base/unexpected-value.ts';
import { field, timestamps } from '../../../core/model/field.ts';
import type { DbRow } from '../../../core/model/field-type.ts';
import { defineModel } from '../../../core/model/model.ts';
import { decodeRow, rowSchema } from '../../../core/model/row.ts';
import { validateValues, withDefaults } from '../../../core/model/validate.ts';
import { suite } from '../../support/suite.ts';
import { must, resolved } from './field-of.ts';

const test = suite('values and rows');
const Person = defineModel('person', {
  fields: {
    name: field.text({ max: 5 }),
    nick: field.text({ nullable: true }),
    level: field.integer({ default: 1 }),
    code: field.text({ default: () => 'generated' }),
    money: field.decimal({ nullable: true }),
    big: field.bigint({ nullable: true }),
    data: field.json(z.object({ a: z.number() }), { nullable: true }),
    friends: field.manyToMany(() => Person, { through: () => Friend }),
    ...timestamps(),
  },
});
const Friend = defineModel('friend', {
  fields: { one: field.belongsTo(() => Person), other: field.belongsTo(() => Person) },
  key: ['one', 'other'],
  label: 'one',
});
const [personInfo] = resolved(Person, Friend);
const person = must(personInfo);
const keys = (values: Readonly<Record<string, unknown>>, mode: 'insert' | 'update') =>
  validateValues(person, values, mode).map(({ field: name, issue }) => `${name}: ${issue.key}`);

test('a new row requires values that are not nullable, defaulted or generated', () => {
  assert.equal(keys({ name: 'Ada' }, 'insert'), []);
  assert.equal(keys({}, 'insert'), ['name: problem.required']);
  assert.equal(keys({ name: undefined }, 'insert'), ['name: problem.required']);
  assert.equal(keys({}, 'update'), []);
});

test('only nullable fields accept null', () => {
  assert.equal(keys({ name: 'Ada', nick: null }, 'insert'), []);
  assert.equal(keys({ name: null, level: null }, 'update'), ['name: problem.required', 'level: problem.required']);
});

test('all problems are reported, including unknown names', () => {
  assert.equal(keys({ name: 'too long', level: 'x', nmae: 1, constructor: 1, friends: [1, 'x'] }, 'insert').sort(), [
    'constructor: problem.unknownField',
    'friends: problem.wholeNumber',
    'level: problem.wholeNumber',
    'name: problem.tooLong',
    'nmae: problem.unknownField',
  ]);
});

test('an identity can be set in a new row but never changed', () => {
  assert.equal(keys({ id: 7, name: 'Ada' }, 'insert'), []);
  assert.equal(keys({ id: 7 }, 'update'), ['id: problem.generated']);
});

test('functions compute missing defaults, once per row', () => {
  assert.equal(withDefaults(person, { name: 'Ada' }), { name: 'Ada', code: 'generated' });
  assert.equal(withDefaults(person, { code: 'own' }), { code: 'own' });
  assert.equal(withDefaults(person, { code: undefined }), { code: 'generated' });
  assert.equal(withDefaults(person, { code: null }), { code: null }, 'null is a value');
});

const row = {
  id: '7',
  name: 'Ada',
  nick: null,
  level: 1,
  code: 'generated',
  money: '1.50',
  big: '9007199254740993',
  data: { a: 1 },
  createdAt: '2026-11-20 10:44:00.123+00',
  updatedAt: '2026-11-20 10:44:00+00',
};

test('a row decodes to its declared type', () => {
  assert.equal(decodeRow(person, row), {
    id: 7,
    name: 'Ada',
    nick: null,
    level: 1,
    code: 'generated',
    money: '1.50',
    big: 9007199254740993n,
    data: { a: 1 },
    createdAt: new Date('2026-11-20T10:44:00.123Z'),
    updatedAt: new Date('2026-11-20T10:44:00Z'),
  });
  assert.equal(decodeRow(person, { level: 2, '~label': 'Ada' }), { level: 2 });
});

test('a schema is cached per set of fields, and accepts rows that do not fit it (T04, F15, F19)', () => {
  const schema = rowSchema(person, person.stored);
  assert.is(rowSchema(person, [...person.stored]), schema);
  assert.is.not(rowSchema(person, person.key), schema);
  const parse = (row: DbRow) => {
    const parsed = schema['~standard'].validate(row);
    if (parsed.issues !== undefined) throw new Error(parsed.issues.map(({ message }) => message).join());
    return parsed.value;
  };
  assert.equal(parse({ ...row }), row);
  assert.is(parse({ ...row, name: null }).name, null);
  assert.is(parse({ ...row, id: 7 }).id, '7', 'an int4 column of an identity');
  const { level: _level, ...incomplete } = row;
  assert.throws(() => parse(incomplete), 'missing in the result');
  const odd = parse({ ...row, level: 'many' });
  assert.ok(odd.level instanceof UnexpectedValue);
  assert.is(String(odd.level), 'many');
  assert.is(decodeRow(person, odd).level, null);
});
