// Field types against a real PostgreSQL: what `encode` sends is stored, what comes back matches `dbSchema`, and the database
// enforces the limits that `validate` checks.

import fc from 'fast-check';
import pg from 'pg';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { typeParsers } from '../../../core/database/values.ts';
import { type AnyField, field } from '../../../core/model/field.ts';
import type { DbValue, FieldInfo, Param } from '../../../core/model/field-type.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, jsonFieldOf } from './field-of.ts';
import { samples, unlabelled } from './samples.ts';

const test = suite('field types in PostgreSQL');
let database: TestDatabase;
let client: pg.Client;

test.before(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url, types: typeParsers });
  await client.connect();
  await client.query(`set timezone = 'UTC'; set datestyle = 'ISO'`);
});
test.after(async () => {
  await client.end();
  await database.drop();
});

const anything = field.json(z.unknown());
const values: readonly [AnyField, readonly unknown[]][] = [
  [field.text({ min: 1, max: 5 }), ["it's", '🦆🦆🦆🦆🦆', '\\', 'a\tb']],
  [field.text({ multiline: true }), ['a\nb', '', '\u2028']],
  [field.integer({ min: -5 }), [2147483647, -5, 0]],
  [field.bigint(), [2n ** 63n - 1n, -(2n ** 63n)]],
  [field.decimal({ precision: 30, scale: 10 }), ['0.1000000000', '-99999999999999999999.0000000000']],
  [field.decimal({ min: '-1.5', max: '1' }), ['0.10', '-1.5', '1']],
  [field.boolean(), [true, false]],
  [field.date(), ['0001-01-01', '9999-12-31', '2024-02-29']],
  [field.time(), ['00:00:00', '23:59:59']],
  [
    field.timestamp(),
    [new Date('0001-01-01T00:00:00Z'), new Date('2026-11-20T10:44:00.120Z'), new Date('9999-12-31T23:59:59.999Z')],
  ],
  [field.localDateTime(), ['2001-01-01 00:47:00', '0001-01-01 00:00:00']],
  [field.uuid(), ['1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b']],
  [anything, [{ a: [1, 'x', null, { b: false }] }, 'text', 0, false, [], '']],
  [field.choice(["o'clock", 'b']), ["o'clock", 'b']],
];

for (const [at, [declared, list]] of values.entries()) {
  const info = declared === anything ? jsonFieldOf(declared, { name: field.text() }) : fieldOf(declared);
  test(`${info.typeName} (${at + 1}): values are read back unchanged`, async () => {
    await createTable(info);
    for (const value of list) {
      assert.is(info.type.validate(value, info), undefined, `${String(value)} is valid`);
      const dbValue = await store(info, info.type.encode(value));
      assert.ok(
        info.type.dbSchema.safeParse(dbValue).success,
        `${typeof dbValue} is a database value of ${info.typeName}`,
      );
      assert.equal(info.type.decode(dbValue), value);
    }
  });
}

for (const [name, { info, dbValues }] of Object.entries(samples)) {
  test(`${name}: every valid value is stored and read back unchanged`, async () => {
    await createTable(info);
    await fc.assert(
      fc.asyncProperty(dbValues, async (dbValue) => {
        const value = info.type.decode(dbValue);
        const back = await store(info, info.type.encode(value));
        assert.ok(info.type.dbSchema.safeParse(back).success, 'it matches the schema');
        assert.equal(info.type.decode(back), value);
      }),
      { numRuns: 40 },
    );
  });
}

