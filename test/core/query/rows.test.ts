import { type QuerySqlToken, sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { isTimeout } from '../../../core/database/errors.ts';
import { openDatabase, type Query } from '../../../core/database/pool.ts';
import { withScope } from '../../../core/database/scope.ts';
import { RustioError } from '../../../core/errors.ts';
import type { FieldInfo, ModelInfo } from '../../../core/model/registry.ts';
import { createRows } from '../../../core/query/create-rows.ts';
import { listSql } from '../../../core/query/list-sql.ts';
import { compileListing, type ListingNames } from '../../../core/query/listing.ts';
import { offeredTo } from '../../../core/query/offered.ts';
import { completeOrder } from '../../../core/query/order.ts';
import { parseAsk } from '../../../core/query/parse-ask.ts';
import { Reader } from '../../../core/query/reader.ts';
import type { Ask, Page, Sort } from '../../../core/query/types.ts';
import { suite } from '../../support/suite.ts';
import {
  CountingDatabase,
  contract,
  fieldOf,
  models,
  openWorld,
  Person,
  person,
  place,
  policyWith,
  type Rules,
  run,
  somebody,
  tag,
  type World,
} from './world.ts';

const test = suite('reading rows');
let world: World;
const hidden = sql.fragment`t.name not like 'Hidden%'`;

test.before(async () => {
  world = await openWorld();
  const { database } = world;
  await run(database)`insert into place (code, name, zone) values
    ('A', 'Alpha 100%', 'north'), ('B/1', 'Beta_x', null), ('H', 'Hidden place', 'south')`;
  await run(database)`insert into tag (name) values ('red'), ('green'), ('blue')`;
  await run(database)`insert into person (name, email, place_code, born, level, visits, secret, boss_id) values
    ('Ada', 'ada@x.org', 'A', '2001-01-01', 'chief', 3, 'ruby', null),
    ('Bob', 'bob@x.org', 'B/1', '2001-01-02', 'senior', null, 'opal', 1),
    ('Cyd', null, null, null, 'junior', 5, null, 1),
    ('Hidden Dan', null, 'H', '2001-01-03', 'junior', 6, 'jade', 2)`;
  await run(database)`insert into person_tag (person_id, tag_id) values (1, 1), (1, 3), (2, 3), (4, 2)`;
  await run(database)`insert into task (title, owner_id) select 'T' || n, 1 from generate_series(1, 3) n`;
  await run(database)`insert into contract (number, holder_id) values ('C1', 1)`;
});
test.after(() => world.close());

function rowsFor(rules: Rules = {}, countPatience?: number) {
  const parts = { database: world.database, policy: policyWith(rules), models };
  return createRows(countPatience === undefined ? parts : { ...parts, countPatience });
}

const people: ListingNames = {
  list: ['name', 'place', 'born', 'boss', 'tags'],
  filters: ['level', 'place', 'tags', 'born', 'visits', 'boss', 'active'],
  search: ['name', 'email', 'level', 'place.name', 'place.code', 'place.zone'],
};

async function list(query: string, rules: Rules = {}, names = people, model: ModelInfo = person): Promise<Page> {
  const rows = rowsFor(rules);
  const { listing } = compileListing(model, names);
  const { parsed } = await rows.ask(somebody, listing, new URLSearchParams(query), 'UTC');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return rows.list(somebody, listing, parsed.ask);
}

async function namesIn(query: string, rules?: Rules): Promise<unknown[]> {
  const { rows } = await list(query, rules);
  return rows.map((row) => row.name);
}

test('a row holds its fields, and what relations and lists are called', async () => {
  const [ada, bob] = (await list('')).rows;
  assert.equal(ada, {
    id: '1',
    name: 'Ada',
    place: 'A',
    'place~label': 'A · Alpha 100%',
    born: '2001-01-01',
    boss: null,
    'boss~label': null,
    'tags~list': [
      { key: '3', label: 'blue' },
      { key: '1', label: 'red' },
    ],
  });
  assert.is(bob?.['boss~label'], 'Ada');
});

test('filters narrow by choice, relation, list, range and emptiness, alone and together', async () => {
  assert.equal(await namesIn('f.level=chief&f.level=senior'), ['Ada', 'Bob']);
  assert.equal(await namesIn('f.place=B/1'), ['Bob']);
  assert.equal(await namesIn('f.place=%2Bnone'), ['Cyd']);
  assert.equal(await namesIn('f.place=%2Bnone&f.place=A'), ['Ada', 'Cyd']);
  assert.equal(await namesIn('f.tags=3'), ['Ada', 'Bob']);
  assert.equal(await namesIn('f.tags=%2Bnone'), ['Cyd']);
  assert.equal(await namesIn('f.tags=1&f.tags=%2Bnone'), ['Ada', 'Cyd']);
  assert.equal(await namesIn('f.born.from=2001-01-02'), ['Bob', 'Hidden Dan']);
  assert.equal(await namesIn('f.born.from=2001-01-01&f.born.to=2001-01-02'), ['Ada', 'Bob']);
  assert.equal(await namesIn('f.visits=3&f.visits=5'), ['Ada', 'Cyd']);
  assert.equal(await namesIn('f.active=false'), []);
  assert.equal(await namesIn('f.boss=1&f.level=senior&f.tags=3&q=bob'), ['Bob']);
});

test('every word of a search must occur, in the row or behind a relation; wildcards are letters like others', async () => {
  assert.equal(await namesIn('q=ADA'), ['Ada']);
  assert.equal(await namesIn('q=b+x.org'), ['Bob']);
  assert.equal(await namesIn('q=bob+alpha'), []);
  assert.equal(await namesIn('q=ada+alpha'), ['Ada']);
  assert.equal(await namesIn('q=there'), ['Ada'], 'a choice by what people read');
  assert.equal(await namesIn('q=100%25'), ['Ada']);
  assert.equal(await namesIn('q=%25'), ['Ada']);
  assert.equal(await namesIn('q=_'), ['Bob']);
  assert.equal(await namesIn('q=%5C'), []);
  assert.equal(await namesIn('q=B/1'), ['Bob']);
});

test("the reader's own rows are the whole list to him, counts and pages included", async () => {
  const rules = { rows: { person: hidden } };
  const page = await list('', rules);
  assert.is(page.rows.length, 3);
  assert.equal(page.count, { kind: 'exact', rows: 3 });
  assert.equal((await list('at=last', rules)).count, { kind: 'exact', rows: 3 });
});

test('who may not view the model gets an empty list, and no statement is run', async () => {
  const before = world.database.statements;
  const { rows: found } = await rowsFor({ denied: ['person.view'] }).list(
    somebody,
    compileListing(person, people).listing,
    {
      q: '',
      filters: [],
      sort: [],
      at: undefined,
      size: 10,
      exact: false,
    },
  );
  assert.equal(found, []);
  assert.is(world.database.statements, before);
});

test('hidden fields are in no row, label, search or cursor', async () => {
  const names = { ...people, list: ['name', 'secret', 'email'], order: ['secret'], search: ['secret', 'email'] };
  const rules = { hidden: ['person.secret', 'person.name'] };
  const page = await list('', rules, names);
  assert.equal(
    page.rows.map((row) => ['secret' in row, 'name' in row]),
    page.rows.map(() => [false, false]),
  );
  assert.is(page.rows.length, 4);
  for (const id of ['1', '2', '3', '4']) assert.is((await rowsFor(rules).find(somebody, person, id))?.label, id);
  assert.equal((await list('q=ruby', rules, names)).rows, []);
  assert.is((await list('q=alpha', {}, { search: ['place.name'] })).rows.length, 1);
  const scope = { rows: { place: sql.fragment`t.code <> 'A'` } };
  assert.equal((await list('q=alpha', scope, { search: ['place.name'] })).rows, []);
});

test('a search in hidden fields alone does not exist, nor does it find a thing for code that asks by itself', async () => {
  const { listing } = compileListing(person, { search: ['place.name'] });
  const byCode = { q: 'alpha', filters: [], sort: [], at: undefined, size: 50, exact: false };
  for (const rules of [
    { hidden: ['place.name'] },
    { hidden: ['person.place'] },
    { denied: ['place.view'] },
  ] satisfies Rules[]) {
    const rows = rowsFor(rules);
    const { parsed } = await rows.ask(somebody, listing, new URLSearchParams('q=alpha'), 'UTC');
    assert.equal(parsed, { ok: false, problems: [{ name: 'q', why: 'unknown' }] });
    assert.equal((await rows.list(somebody, listing, byCode)).rows, []);
  }
});

test('whatever its kind, a hidden field is nowhere: no column, filter, sort, word of a search', async () => {
  const all = [...person.fields.values()];
  const names: ListingNames = {
    list: all.map((field) => field.name),
    filters: all.filter((field) => field.spec.filter !== 'none').map((field) => field.name),
    search: all.filter((field) => field.spec.searchable).map((field) => field.name),
    order: ['name'],
  };
  const { listing } = compileListing(person, names);
  for (const { name, kind } of all.filter((field) => !person.key.includes(field))) {
    const rows = rowsFor({ hidden: [`person.${name}`] });
    const ask = (query: string) => rows.ask(somebody, listing, new URLSearchParams(query), 'UTC');
    const { offered, parsed } = await ask('');
    if (!parsed.ok) throw new Error(name);
    const offers = [offered.columns, offered.filters, offered.sortable, offered.search.map((search) => search.field)];
    assert.not.ok(
      offers.flat().some((field) => field.name === name),
      name,
    );
    for (const query of [`sort=${name}`, `f.${name}=1`, `f.${name}.from=1`, `f.${name}=%2Bnone`]) {
      assert.not.ok((await ask(query)).parsed.ok, query);
    }
    const page = await rows.list(somebody, listing, parsed.ask);
    const found = await rows.find(somebody, person, '1');
    for (const row of [...page.rows, found?.row ?? {}]) {
      assert.not.ok(
        Object.keys(row).some((key) => key === name || key.startsWith(`${name}~`)),
        `${name} (${kind})`,
      );
    }
  }
});

test('code that asks by itself for a hidden field is refused, too', async () => {
  const rows = rowsFor({ hidden: ['person.secret'] });
  const { listing } = compileListing(person, people);
  const secret = fieldOf(person, 'secret');
  const all = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
  for (const ask of [
    { ...all, sort: [{ field: secret, descending: false }] },
    { ...all, filters: [{ field: secret, is: 'oneOf', values: ['ruby'] } as const] },
    { ...all, filters: [{ field: secret, is: 'range', from: 'a', to: undefined } as const] },
  ]) {
    const error = await rows.list(somebody, listing, ask).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof RustioError && error.code === 'RIO-LIST-FIELD');
  }
});

