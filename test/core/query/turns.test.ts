import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import type { Actor } from '../../../core/actor.ts';
import { withPlainConnection } from '../../../core/database/plain.ts';
import { openDatabase } from '../../../core/database/pool.ts';
import { Queries, type Query } from '../../../core/database/queries.ts';
import { createRows } from '../../../core/query/create-rows.ts';
import { compileListing } from '../../../core/query/listing.ts';
import { Turns } from '../../../core/query/turns.ts';
import type { Policy } from '../../../core/query/types.ts';
import { suite } from '../../support/suite.ts';
import { models, openWorld, person, policyWith, run, somebody, type World } from './world.ts';

const test = suite('many questions of one reader');
let world: World;
test.before(async () => {
  world = await openWorld();
  await run(world.database)`insert into person (name) values ('Ada')`;
});
test.after(() => world.close());

const reader = (id: number): Actor => ({
  kind: 'person',
  id,
  name: `${id}@example.org`,
  displayName: null,
  role: 'staff',
  permissions: new Set(),
});
const [greedy, modest] = [reader(1), reader(2)];

test('slow ones, however many, do not keep another reader from his page', async () => {
  const pool = await openDatabase(world.database.url, { maximumPoolSize: 5 });
  // The greedy one's questions last until the lock is free.
  const slow = sql.fragment`pg_advisory_xact_lock_shared(4711)::text = ''`;
  const policy: Policy = { ...policyWith(), rows: (actor) => (actor === greedy ? slow : undefined) };
  const rows = createRows({ database: pool, policy, models });
  const { listing } = compileListing(person, { list: ['name'] });
  const all = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
  try {
    const asked = await withPlainConnection(world.database.url, async (lock) => {
      await lock.query('select pg_advisory_lock(4711)');
      const pages = Array.from({ length: 10 }, () => rows.list(greedy, listing, all));
      // Without turns this waits until the file's time is up, for the lock is freed after it.
      assert.is((await rows.list(modest, listing, all)).rows.length, 1);
      assert.ok(await rows.find(modest, person, '1'));
      return pages;
    });
    for (const page of await Promise.all(asked)) assert.is(page.rows.length, 1);
  } finally {
    await pool.close();
  }
});

/** Notes what was asked, and answers when it is told to. */
class Slow extends Queries {
  readonly asked: PromiseWithResolvers<void>[] = [];

  protected async on<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    const answer = Promise.withResolvers<void>();
    this.asked.push(answer);
    await answer.promise;
    return work(world.database);
  }
}

test('four run at once; the others follow in their order, also after one that failed', async () => {
  const slow = new Slow();
  const turns = new Turns(slow);
  const done: number[] = [];
  const asks = Array.from({ length: 7 }, (_, n) =>
    turns
      .of(greedy)
      .query(sql.unsafe`select 1`)
      .then(
        () => done.push(n),
        () => done.push(-n),
      ),
  );
  assert.is(slow.asked.length, 4);
  slow.asked[1]?.reject(new Error('taken back'));
  await asks[1];
  assert.equal(done, [-1]);
  for (let next = 4; next < 7; next += 1) {
    assert.is(slow.asked.length, next + 1);
    slow.asked[next]?.resolve();
    await asks[next];
  }
  for (const answer of slow.asked) answer.resolve();
  await Promise.all(asks);
  assert.equal(done.slice(0, 4), [-1, 4, 5, 6]);
  assert.is(done.length, 7);
});

test('each has his own line, which is empty again when all is answered; a job has none', async () => {
  const slow = new Slow();
  const turns = new Turns(slow);
  for (const round of [1, 2]) {
    slow.asked.length = 0;
    const asks = [greedy, modest, somebody].flatMap((actor) =>
      Array.from({ length: actor === somebody ? 9 : 4 }, () => turns.of(actor).query(sql.unsafe`select 1`)),
    );
    assert.is(slow.asked.length, 17, `round ${round}`);
    for (const answer of slow.asked) answer.resolve();
    await Promise.all(asks);
  }
});
