import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { constraintViolation, isConflict, isUnavailable } from '../../../core/database/errors.ts';
import { type Database, openDatabase, retryOnConflict, type Transaction } from '../../../core/database/pool.ts';
import { testDatabase } from '../../support/database.ts';
import { failureOf, rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('transactions');
const logged: { details: object; message: string }[] = [];
let database: Database;

test.before(async () => {
  const { url } = await testDatabase();
  const log = { error: (details: object, message: string) => void logged.push({ details, message }) };
  database = await openDatabase(url, { log });
  await database.query(sql.unsafe`create table note (id int primary key, text text not null)`);
});
test.before.each(async () => {
  logged.length = 0;
  await database.query(sql.unsafe`truncate note`);
});
test.after(() => database.close());

const insert = (on: Pick<Database, 'query'>, id: number) =>
  on.query(sql.unsafe`insert into note (id, text) values (${id}, 'x')`);
const ids = async () => database.anyFirst(sql.type(z.object({ id: z.number() }))`select id from note order by id`);
const backend = (on: Pick<Database, 'oneFirst'>) =>
  on.oneFirst(sql.type(z.object({ pid: z.number() }))`select pg_backend_pid() as pid`);

test('a transaction returns the result of its work, and commits', async () => {
  const result = await database.transaction(async (tx) => {
    await insert(tx, 1);
    return 'done';
  });
  assert.is(result, 'done');
  assert.equal(await ids(), [1]);
});

test('an error of the work rolls back and is thrown unchanged', async () => {
  const thrown = new Error('thrown');
  const error = await failureOf(
    database.transaction(async (tx) => {
      await insert(tx, 1);
      throw thrown;
    }),
  );
  assert.is(error, thrown);
  assert.equal(await ids(), []);
});

test('an error caught inside a transaction is thrown instead of committing', async () => {
  const error = await rustioFailureOf(
    database.transaction(async (tx) => {
      await insert(tx, 1);
      await insert(tx, 1).catch(() => {});
      return 'all is well';
    }),
  );
  assert.is(error.code, 'RIO-DATABASE-ERROR-CAUGHT');
  assert.is(constraintViolation(error)?.kind, 'unique', 'the caught error is its cause');
  assert.equal(await ids(), []);
});

test('the caught error is reported, not the errors of later statements', async () => {
  const error = await rustioFailureOf(
    database.transaction(async (tx) => {
      await tx.query(sql.unsafe`select 1 / 0`).catch(() => {});
      await insert(tx, 1).catch(() => {});
    }),
  );
  assert.match(error.parts.why, 'division by zero');
});

test('a transaction inside a transaction is rejected', async () => {
  const error = await rustioFailureOf(database.transaction(() => database.transaction(async () => {})));
  assert.is(error.code, 'RIO-DATABASE-NESTED');
});

test('the pool inside a transaction is rejected', async () => {
  const error = await rustioFailureOf(database.transaction(() => insert(database, 1)));
  assert.is(error.code, 'RIO-DATABASE-POOL-IN-TRANSACTION');
  assert.equal(await ids(), []);
});

test('work that a transaction has started can use the pool after the transaction', async () => {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let later: Promise<unknown> | undefined;
  await database.transaction(async (tx) => {
    later = ended.then(() => database.transaction((tx) => insert(tx, 2)));
    await insert(tx, 1);
  });
  end();
  await later;
  assert.equal(await ids(), [1, 2]);
});

test('a transaction of another pool can be opened inside a transaction', async () => {
  const other = await openDatabase(database.url);
  await database.transaction(async (tx) => {
    await insert(tx, 1);
    await other.transaction((otherTx) => insert(otherTx, 2));
  });
  await other.close();
  assert.equal(await ids(), [1, 2]);
});

test('a transaction that has ended is rejected', async () => {
  let kept: Transaction | undefined;
  await database.transaction(async (tx) => {
    kept = tx;
  });
  if (kept === undefined) throw new Error('the work did not run');
  assert.is((await rustioFailureOf(insert(kept, 1))).code, 'RIO-DATABASE-TRANSACTION-ENDED');
  assert.is((await rustioFailureOf(kept.savepoint(async () => {}))).code, 'RIO-DATABASE-TRANSACTION-ENDED');
});

test('a savepoint that fails is rolled back, and the transaction continues', async () => {
  await database.transaction(async (tx) => {
    await insert(tx, 1);
    const error = await failureOf(
      tx.savepoint(async (inner) => {
        await insert(inner, 2);
        await insert(inner, 1);
      }),
    );
    assert.is(constraintViolation(error)?.constraint, 'note_pkey');
    await insert(tx, 3);
  });
  assert.equal(await ids(), [1, 3]);
});

test('savepoints are released', async () => {
  await database.transaction(async (tx) => {
    await tx.savepoint((inner) => insert(inner, 1));
    await failureOf(tx.savepoint((inner) => insert(inner, 1)));
    // Both have been released, so a rollback to that name is an error.
    const error = await failureOf(
      tx.savepoint((inner) => inner.query(sql.unsafe`rollback to savepoint slonik_savepoint_2`)),
    );
    assert.match(String(error), 'does not exist');
  });
  assert.equal(await ids(), [1]);
});

test('afterCommit work runs in order, once the change is visible', async () => {
  const seen: unknown[] = [];
  await database.transaction(async (tx) => {
    tx.afterCommit(async () => void seen.push(await ids()));
    tx.afterCommit(() => void seen.push('second'));
    await insert(tx, 1);
    assert.equal(seen, []);
  });
  assert.equal(seen, [[1], 'second']);
});

test('afterCommit work can open a transaction', async () => {
  await database.transaction(async (tx) => {
    tx.afterCommit(() => database.transaction(async (next) => void (await insert(next, 2))));
    await insert(tx, 1);
  });
  assert.equal(await ids(), [1, 2]);
  assert.equal(logged, []);
});

test('afterCommit work does not run without a commit', async () => {
  const ran: string[] = [];
  await failureOf(
    database.transaction(async (tx) => {
      tx.afterCommit(() => void ran.push('thrown'));
      throw new Error('no');
    }),
  );
  await failureOf(
    database.transaction(async (tx) => {
      tx.afterCommit(() => void ran.push('swallowed'));
      await tx.query(sql.unsafe`select 1 / 0`).catch(() => {});
    }),
  );
  await database.transaction(async (tx) => {
    await failureOf(
      tx.savepoint(async (inner) => {
        inner.afterCommit(() => void ran.push('undone savepoint'));
        throw new Error('no');
      }),
    );
    await tx.savepoint(async (inner) => inner.afterCommit(() => void ran.push('savepoint')));
  });
  assert.equal(ran, ['savepoint']);
});

test('an error in afterCommit work is logged, and the rest runs', async () => {
  const broken = new Error('broken');
  let rest = false;
  const result = await database.transaction(async (tx) => {
    tx.afterCommit(() => Promise.reject(broken));
    tx.afterCommit(() => {
      rest = true;
    });
    await insert(tx, 1);
    return 'committed';
  });
  assert.is(result, 'committed');
  assert.ok(rest);
  assert.equal(
    logged.map(({ details }) => details),
    [{ err: broken }],
  );
});

test('a conflict is retried in a new transaction, and only the afterCommit work of the last attempt runs', async () => {
  const done: number[] = [];
  let attempt = 0;
  await retryOnConflict(database, async (tx) => {
    const current = ++attempt;
    tx.afterCommit(() => void done.push(current));
    await insert(tx, attempt);
    if (attempt < 3) await tx.query(sql.unsafe`do $$ begin raise sqlstate '40001'; end $$`);
  });
  assert.equal(await ids(), [3]);
  assert.equal(done, [3]);
});

test('a persistent conflict is thrown after the last attempt, and other errors immediately', async () => {
  let attempts = 0;
  const conflict = await failureOf(
    retryOnConflict(database, async (tx) => {
      attempts++;
      await tx.query(sql.unsafe`do $$ begin raise sqlstate '40P01'; end $$`);
    }),
  );
  assert.ok(isConflict(conflict));
  assert.is(attempts, 3);
  await failureOf(
    retryOnConflict(database, async () => {
      attempts++;
      throw new Error('another error');
    }),
  );
  assert.is(attempts, 4);
});

test('without retryOnConflict work is never repeated', async () => {
  let attempts = 0;
  await failureOf(
    database.transaction(async (tx) => {
      attempts++;
      await tx.query(sql.unsafe`do $$ begin raise sqlstate '40001'; end $$`);
    }),
  );
  assert.is(attempts, 1);
});

test('an error does not close the connection', async () => {
  const single = await openDatabase(database.url, { maximumPoolSize: 1 });
  const before = await backend(single);
  await failureOf(single.query(sql.unsafe`select 1 / 0`));
  await failureOf(single.transaction((tx) => tx.query(sql.unsafe`select 1 / 0`)));
  await failureOf(single.one(sql.unsafe`select where false`));
  const after = await backend(single);
  await single.close();
  assert.is(after, before);
});

test('a connection that the server closed is replaced', async () => {
  const single = await openDatabase(database.url, { maximumPoolSize: 1 });
  const error = await failureOf(
    single.transaction(async (tx) => {
      await database.query(sql.unsafe`select pg_terminate_backend(${await backend(tx)})`);
      await insert(tx, 1);
    }),
  );
  assert.instance(error, Error);
  await insert(single, 2);
  await single.close();
  assert.equal(await ids(), [2]);
});

test('a connection that the server closes while it is idle is replaced', async () => {
  const single = await openDatabase(database.url, { maximumPoolSize: 1 });
  const pid = await backend(single);
  await database.query(sql.unsafe`select pg_terminate_backend(${pid})`);
  // The pool may notice before or after it hands out the connection again.
  const first = await backend(single).catch((error: unknown) => error);
  assert.ok(typeof first === 'number' || isUnavailable(first));
  assert.type(await backend(single), 'number');
  await single.close();
});

test('an error names the caller of the query', async () => {
  const error = await failureOf(database.transaction((tx) => divideByZero(tx)));
  assert.match(error instanceof Error ? (error.stack ?? '') : '', 'divideByZero');
});

async function divideByZero(tx: Transaction): Promise<void> {
  await tx.query(sql.unsafe`select 1 / 0`);
}