test('the label of a row that the reader may not see is not told; its key stands in the row anyway', async () => {
  const [first] = (await list('', { denied: ['place.view'] })).rows;
  assert.is(first?.place, 'A');
  assert.not('place~label' in (first ?? {}));
  const rules = { rows: { place: hidden, tag: sql.fragment`t.name <> 'red'` } };
  const { rows: found } = await list('', rules);
  assert.is(found.at(3)?.place, 'H');
  assert.is(found.at(3)?.['place~label'], null);
  assert.equal(found[0]?.['tags~list'], [
    { key: '3', label: 'blue' },
    { key: '1', label: null },
  ]);
  assert.equal((await list('', { denied: ['tag.view'] })).rows[1]?.['tags~list'], [{ key: '3', label: null }]);
  assert.equal((await list('', { hidden: ['place.name'] })).rows[0]?.['place~label'], 'A');
});

test('a computed column gets the whole row, without what the reader may not see', async () => {
  const [row] = (await list('', { hidden: ['person.secret'] }, { list: ['name'], computed: true })).rows;
  assert.is(row?.email, 'ada@x.org');
  assert.not('secret' in (row ?? {}));
});

test('one record: key, label, version, relations, lists; nothing that is hidden', async () => {
  const found = await rowsFor({ hidden: ['person.secret'] }).find(somebody, person, '1');
  assert.is(found?.key, '1');
  assert.is(found?.keyValue, '1');
  assert.is(found?.label, 'Ada');
  assert.match(found?.version ?? '', /^\d+$/);
  assert.is(found?.row['place~label'], 'A · Alpha 100%');
  assert.not('secret' in (found?.row ?? {}));
  const odd = await rowsFor().find(somebody, place, 'B~2f1');
  assert.equal([odd?.key, odd?.keyValue, odd?.label], ['B~2f1', 'B/1', 'B/1 · Beta_x']);
});

