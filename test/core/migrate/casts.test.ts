// What happens to values when a column changes its type.
import * as assert from 'uvu/assert';
import { castBetween } from '../../../core/migrate/cast.ts';
import { testDatabase } from '../../support/database.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { textsOf } from './catalogue.ts';

const test = suite('migrate: casts');

const TYPES = [
  'text',
  'integer',
  'bigint',
  'numeric',
  'numeric(12, 2)',
  'boolean',
  'date',
  'time(0)',
  'timestamp(0)',
  'timestamptz(3)',
  'uuid',
  'jsonb',
  'text[]',
  'integer[]',
  'bytea',
];

function alterType(from: string, to: string): string {
  const { using } = castBetween('v', from, to);
  return `alter table t alter column v type ${to}${using === undefined ? '' : ` using ${using}`};`;
}

test('for any two types, the statement runs on an empty table', async () => {
  const { url, drop } = await testDatabase();
  const pairs = TYPES.flatMap((from) => TYPES.filter((to) => to !== from).map((to) => [from, to] as const));
  assert.is(pairs.length, 210);
  const statements = pairs.map(([from, to]) => `create table t (v ${from}); ${alterType(from, to)} drop table t;`);
  await runSql(url, statements.join('\n'));
  await drop();
});

test('values are converted as documented, in UTC regardless of the session', async () => {
  const { url, drop } = await testDatabase();
  const cases: [from: string, to: string, value: string, expected: string][] = [
    ['integer', 'bigint', '41', '41'],
    ['integer', 'text', '41', '41'],
    ['text', 'integer', "'41'", '41'],
    ['numeric', 'integer', '41.6', '42'],
    ['numeric(12, 2)', 'numeric(14, 3)', '41.65', '41.650'],
    ['boolean', 'text', 'true', 'true'],
    ['timestamptz(3)', 'timestamp(0)', "'2026-11-20 23:30:00+01'", '2026-11-20 22:30:00'],
    ['timestamp(0)', 'timestamptz(3)', "'2026-11-20 23:30:00'", '2026-11-20 23:30:00+00'],
    ['date', 'timestamptz(3)', "'2026-11-20'", '2026-11-20 00:00:00+00'],
    ['timestamptz(3)', 'date', "'2026-11-20 23:30:00-05'", '2026-11-21'],
    ['timestamptz(3)', 'time(0)', "'2026-11-20 23:30:00-05'", '04:30:00'],
    ['text', 'jsonb', `'{"a": 1}'`, '{"a": 1}'],
    ['integer[]', 'text[]', `'{1,2}'`, '{1,2}'],
    ['text', 'text[]', `'{a,b}'`, '{a,b}'],
  ];
  for (const [from, to, value, expected] of cases) {
    await runSql(
      url,
      `set time zone 'Asia/Tokyo'; create table t (v ${from}); insert into t values (${value}); ${alterType(from, to)}`,
    );
    assert.equal(await textsOf(url, 'select v::text from t'), [expected], `${from} to ${to}`);
    await runSql(url, 'drop table t');
  }
  await drop();
});

test('values that cannot be converted fail with an error and are unchanged', async () => {
  const { url, drop } = await testDatabase();
  const cases: [from: string, to: string, value: string][] = [
    ['text', 'integer', "'forty'"],
    ['bigint', 'uuid', '41'],
    ['bigint', 'integer', '3000000000'],
    ['numeric', 'numeric(4, 2)', '12345'],
    ['text', 'jsonb', "'{'"],
    ['text', 'text[]', "'red'"],
  ];
  for (const [from, to, value] of cases) {
    await runSql(url, `create table t (v ${from}); insert into t values (${value});`);
    let failed = false;
    await runSql(url, alterType(from, to)).catch(() => {
      failed = true;
    });
    assert.ok(failed, `${from} to ${to}`);
    assert.ok(castBetween('v', from, to).caution !== undefined, `${from} to ${to} has a caution`);
    await runSql(url, 'drop table t');
  }
  await drop();
});

test('a change that keeps every value has no caution', () => {
  const lossless: [from: string, to: string][] = [
    ['integer', 'bigint'],
    ['integer', 'text'],
    ['numeric(12, 2)', 'numeric'],
    ['numeric(12, 2)', 'numeric(14, 4)'],
    ['date', 'timestamp(0)'],
  ];
  for (const [from, to] of lossless) assert.is(castBetween('v', from, to).caution, undefined, `${from} to ${to}`);
  const cautioned: [from: string, to: string][] = [
    ['numeric(12, 2)', 'numeric(12, 4)'],
    ['numeric', 'numeric(12, 2)'],
    ['timestamptz(3)', 'date'],
    ['timestamp(0)', 'timestamptz(3)'],
    ['integer', 'boolean'],
  ];
  for (const [from, to] of cautioned) assert.ok(castBetween('v', from, to).caution, `${from} to ${to}`);
});
