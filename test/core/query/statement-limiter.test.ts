import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { openDatabase } from '../../../core/database/pool.ts';
import { Queries, type Query } from '../../../core/database/queries.ts';
import { tokenActor } from '../../../core/policy/actor.ts';
import { ALL_ROWS, type Policy } from '../../../core/policy/policy.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import { compileListing } from '../../../core/query/listing.ts';
import { StatementLimiter } from '../../../core/query/statement-limiter.ts';
import { suite } from '../../support/suite.ts';
import { type Fixture, models, openFixture, person, policyWith, run, somebody, userActor } from './fixture.ts';

const test = suite('many concurrent statements of one user');
let fixture: Fixture;
test.before(async () => {
  fixture = await openFixture();
  await run(fixture.database)`insert into person (name) values ('Ada')`;
});
test.after(() => fixture.close());

const [heavyUser, otherUser] = [userActor(1), userActor(2)];

test('any number of slow queries of one user does not delay the pages of another', async () => {
  const pool = await openDatabase(fixture.database.url, { maximumPoolSize: 5 });
  // The heavy user's queries wait for the lock.
  const slow = sql.fragment`pg_advisory_xact_lock_shared(4711)::text = ''`;
  const policy: Policy = { ...policyWith(), rows: (actor) => (actor === heavyUser ? slow : ALL_ROWS) };
  const records = createRecords({ database: pool, policy, models });
  const { listing } = compileListing(person, { list: ['name'] });
  const all = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
  try {
    const heavyPages = await withPlainConnection(fixture.database.url, async (lock) => {
      await lock.query('select pg_advisory_lock(4711)');
      const pages = Array.from({ length: 10 }, () => records.list(heavyUser, listing, all));
      // Without the limiter this waits until the test times out, because the lock is released after it.
      assert.is((await records.list(otherUser, listing, all)).rows.length, 1);
      assert.ok(await records.find(otherUser, person, '1'));
      return pages;
    });
    for (const page of await Promise.all(heavyPages)) assert.is(page.rows.length, 1);
  } finally {
    await pool.close();
  }
});

/** Runs each statement when its promise in `pending` is resolved. */
class ManualDatabase extends Queries {
  readonly pending: PromiseWithResolvers<void>[] = [];

  protected async on<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    const statement = Promise.withResolvers<void>();
    this.pending.push(statement);
    await statement.promise;
    return work(fixture.database);
  }
}

test('four run at once; the others follow in order, even after a failure', async () => {
  const manual = new ManualDatabase();
  const limiter = new StatementLimiter(manual);
  const done: number[] = [];
  const statements = Array.from({ length: 7 }, (_, n) =>
    limiter
      .of(heavyUser)
      .query(sql.unsafe`select 1`)
      .then(
        () => done.push(n),
        () => done.push(-n),
      ),
  );
  assert.is(manual.pending.length, 4);
  manual.pending[1]?.reject(new Error('cancelled'));
  await statements[1];
  assert.equal(done, [-1]);
  for (let next = 4; next < 7; next += 1) {
    assert.is(manual.pending.length, next + 1);
    manual.pending[next]?.resolve();
    await statements[next];
  }
  for (const statement of manual.pending) statement.resolve();
  await Promise.all(statements);
  assert.equal(done.slice(0, 4), [-1, 4, 5, 6]);
  assert.is(done.length, 7);
});

test('attack: tokens share the limit of their account', async () => {
  const manual = new ManualDatabase();
  const limiter = new StatementLimiter(manual);
  const tokens = ['one', 'two'].map((name) => tokenActor(name, 'all', heavyUser));
  const statements = [...tokens, ...tokens, ...tokens].map((actor) => limiter.of(actor).query(sql.unsafe`select 1`));
  assert.is(manual.pending.length, 4);
  for (let n = 0; n < 6; n += 1) {
    manual.pending[n]?.resolve();
    await statements[n];
  }
});

test('each user has a separate queue, which is empty after all statements have run; jobs are not limited', async () => {
  const manual = new ManualDatabase();
  const limiter = new StatementLimiter(manual);
  for (const round of [1, 2]) {
    manual.pending.length = 0;
    const statements = [heavyUser, otherUser, somebody].flatMap((actor) =>
      Array.from({ length: actor === somebody ? 9 : 4 }, () => limiter.of(actor).query(sql.unsafe`select 1`)),
    );
    assert.is(manual.pending.length, 17, `round ${round}`);
    for (const statement of manual.pending) statement.resolve();
    await Promise.all(statements);
  }
});