test('of several records only those are there that the reader may see, in the order of the keys', async () => {
  const keys = async (rules: Rules): Promise<readonly string[]> =>
    (await rowsFor(rules).findMany(somebody, person, ['4', '2', "1'--", '99', '2', '1'])).map(({ key }) => key);
  assert.equal(await keys({}), ['4', '2', '1']);
  assert.equal(await keys({ rows: { person: hidden } }), ['2', '1']);
  assert.equal(await keys({ denied: ['person.view'] }), []);
  const [first] = await rowsFor({ hidden: ['person.secret'] }).findMany(somebody, person, ['1']);
  assert.not.ok('secret' in (first?.row ?? {}));
});

test('one record is not there for who may not see it, nor by a key that none can have', async () => {
  assert.is(await rowsFor({ rows: { person: hidden } }).find(somebody, person, '4'), undefined);
  assert.is(await rowsFor({ denied: ['person.view'] }).find(somebody, person, '1'), undefined);
  for (const key of ['', 'x', '99', '1,2', '01', "1'--", '9'.repeat(30), '%00']) {
    assert.is(await rowsFor().find(somebody, person, key), undefined, key);
  }
  assert.is(await rowsFor({ rows: { person: hidden } }).get(somebody, Person, '4'), undefined);
});

test('a typed row has the values that code works with', async () => {
  const row = await rowsFor().get(somebody, Person, '1');
  assert.is(row?.id, 1);
  assert.is(row?.place, 'A');
  assert.instance(row?.seen, Date);
  const partly = await rowsFor({ hidden: ['person.secret'] }).get(somebody, Person, '1');
  assert.not('secret' in (partly ?? {}));
  const inside = await world.database.transaction((tx) => rowsFor().get(somebody, Person, '1', tx));
  assert.is(inside?.name, 'Ada');
});

