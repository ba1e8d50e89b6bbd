import { type QuerySqlToken, sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { isTimeout } from '../../../core/database/errors.ts';
import { openDatabase, type Query } from '../../../core/database/pool.ts';
import { withScope } from '../../../core/database/scope.ts';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import type { ListQueryValues } from '../../../core/query/list-query.ts';
import { listSql } from '../../../core/query/list-sql.ts';
import { compileListing, type ListingNames, permittedPart } from '../../../core/query/listing.ts';
import { completeOrder } from '../../../core/query/order.ts';
import { parseListQuery } from '../../../core/query/parse-list-query.ts';
import { Reader } from '../../../core/query/reader.ts';
import type { Page, Sort } from '../../../core/query/types.ts';
import { suite } from '../../support/suite.ts';
import {
  CountingDatabase,
  contract,
  type Fixture,
  fieldOf,
  models,
  openFixture,
  pageOf,
  person,
  policyWith,
  type Rules,
  recordsFor,
  run,
  somebody,
  tag,
  task,
} from './fixture.ts';

const test = suite('the cost of reading');
let fixture: Fixture;
const people: ListingNames = {
  list: ['name', 'place', 'born', 'boss', 'tags'],
  filters: ['level', 'place', 'tags', 'born', 'visits', 'boss', 'active'],
  search: ['name', 'email', 'level', 'place.name', 'place.code', 'place.zone'],
};

test.before(async () => {
  fixture = await openFixture();
  await run(fixture.database)`insert into tag (name) select 'tag ' || n from generate_series(1, 60000) n`;
  await run(fixture.database)`insert into place (code, name) select 'P' || n, 'place' from generate_series(1, 300) n`;
  await run(fixture.database)`
    insert into person (name, place_code, born, seen)
    select
      'N' || n,
      'P' || 1 + n % 300,
      case when n % 3 > 0 then date '1990-01-01' + n % 9000 end,
      timestamptz '2026-01-01Z' + make_interval(secs => n)
    from generate_series(1, 20000) n
  `;
  await run(fixture.database)`analyze`;
});
test.after(() => fixture.close());

/** A page of tags. */
function list(query: string, rules: Rules = {}): Promise<Page> {
  return pageOf(
    recordsFor(fixture.database, rules),
    compileListing(tag, { list: ['name'], search: ['name'] }).listing,
    query,
  );
}

test('a page takes one statement; only the first page of several takes another for the count', async () => {
  const records = recordsFor(fixture.database);
  await records.refreshEstimates();
  const { listing } = compileListing(person, people);
  const statements = async (queryString: string) => {
    const { parsed } = await records.parseListQuery(somebody, listing, new URLSearchParams(queryString), 'UTC');
    if (!parsed.ok) throw new Error(queryString);
    const before = fixture.database.statements;
    const page = await records.list(somebody, listing, parsed.query);
    return { count: fixture.database.statements - before, page };
  };
  const first = await statements('sort=-born');
  assert.is(first.count, 2);
  assert.equal(first.page.count, { kind: 'exact', rows: 20_000 });
  const second = await statements(`sort=-born&after=${first.page.next}`);
  assert.is(second.count, 1);
  assert.equal(second.page.count, { kind: 'unknown' });
  assert.is((await statements('f.place=P1&f.born=1990-01-01')).count, 1);
  assert.is((await statements('at=last')).count, 1);
  assert.equal((await statements('at=last')).page.count, { kind: 'unknown' });
  assert.is((await statements(`after=${first.page.next}&sort=-born&count=exact`)).count, 2);
});

test('the size of a large table is estimated, a search is counted up to a thousand, and exactly on request', async () => {
  const about = (await list('')).count;
  assert.is(about.kind, 'about');
  assert.ok(about.kind === 'about' && Math.abs(about.rows - 60_000) < 3_000);
  assert.equal((await list('q=tag')).count, { kind: 'more', rows: 1_000 });
  assert.equal((await list('q=5999')).count, { kind: 'exact', rows: 16 });
  assert.equal((await list('count=exact')).count, { kind: 'exact', rows: 60_000 });
  const scope = { rows: { tag: sql.fragment`t.id > 10` } };
  assert.equal(
    (await list('', scope)).count,
    { kind: 'more', rows: 1_000 },
    'no estimate that includes rows that the user cannot see',
  );
  const settings = { 'app.tenant': 'acme' };
  assert.equal(
    (await withScope({ settings }, () => list(''))).count,
    { kind: 'more', rows: 1_000 },
    'nor rows that row-level security may hide',
  );
});

test('a small table that was never analysed is counted exactly and can be sorted', async () => {
  const { database, close } = await openFixture();
  try {
    await run(database)`alter table task set (autovacuum_enabled = off)`;
    await run(database)`alter table tag set (autovacuum_enabled = off)`;
    await run(database)`insert into person (name) values ('Ada Lovelace')`;
    // Three megabytes, in which sixty thousand short rows would have room.
    await run(database)`
      insert into task (title, owner_id) select n || repeat('x', 1500), 1 from generate_series(1, 2000) n
    `;
    await run(database)`insert into tag (name) select 'tag ' || n from generate_series(1, 50002) n`;
    const records = recordsFor(database);
    await records.refreshEstimates();
    const tasks = compileListing(task, { list: ['title', 'effort'] }).listing;
    assert.equal((await pageOf(records, tasks, 'sort=-effort')).count, { kind: 'exact', rows: 2_000 });
    const tags = compileListing(tag, { list: ['name'] }).listing;
    assert.equal((await pageOf(records, tags, '')).count, { kind: 'more', rows: 50_000 }, 'never without a limit');
  } finally {
    await close();
  }
});

test('an inexact count is cached only for the same conditions', async () => {
  const records = recordsFor(fixture.database);
  const narrow = createRecords({
    database: fixture.database,
    policy: policyWith({ rows: { tag: sql.fragment`t.id < 5000` } }),
    models,
  });
  const { listing } = compileListing(tag, { search: ['name'] });
  const query = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
  await records.list(somebody, listing, query);
  const before = fixture.database.statements;
  assert.is((await records.list(somebody, listing, query)).count.kind, 'about');
  assert.is(fixture.database.statements - before, 1);
  assert.equal((await narrow.list(somebody, listing, query)).count, { kind: 'more', rows: 1_000 });
});

test('a page does not wait for a slow count; the next request gets its result', async () => {
  const stalled = new StalledCounts(fixture.database);
  const records = createRecords({ database: stalled, policy: policyWith(), models, countTimeout: 1 });
  const { listing } = compileListing(tag, {});
  const query = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
  assert.equal((await records.list(somebody, listing, query)).count, { kind: 'more', rows: 50 });
  stalled.resume();
  await stalled.counted;
  assert.is((await records.list(somebody, listing, query)).count.kind, 'about');
});

test('after the first page, a count that takes too long is unknown rather than "at least as many as on this page"', async () => {
  const separate = await openFixture();
  const limited = await openDatabase(separate.database.url, { statementTimeout: 2_000 });
  try {
    await run(separate.database)`insert into person (name) select 'Ann' from generate_series(1, 5000)`;
    await run(separate.database)`analyze person`;
    // Only reading the first rows waits; the last page does not.
    const policy = policyWith({
      rows: { person: sql.fragment`case when t.id < 100 then pg_sleep(300)::text = '' else true end` },
    });
    const records = createRecords({ database: limited, policy, models });
    const { listing } = compileListing(person, people);
    const sort = [{ field: fieldOf(person, 'id'), descending: false }];
    const query = { q: '', filters: [], sort, at: 'last', size: 50, exact: true } as const;
    const { rows: lastRows, count } = await records.list(somebody, listing, query);
    assert.is(lastRows.length, 50);
    assert.equal(count, { kind: 'unknown' });
  } finally {
    await limited.close();
    await separate.close();
  }
});

test('a query that takes too long is cancelled, with an error that explains what to do', async () => {
  const separate = await openFixture();
  const limited = await openDatabase(separate.database.url, { statementTimeout: 100 });
  try {
    await run(separate.database)`insert into person (name) values ('Ann')`;
    // Longer than the timeout of a test: only the time limit ends it.
    const policy = policyWith({ rows: { person: sql.fragment`pg_sleep(300)::text = ''` } });
    const records = createRecords({ database: limited, policy, models });
    const { listing } = compileListing(person, people);
    const all = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
    const toAnn = fieldOf(contract, 'holder');
    for (const slow of [
      () => records.list(somebody, listing, all),
      () => records.find(somebody, person, '1'),
      () => records.options(somebody, toAnn, 'a', 5),
      () => records.resolve(somebody, toAnn, 'Ann'),
      () => records.labels(somebody, toAnn, ['1']),
    ]) {
      const error = await slow().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.instance(error, RustioError);
      if (!(error instanceof RustioError)) continue;
      assert.is(error.code, 'RIO-LIST-SLOW');
      assert.is(error.status, 503);
      assert.ok(isTimeout(error), 'the error keeps its cause');
      const { problem, why, fix } = error.parts;
      assert.ok([problem, why, fix].every((part) => part.length > 10));
    }
  } finally {
    await limited.close();
    await separate.close();
  }
});

for (const [what, query, model] of [
  ['the first page by a column that is not nullable', 'sort=-seen', person],
  ['the first page by a nullable column', 'sort=-born', person],
  ['the last page by a nullable column', 'sort=born&at=last', person],
  ['a page in the middle by a unique column', 'sort=name&after=tag 30000', tag],
] as const) {
  test(`an index is used for ${what}`, async () => {
    const { listing } = compileListing(model, { list: ['name', ...(model === person ? ['seen', 'born'] : [])] });
    const reader = new Reader(policyWith(), somebody);
    const params = new URLSearchParams(query);
    const after = params.get('after');
    params.delete('after');
    const offered = permittedPart(reader, listing, 60_000);
    const complete = (requested: readonly Sort[]) => completeOrder(reader, listing, requested);
    const parsed = parseListQuery(listing, params, { offered, complete, timeZone: 'UTC' });
    if (!parsed.ok) throw new Error(query);
    const at: ListQueryValues['at'] =
      after === null ? parsed.query.at : { cursor: { values: [after] }, direction: 'after' };
    const page = listSql(reader, listing, { ...parsed.query, at }, complete(parsed.query.sort));
    const plan = await fixture.database.oneFirst(
      sql.type(z.object({ 'QUERY PLAN': z.json() }))`explain (analyze, format json) ${page}`,
    );
    const scans = scansIn(plan);
    assert.ok(scans.length > 0);
    assert.ok(
      scans.every((scan) => scan.type.startsWith('Index') && scan.rows <= 200),
      JSON.stringify(scans),
    );
  });
}

test('statements are kept for frequent pages, but not for every page size that a URL can ask for', () => {
  const { listing } = compileListing(tag, { list: ['name'] });
  const reader = new Reader(policyWith(), somebody);
  const order = completeOrder(reader, listing, []);
  const statement = (size: number) =>
    listSql(reader, listing, { q: '', filters: [], sort: [], at: undefined, size, exact: false }, order);
  const first = statement(10);
  assert.is(statement(10), first);
  for (let size = 11; size <= 200; size += 1) statement(size);
  assert.is.not(statement(10), first);
  assert.equal(statement(10).sql, first.sql);
});

interface Scan {
  readonly type: string;
  readonly rows: number;
}

function scansIn(plan: unknown): readonly Scan[] {
  if (Array.isArray(plan)) return plan.flatMap(scansIn);
  if (typeof plan !== 'object' || plan === null) return [];
  const type = String(Reflect.get(plan, 'Node Type') ?? '');
  const rows = Number(Reflect.get(plan, 'Actual Rows'));
  const inner = Object.values(plan).flatMap(scansIn);
  return type.includes('Scan') && !type.startsWith('Subquery') ? [{ type, rows }, ...inner] : inner;
}

/** Counts are the only statements that read exactly one row. They wait for `resume()`. */
class StalledCounts extends CountingDatabase {
  readonly #gate = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<void>();
  readonly resume = this.#gate.resolve;
  readonly counted = this.#done.promise;

  override async one<T extends Parameters<Query['one']>[0]['parser']>(query: QuerySqlToken<T>) {
    await this.#gate.promise;
    const row = await super.one(query);
    this.#done.resolve();
    return row;
  }
}
