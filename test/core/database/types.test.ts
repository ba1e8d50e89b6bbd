import { type FragmentSqlToken, sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { testDatabase } from '../../support/database.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('values from the database');
const { url } = await testDatabase();
let database: Database;

test.before(async () => {
  database = await openDatabase(url);
});
test.after(() => database.close());

/** The value of an SQL expression, as the driver returns it. */
const read = (expression: FragmentSqlToken): Promise<unknown> =>
  database.oneFirst(sql.type(z.object({ value: z.unknown() }))`select ${expression} as value`);

const AS_SENT = {
  'every digit of an int8': [sql.fragment`9223372036854775807::int8`, '9223372036854775807'],
  'every digit of a numeric': [
    sql.fragment`12345678901234567890.1234567890::numeric`,
    '12345678901234567890.1234567890',
  ],
  'a date': [sql.fragment`date '2026-02-28'`, '2026-02-28'],
  'a time with microseconds': [sql.fragment`time '23:59:59.123456'`, '23:59:59.123456'],
  'a timestamp with microseconds': [sql.fragment`timestamp '2026-02-28 23:59:59.123456'`, '2026-02-28 23:59:59.123456'],
  'a timestamptz with microseconds, in UTC': [
    sql.fragment`timestamptz '2026-02-28 23:59:59.123456+02'`,
    '2026-02-28 21:59:59.123456+00',
  ],
  'a uuid': [sql.fragment`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  'an interval': [sql.fragment`interval '1 day 2 hours'`, '1 day 02:00:00'],
  'bytes as hex': [sql.fragment`'\\x00ff'::bytea`, '\\x00ff'],
  'an int8[] as texts': [sql.fragment`array[9223372036854775807]::int8[]`, ['9223372036854775807']],
  'a numeric[] as texts': [sql.fragment`array[1.10, 2.20]::numeric[]`, ['1.10', '2.20']],
  'a timestamptz[] as texts': [
    sql.fragment`array[timestamptz '2026-01-01 00:00:00.000001+00']`,
    ['2026-01-01 00:00:00.000001+00'],
  ],
} as const;

for (const [what, [expression, expected]] of Object.entries(AS_SENT)) {
  test(`${what} is read as PostgreSQL sends it`, async () => assert.equal(await read(expression), expected));
}

const DECODED = {
  'a bool': [sql.fragment`true`, true],
  'an int2': [sql.fragment`7::int2`, 7],
  'an int4': [sql.fragment`(-2147483648)::int4`, -2147483648],
  'a float8': [sql.fragment`0.1::float8 + 0.2::float8`, 0.1 + 0.2],
  'an infinite float8': [sql.fragment`'-Infinity'::float8`, Number.NEGATIVE_INFINITY],
  'a json': [sql.fragment`'{"a": [1, null]}'::json`, { a: [1, null] }],
  'a jsonb': [sql.fragment`'"text"'::jsonb`, 'text'],
  'a text[]': [sql.fragment`array['a,b', '"c"', null, '']`, ['a,b', '"c"', null, '']],
  'a text[] of two dimensions': [sql.fragment`array[['a'], ['b']]`, [['a'], ['b']]],
  'a bool[]': [sql.fragment`array[true, false]`, [true, false]],
  'an int4[]': [sql.fragment`array[1, null, 3]`, [1, null, 3]],
  'a jsonb[]': [sql.fragment`array['{"a": 1}'::jsonb]`, [{ a: 1 }]],
  NULL: [sql.fragment`null::int4`, null],
} as const;

for (const [what, [expression, expected]] of Object.entries(DECODED)) {
  test(`${what} is read as a JavaScript value`, async () => assert.equal(await read(expression), expected));
}

test('the text of values does not depend on the settings of the database', async () => {
  const own = await testDatabase();
  const configured = await openDatabase(own.url);
  await configured.query(sql.unsafe`
    do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$`);
  await configured.query(sql.unsafe`
    do $$ begin execute format('alter database %I set datestyle = ''German''', current_database()); end $$`);
  await configured.close();

  const later = await openDatabase(own.url);
  const value = await later.oneFirst(
    sql.type(z.object({ value: z.string() }))`select timestamptz '2026-01-02 03:04:05Z' as value`,
  );
  await later.close();
  await own.drop();
  assert.is(value, '2026-01-02 03:04:05+00');
});

test('settings in the URL override the defaults', async () => {
  const other = await openDatabase(
    `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent('-c TimeZone=Asia/Tokyo')}`,
  );
  const timeZone = await other.oneFirst(
    sql.type(z.object({ time_zone: z.string() }))`select current_setting('TimeZone') as time_zone`,
  );
  await other.close();
  assert.is(timeZone, 'Asia/Tokyo');
});

test('a schema transforms the result of a query', async () => {
  const Row = z.object({ id: z.string().transform(BigInt) });
  assert.equal(await database.one(sql.type(Row)`select 42::int8 as id`), { id: 42n });
});

test('the error for a row that does not match its schema names the column but not the value', async () => {
  const Row = z.object({ age: z.number() });
  const error = await rustioFailureOf(database.one(sql.type(Row)`select 'a secret' as age`));
  assert.is(error.code, 'RIO-DATABASE-ROW');
  assert.match(error.parts.why, 'age');
  assert.not.match(JSON.stringify([error.message, error.parts, error.details.slice(0, -1)]), 'secret');
});

test('an asynchronous schema is rejected', async () => {
  const Row = z.object({ id: z.number().refine(async () => true) });
  const error = await rustioFailureOf(database.any(sql.type(Row)`select 1 as id`));
  assert.is(error.code, 'RIO-DATABASE-ASYNC-SCHEMA');
});