test('what points to a record is counted by relation, as far as the reader may see it', async () => {
  const counted = async (rules?: Rules) =>
    (await rowsFor(rules).dependants(somebody, person, '1')).map((each) => [
      each.field.model.name,
      each.field.name,
      each.rows,
      each.more,
    ]);
  const sorted = (await counted()).map((each) => each.join(' ')).sort();
  assert.equal(sorted, [
    'contract holder 1 false',
    'person boss 2 false',
    'personTag person 2 false',
    'task owner 3 false',
  ]);
  assert.is((await counted({ denied: ['contract.view', 'task.view'] })).length, 2);
  const scoped = await counted({ rows: { task: sql.fragment`t.title = 'T1'`, person: hidden } });
  assert.ok(scoped.some(([model, , rows]) => model === 'task' && rows === 1));
  assert.equal(await rowsFor({ denied: ['person.view'] }).dependants(somebody, person, '1'), []);
});

const pick = suite('picking rows for a relation');
pick.before(async () => {
  world = await openWorld();
  await run(world.database)`insert into place (code, name) values
    ('DFW', 'Dallas'), ('D', 'Dfw-like'), ('x_1', '50% off'), ('SEA', 'Seattle'), ('H', 'Hidden place')`;
  await run(world.database)`insert into person (name) values ('Ann'), ('ann'), ('Bob')`;
});
pick.after(() => world.close());
const toPlace: FieldInfo = fieldOf(person, 'place');
const toBoss: FieldInfo = fieldOf(person, 'boss');

