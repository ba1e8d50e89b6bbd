import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { constraintViolation, isConflict, isTimeout, isUnavailable } from '../../../core/database/errors.ts';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { testDatabase } from '../../support/database.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('database errors');
let database: Database;

test.before(async () => {
  const { url } = await testDatabase();
  database = await openDatabase(url);
  await database.query(sql.unsafe`
    create table city (
      code text primary key,
      country text not null,
      size int constraint city_size_positive check (size > 0),
      twin text constraint city_twin_exists references city,
      span int4range,
      constraint city_span_free exclude using gist (span with &&)
    )`);
  await database.query(sql.unsafe`insert into city values ('A', 'AT', 1, null, '[1,5)')`);
});
test.after(() => database.close());

const violationOf = async (query: ReturnType<typeof sql.unsafe>) =>
  constraintViolation(await failureOf(database.query(query)));

test('a violated unique constraint is reported with its name and table', async () => {
  assert.equal(await violationOf(sql.unsafe`insert into city (code, country) values ('A', 'AT')`), {
    kind: 'unique',
    constraint: 'city_pkey',
    table: 'city',
    schema: 'public',
    detail: 'Key (code)=(A) already exists.',
  });
});

test('a violated foreign key is reported with its name', async () => {
  const violation = await violationOf(sql.unsafe`insert into city (code, country, twin) values ('B', 'AT', 'Z')`);
  assert.is(violation?.kind, 'foreignKey');
  assert.is(violation?.constraint, 'city_twin_exists');
});

test('a violated CHECK is reported with its name', async () => {
  const violation = await violationOf(sql.unsafe`insert into city (code, country, size) values ('B', 'AT', 0)`);
  assert.is(violation?.kind, 'check');
  assert.is(violation?.constraint, 'city_size_positive');
});

test('a missing value is a NOT NULL violation with its column', async () => {
  const violation = await violationOf(sql.unsafe`insert into city (code) values ('B')`);
  assert.is(violation?.kind, 'notNull');
  assert.is(violation?.column, 'country');
});

test('a violated exclusion constraint is reported with its name', async () => {
  const violation = await violationOf(sql.unsafe`insert into city values ('B', 'AT', 1, null, '[2,3)')`);
  assert.is(violation?.kind, 'exclusion');
  assert.is(violation?.constraint, 'city_span_free');
});

test('a deferred constraint violated at COMMIT is a violation, too', async () => {
  const error = await failureOf(
    database.transaction(async (tx) => {
      await tx.query(sql.unsafe`alter table city alter constraint city_twin_exists deferrable initially deferred`);
      await tx.query(sql.unsafe`insert into city (code, country, twin) values ('B', 'AT', 'Z')`);
    }),
  );
  assert.is(constraintViolation(error)?.kind, 'foreignKey');
});

test('other errors and other values are not violations', async () => {
  assert.is(await violationOf(sql.unsafe`select * from nowhere`), undefined);
  assert.is((await violationOf(sql.unsafe`select 1 / 0`))?.kind, 'rule', 'in a trigger');
  assert.is(constraintViolation(new Error('x')), undefined);
  assert.is(constraintViolation(undefined), undefined);
});

test('a statement that exceeds its timeout is a timeout, neither a conflict nor an unavailable server', async () => {
  const error = await failureOf(
    database.transaction(async (tx) => {
      await tx.query(sql.unsafe`set local statement_timeout = 20`);
      await tx.query(sql.unsafe`select pg_sleep(10)`);
    }),
  );
  assert.ok(isTimeout(error));
  assert.not(isUnavailable(error));
  assert.not(isConflict(error));
});

for (const state of ['40001', '40P01']) {
  test(`state ${state} is a conflict`, async () => {
    const error = await failureOf(
      database.query(sql.unsafe`do ${sql.literalValue(`begin raise sqlstate '${state}'; end`)}`),
    );
    assert.ok(isConflict(error));
    assert.not(isUnavailable(error));
  });
}

test('an unreachable server is unavailable', async () => {
  const unreachable = await openDatabase('postgres://nobody@127.0.0.1:1/nothing');
  const errors = [
    await failureOf(unreachable.query(sql.unsafe`select 1`)),
    await failureOf(unreachable.transaction(async () => {})),
  ];
  await unreachable.close();
  assert.equal(errors.map(isUnavailable), [true, true]);
});

test('a connection closed by the server counts as unavailable', async () => {
  const error = await failureOf(database.query(sql.unsafe`select pg_terminate_backend(pg_backend_pid())`));
  assert.ok(isUnavailable(error));
});

test('a connection closed by a time limit of the server counts as unavailable', async () => {
  const error = await failureOf(
    database.transaction(async (tx) => {
      await tx.query(sql.unsafe`set local idle_in_transaction_session_timeout = 100`);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await tx.query(sql.unsafe`select 1`);
    }),
  );
  assert.ok(isUnavailable(error));
  await database.query(sql.unsafe`select 1`);
});

test('a statement that exceeds the time limit of the server for transactions counts as unavailable', async () => {
  const version = await database.oneFirst(
    sql.type(z.object({ v: z.int() }))`select current_setting('server_version_num')::int as v`,
  );
  if (version < 170_000) return;
  const name = sql.identifier([new URL(database.url).pathname.slice(1)]);
  await database.query(sql.unsafe`alter database ${name} set transaction_timeout = 200`);
  const limited = await openDatabase(database.url);
  try {
    assert.ok(isUnavailable(await failureOf(limited.query(sql.unsafe`select pg_sleep(5)`))));
    await limited.query(sql.unsafe`select 1`);
  } finally {
    await limited.close();
    await database.query(sql.unsafe`alter database ${name} reset transaction_timeout`);
  }
});

test('a rejected login does not count as unavailable', async () => {
  const url = new URL(database.url);
  url.username = 'no_such_role';
  const other = await openDatabase(url.href);
  const error = await failureOf(other.query(sql.unsafe`select 1`));
  await other.close();
  assert.instance(error, Error);
  assert.not(isUnavailable(error));
});