const invalid: readonly [AnyField, readonly unknown[]][] = [
  [field.text({ min: 2, max: 3 }), ['a', '🦆🦆🦆🦆']],
  [field.integer({ min: 0, max: 9 }), [-1, 10, 2 ** 31]],
  [field.bigint({ max: 5n }), [6n, 2n ** 63n]],
  [field.decimal({ precision: 4, scale: 2, min: '0' }), ['-0.01', '100']],
  [field.choice(['a']), ['b', '']],
  [field.date(), ['2023-02-29']],
  [field.uuid(), ['x']],
  [field.text(), ['a\0b']],
  [field.email(), ['a', 'a@b@c', `${'a'.repeat(254)}@b`]],
  [field.phone(), ['030123', '+0123456789', '+1234567890123456']],
  [field.url(), ['javascript:alert(1)', 'ftp://a', `https://${'a'.repeat(2048)}`]],
  [field.slug({ max: 9 }), ['A', 'a b', '-a', 'a--b', 'a'.repeat(10)]],
  [field.money({ currency: 'JPY', min: '0' }), ['-1', '1'.repeat(20)]],
  [field.colour(), ['red', '#12345', '#12345g']],
  [field.markdown({ max: 2 }), ['abc', 'a\0']],
  [field.bytes({ max: 2 }), [new Uint8Array(3)]],
  [field.array(field.text(), { min: 1, max: 2 }), [[], ['a', 'b', 'c']]],
  [field.array(field.integer({ min: 0, max: 9 })), [[-1], [1, 10], [2 ** 31]]],
  [field.array(field.choice(['a', 'b'])), [['a', 'c']]],
];
for (const [at, [declared, list]] of invalid.entries()) {
  const info = unlabelled(declared);
  test(`${info.typeName} (${at + 1}): values that validate rejects are rejected by the database too`, async () => {
    await createTable(info);
    for (const value of list) {
      assert.ok(info.type.validate(value, info), `${String(value)} is invalid`);
      let rejected = false;
      await store(info, info.type.encode(value)).catch(() => {
        rejected = true;
      });
      assert.ok(rejected, `${String(value)} is rejected by the database`);
    }
  });
}

const defaults: readonly [AnyField, unknown][] = [
  [field.text({ default: "it's" }), "it's"],
  [field.integer({ default: -7 }), -7],
  [field.bigint({ default: -(2n ** 60n) }), -(2n ** 60n)],
  [field.decimal({ precision: 5, scale: 2, default: '1.50' }), '1.50'],
  [field.boolean({ default: true }), true],
  [field.time({ default: '09:30' }), '09:30:00'],
  [field.localDateTime({ default: '2001-01-01 00:47' }), '2001-01-01 00:47:00'],
  [field.choice(['a', 'b'], { default: 'b' }), 'b'],
  [field.array(field.text()), []],
  [field.array(field.text(), { default: ["it's", 'a "b", \\', 'null', '{}'] }), ["it's", 'a "b", \\', 'null', '{}']],
  [field.array(field.integer(), { default: [1, -2] }), [1, -2]],
  [field.money({ currency: 'KWD', default: '1.5' }), '1.500'],
];
test('defaults produce the declared value', async () => {
  for (const [declared, value] of defaults) {
    const info = unlabelled(declared);
    await createTable(info);
    const { rows } = await client.query('insert into sample default values returning it');
    assert.equal(info.type.decode(rows[0].it), value);
  }
});

test('default keywords work in the database', async () => {
  for (const declared of [
    field.date({ default: 'today' }),
    field.timestamp({ default: 'now' }),
    field.uuid({ default: 'random' }),
  ]) {
    const info = fieldOf(declared);
    await createTable(info);
    const { rows } = await client.query('insert into sample default values returning it');
    assert.is(info.type.validate(info.type.decode(rows[0].it), info), undefined, info.typeName);
  }
});

/** A table with only this field, as a migration would create it. */
async function createTable(info: FieldInfo): Promise<void> {
  const defaultSql = info.type.sqlDefault(info);
  const checks = info.type
    .checks(info)
    .map(({ suffix, sql }) => `, constraint sample_it_${suffix} check (${sql('"it"')})`);
  await client.query(`
    drop table if exists sample;
    create table sample (it ${info.type.sqlType(info)} not null ${defaultSql === undefined ? '' : `default ${defaultSql}`}${checks.join('')});
  `);
}

async function store(info: FieldInfo, param: Param): Promise<NonNullable<DbValue>> {
  const cast = info.type.cast(info);
  const { rows } = await client.query(`insert into sample values ($1::${cast}) returning it`, [param]);
  return rows[0].it;
}