async function options(q: string, rules?: Rules, limit = 10) {
  const { options: found, more } = await rowsFor(rules).options(somebody, toPlace, q, limit);
  return { keys: found.map((each) => each.key), more };
}

pick('the row of the typed key comes first, then those with every word in their label', async () => {
  assert.equal((await options('D')).keys[0], 'D');
  assert.equal((await options('dfw')).keys, ['DFW', 'D'], 'the key comes first in whatever letters');
  assert.equal((await options('sea tle')).keys, ['SEA']);
  assert.equal((await options('50%')).keys, ['x_1']);
  assert.equal((await options('%')).keys, ['x_1']);
  assert.equal((await options('nowhere')).keys, []);
});

pick('there are at most as many as asked for, and it says when there are more', async () => {
  assert.equal(await options('', {}, 2), { keys: ['D', 'DFW'], more: true });
  assert.equal((await options('', {}, 5)).more, false);
  assert.is((await options('', {}, -5)).keys.length, 1);
});

pick('nobody picks from what he may not see, or for what he may not set', async () => {
  assert.equal((await options('', { denied: ['place.view'] })).keys, []);
  const reads = await options('DFW', { denied: ['person.add', 'person.change'] });
  assert.ok(reads.keys.includes('DFW'), 'whoever reads both sides may narrow a list by the relation');
  assert.equal((await options('', { hidden: ['person.place'] })).keys, []);
  assert.not.ok((await options('', { rows: { place: hidden } })).keys.includes('H'));
  assert.equal((await options('H', { rows: { place: hidden } })).keys, []);
  const unnamed = await rowsFor({ hidden: ['place.name'] }).options(somebody, toPlace, 'Dallas', 5);
  assert.equal(unnamed.options, []);
  const byKey = await rowsFor({ hidden: ['place.name'] }).options(somebody, toPlace, 'DFW', 5);
  assert.equal(byKey.options, [{ key: 'DFW', label: 'DFW' }]);
});

pick('what was typed is a key, or a whole label, or one that differs in capitals alone', async () => {
  const resolved = async (field: FieldInfo, typed: string, rules?: Rules) =>
    (await rowsFor(rules).resolve(somebody, field, typed)).map((each) => each.key);
  assert.equal(await resolved(toPlace, 'DFW'), ['DFW']);
  assert.equal(await resolved(toPlace, ' DFW · Dallas '), ['DFW']);
  assert.equal(await resolved(toPlace, 'dfw · DALLAS'), ['DFW']);
  assert.equal(await resolved(toPlace, 'Dallas'), []);
  assert.equal(await resolved(toPlace, '%'), []);
  assert.equal(await resolved(toPlace, 'a\0b'), []);
  assert.equal(await resolved(toBoss, 'ann'), ['2']);
  assert.equal(await resolved(toBoss, 'ANN'), ['1', '2']);
  assert.equal(await resolved(toBoss, '3'), ['3']);
  assert.equal(await resolved(toPlace, 'H', { rows: { place: hidden } }), []);
  assert.equal(await resolved(toPlace, 'DFW', { denied: ['place.view'] }), []);
});

pick('labels are given for keys that the reader may know', async () => {
  const labels = async (rules?: Rules) =>
    [...(await rowsFor(rules).labels(somebody, toPlace, ['H', 'D', 'no', '']))].sort();
  assert.equal(await labels(), [
    ['D', 'D · Dfw-like'],
    ['H', 'H · Hidden place'],
  ]);
  assert.equal(await labels({ rows: { place: hidden } }), [['D', 'D · Dfw-like']]);
  assert.equal(await labels({ denied: ['place.view'] }), []);
});

