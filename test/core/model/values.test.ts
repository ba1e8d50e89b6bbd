import * as assert from 'uvu/assert';
import { z } from 'zod';
import { field, timestamps } from '../../../core/model/field.ts';
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
    code: field.text({ default: () => 'made' }),
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
const [found] = resolved(Person, Friend);
const person = must(found);
const keys = (values: Readonly<Record<string, unknown>>, mode: 'insert' | 'update') =>
  validateValues(person, values, mode).map(({ field: name, issue }) => `${name}: ${issue.key}`);

test('a new row needs what is neither nullable, defaulted nor generated', () => {
  assert.equal(keys({ name: 'Ada' }, 'insert'), []);
  assert.equal(keys({}, 'insert'), ['name: problem.required']);
  assert.equal(keys({ name: undefined }, 'insert'), ['name: problem.required']);
  assert.equal(keys({}, 'update'), []);
});

test('null is for nullable fields', () => {
  assert.equal(keys({ name: 'Ada', nick: null }, 'insert'), []);
  assert.equal(keys({ name: null, level: null }, 'update'), ['name: problem.required', 'level: problem.required']);
});

test('all problems are told, unknown names among them', () => {
  assert.equal(keys({ name: 'too long', level: 'x', nmae: 1, constructor: 1, friends: [1, 'x'] }, 'insert').sort(), [
    'constructor: problem.unknownField',
    'friends: problem.wholeNumber',
    'level: problem.wholeNumber',
    'name: problem.tooLong',
    'nmae: problem.unknownField',
  ]);
});

test('an identity may be given to a new row, never changed', () => {
  assert.equal(keys({ id: 7, name: 'Ada' }, 'insert'), []);
  assert.equal(keys({ id: 7 }, 'update'), ['id: problem.generated']);
});

test('functions give defaults where nothing is given, once a row', () => {
  assert.equal(withDefaults(person, { name: 'Ada' }), { name: 'Ada', code: 'made' });
  assert.equal(withDefaults(person, { code: 'own' }), { code: 'own' });
  assert.equal(withDefaults(person, { code: undefined }), { code: 'made' });
  assert.equal(withDefaults(person, { code: null }), { code: null }, 'null is given');
});

const row = {
  id: '7',
  name: 'Ada',
  nick: null,
  level: 1,
  code: 'made',
  money: '1.50',
  big: '9007199254740993',
  data: { a: 1 },
  createdAt: '2026-11-20 10:44:00.123+00',
  updatedAt: '2026-11-20 10:44:00+00',
};

test('a row decodes to what its type says', () => {
  assert.equal(decodeRow(person, row), {
    id: 7,
    name: 'Ada',
    nick: null,
    level: 1,
    code: 'made',
    money: '1.50',
    big: 9007199254740993n,
    data: { a: 1 },
    createdAt: new Date('2026-11-20T10:44:00.123Z'),
    updatedAt: new Date('2026-11-20T10:44:00Z'),
  });
  assert.equal(decodeRow(person, { level: 2, '~label': 'Ada' }), { level: 2 });
});

test('a schema is made once for a set of fields, and knows what may be empty', () => {
  const schema = rowSchema(person, person.stored);
  assert.is(rowSchema(person, [...person.stored]), schema);
  assert.is.not(rowSchema(person, person.key), schema);
  assert.equal(schema.parse(row), row);
  assert.not(schema.safeParse({ ...row, name: null }).success);
  assert.not(schema.safeParse({ ...row, id: 7 }).success);
});