const costs = suite('what reading costs');
costs.before(async () => {
  world = await openWorld();
  await run(world.database)`insert into tag (name) select 'tag ' || n from generate_series(1, 60000) n`;
  await run(world.database)`insert into place (code, name) select 'P' || n, 'place' from generate_series(1, 300) n`;
  await run(world.database)`
    insert into person (name, place_code, born, seen)
    select
      'N' || n,
      'P' || 1 + n % 300,
      case when n % 3 > 0 then date '1990-01-01' + n % 9000 end,
      timestamptz '2026-01-01Z' + make_interval(secs => n)
    from generate_series(1, 20000) n
  `;
  await run(world.database)`analyze`;
});
costs.after(() => world.close());

costs('a page takes one statement, a full first one a second for the count, others none', async () => {
  const rows = rowsFor();
  await rows.refreshEstimates();
  const { listing } = compileListing(person, people);
  const statements = async (query: string) => {
    const { parsed } = await rows.ask(somebody, listing, new URLSearchParams(query), 'UTC');
    if (!parsed.ok) throw new Error(query);
    const before = world.database.statements;
    const page = await rows.list(somebody, listing, parsed.ask);
    return { took: world.database.statements - before, page };
  };
  const first = await statements('sort=-born');
  assert.is(first.took, 2);
  assert.equal(first.page.count, { kind: 'exact', rows: 20_000 });
  const second = await statements(`sort=-born&after=${first.page.next}`);
  assert.is(second.took, 1);
  assert.equal(second.page.count, { kind: 'unknown' });
  assert.is((await statements('f.place=P1&f.born=1990-01-01')).took, 1);
  assert.is((await statements('at=last')).took, 1);
  assert.equal((await statements('at=last')).page.count, { kind: 'unknown' });
  assert.is((await statements(`after=${first.page.next}&sort=-born&count=exact`)).took, 2);
});

costs('a large table is counted about, what is found in it up to a thousand, and exactly when asked', async () => {
  const names: ListingNames = { list: ['name'], search: ['name'] };
  const about = (await list('', {}, names, tag)).count;
  assert.is(about.kind, 'about');
  assert.ok(about.kind === 'about' && Math.abs(about.rows - 60_000) < 3_000);
  assert.equal((await list('q=tag', {}, names, tag)).count, { kind: 'more', rows: 1_000 });
  assert.equal((await list('q=5999', {}, names, tag)).count, { kind: 'exact', rows: 16 });
  assert.equal((await list('count=exact', {}, names, tag)).count, { kind: 'exact', rows: 60_000 });
  const scope = { rows: { tag: sql.fragment`t.id > 10` } };
  assert.equal(
    (await list('', scope, names, tag)).count,
    { kind: 'more', rows: 1_000 },
    'no estimate of rows that are not his',
  );
  const settings = { 'app.tenant': 'acme' };
  assert.equal(
    (await withScope({ settings }, () => list('', {}, names, tag))).count,
    { kind: 'more', rows: 1_000 },
    'nor of rows that row-level security may hide',
  );
});

costs('a figure that was cut off is remembered for its own rows alone', async () => {
  const rows = rowsFor();
  const narrow = createRows({
    database: world.database,
    policy: policyWith({ rows: { tag: sql.fragment`t.id < 5000` } }),
    models,
  });
  const { listing } = compileListing(tag, { search: ['name'] });
  const ask = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
  await rows.list(somebody, listing, ask);
  const before = world.database.statements;
  assert.is((await rows.list(somebody, listing, ask)).count.kind, 'about');
  assert.is(world.database.statements - before, 1);
  assert.equal((await narrow.list(somebody, listing, ask)).count, { kind: 'more', rows: 1_000 });
});

costs('a page does not wait for a slow count; the next reader gets what it found', async () => {
  const stalled = new StalledCounts(world.database);
  const rows = createRows({ database: stalled, policy: policyWith(), models, countPatience: 1 });
  const { listing } = compileListing(tag, {});
  const ask = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
  assert.equal((await rows.list(somebody, listing, ask)).count, { kind: 'more', rows: 50 });
  stalled.goOn();
  await stalled.counted;
  assert.is((await rows.list(somebody, listing, ask)).count.kind, 'about');
});

costs(
  'beyond the first page, an exact count that takes too long is unknown, and not "as many as this page shows"',
  async () => {
    const roomy = await openWorld();
    const hasty = await openDatabase(roomy.database.url, { statementTimeout: 2_000 });
    try {
      await run(roomy.database)`insert into person (name) select 'Ann' from generate_series(1, 5000)`;
      await run(roomy.database)`analyze person`;
      // Only who looks at the first rows waits; the last page does not.
      const policy = policyWith({
        rows: { person: sql.fragment`case when t.id < 100 then pg_sleep(300)::text = '' else true end` },
      });
      const rows = createRows({ database: hasty, policy, models });
      const { listing } = compileListing(person, people);
      const sort = [{ field: fieldOf(person, 'id'), descending: false }];
      const ask = { q: '', filters: [], sort, at: 'last', size: 50, exact: true } as const;
      const { rows: shown, count } = await rows.list(somebody, listing, ask);
      assert.is(shown.length, 50);
      assert.equal(count, { kind: 'unknown' });
    } finally {
      await hasty.close();
      await roomy.close();
    }
  },
);

costs('a question that takes too long is taken back, with an error that says what to do', async () => {
  const roomy = await openWorld();
  const hasty = await openDatabase(roomy.database.url, { statementTimeout: 100 });
  try {
    await run(roomy.database)`insert into person (name) values ('Ann')`;
    // Longer than a test may last: nobody gets an answer but by the limit.
    const policy = policyWith({ rows: { person: sql.fragment`pg_sleep(300)::text = ''` } });
    const rows = createRows({ database: hasty, policy, models });
    const { listing } = compileListing(person, people);
    const all = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
    const toAnn = fieldOf(contract, 'holder');
    for (const slow of [
      () => rows.list(somebody, listing, all),
      () => rows.find(somebody, person, '1'),
      () => rows.options(somebody, toAnn, 'a', 5),
      () => rows.resolve(somebody, toAnn, 'Ann'),
      () => rows.labels(somebody, toAnn, ['1']),
    ]) {
      const error = await slow().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.instance(error, RustioError);
      if (!(error instanceof RustioError)) continue;
      assert.is(error.code, 'RIO-LIST-SLOW');
      assert.is(error.status, 503);
      assert.ok(isTimeout(error), 'its cause is kept');
      assert.ok(Object.values(error.parts).every((part) => part.length > 10));
    }
  } finally {
    await hasty.close();
    await roomy.close();
  }
});

for (const [what, query, model] of [
  ['the first page by a column that is never empty', 'sort=-seen', person],
  ['the first page by one that may be empty', 'sort=-born', person],
  ['the last page by one that may be empty', 'sort=born&at=last', person],
  ['a page in the middle of a unique column', 'sort=name&after=tag 30000', tag],
] as const) {
  costs(`an index leads to ${what}`, async () => {
    const { listing } = compileListing(model, { list: ['name', ...(model === person ? ['seen', 'born'] : [])] });
    const reader = new Reader(policyWith(), somebody);
    const params = new URLSearchParams(query);
    const after = params.get('after');
    params.delete('after');
    const offered = offeredTo(reader, listing, 60_000);
    const complete = (wished: readonly Sort[]) => completeOrder(reader, listing, wished);
    const parsed = parseAsk(listing, params, { offered, complete, zone: 'UTC' });
    if (!parsed.ok) throw new Error(query);
    const at: Ask['at'] = after === null ? parsed.ask.at : { cursor: { values: [after] }, direction: 'after' };
    const page = listSql(reader, listing, { ...parsed.ask, at }, complete(parsed.ask.sort));
    const plan = await world.database.oneFirst(
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

/** Counts are the only statements that ask for exactly one row. They wait until they are let go. */
class StalledCounts extends CountingDatabase {
  readonly #gate = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<void>();
  readonly goOn = this.#gate.resolve;
  readonly counted = this.#done.promise;

  override async one<T extends Parameters<Query['one']>[0]['parser']>(query: QuerySqlToken<T>) {
    await this.#gate.promise;
    const row = await super.one(query);
    this.#done.resolve();
    return row;
  }
}
