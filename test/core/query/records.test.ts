import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import type { ModelInfo } from '../../../core/model/field-type.ts';
import { writeCursor } from '../../../core/query/cursor.ts';
import { compileListing, type ListingNames } from '../../../core/query/listing.ts';
import { completeOrder } from '../../../core/query/order.ts';
import { Reader } from '../../../core/query/reader.ts';
import type { Page } from '../../../core/query/types.ts';
import { suite } from '../../support/suite.ts';
import {
  type Fixture,
  fieldOf,
  openFixture,
  Person,
  pageOf,
  person,
  place,
  policyWith,
  type Rules,
  recordsFor,
  run,
  somebody,
} from './fixture.ts';

const test = suite('reading rows');
let fixture: Fixture;
const visibleNames = sql.fragment`t.name not like 'Hidden%'`;

test.before(async () => {
  fixture = await openFixture();
  const { database } = fixture;
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
test.after(() => fixture.close());

const records = (rules?: Rules) => recordsFor(fixture.database, rules);

const people: ListingNames = {
  list: ['name', 'place', 'born', 'boss', 'tags'],
  filters: ['level', 'place', 'tags', 'born', 'visits', 'boss', 'active'],
  search: ['name', 'email', 'level', 'place.name', 'place.code', 'place.zone'],
};

function list(query: string, rules: Rules = {}, names = people, model: ModelInfo = person): Promise<Page> {
  return pageOf(records(rules), compileListing(model, names).listing, query);
}

async function namesIn(query: string, rules?: Rules): Promise<unknown[]> {
  const { rows } = await list(query, rules);
  return rows.map((row) => row.name);
}

test('users who see different labels of the same list do not share its statement', async () => {
  const names = { list: ['name', 'place'], filters: [], search: [] };
  const labelOf = async (rules?: Rules) => {
    const { rows } = await list('', rules, names);
    return rows.find(({ name }) => name === 'Hidden Dan')?.['place~label'];
  };
  for (let turn = 0; turn < 2; turn += 1) {
    assert.is(await labelOf(), 'H · Hidden place');
    assert.is(await labelOf({ rows: { place: visibleNames } }), null);
    assert.is(await labelOf({ hidden: ['place.name'] }), 'H');
  }
});

test('a row holds its fields, and the labels of relations and lists', async () => {
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

test('rows are filtered by choice, relation, list, range and emptiness, separately and together', async () => {
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

test('every word of a search must occur in the row or in a related row; wildcards are literal', async () => {
  assert.equal(await namesIn('q=ADA'), ['Ada']);
  assert.equal(await namesIn('q=b+x.org'), ['Bob']);
  assert.equal(await namesIn('q=bob+alpha'), []);
  assert.equal(await namesIn('q=ada+alpha'), ['Ada']);
  assert.equal(await namesIn('q=there'), ['Ada'], 'a choice by its label');
  assert.equal(await namesIn('q=100%25'), ['Ada']);
  assert.equal(await namesIn('q=%25'), ['Ada']);
  assert.equal(await namesIn('q=_'), ['Bob']);
  assert.equal(await namesIn('q=%5C'), []);
  assert.equal(await namesIn('q=B/1'), ['Bob']);
});

test('a list, its count and its pages include only rows that the user can see', async () => {
  const rules = { rows: { person: visibleNames } };
  const page = await list('', rules);
  assert.is(page.rows.length, 3);
  assert.equal(page.count, { kind: 'exact', rows: 3 });
  assert.equal((await list('at=last', rules)).count, { kind: 'exact', rows: 3 });
});

test('a user who cannot view the model gets an empty list, and no statement is run', async () => {
  const before = fixture.database.statements;
  const { rows } = await records({ denied: ['person.view'] }).list(somebody, compileListing(person, people).listing, {
    q: '',
    filters: [],
    sort: [],
    at: undefined,
    size: 10,
    exact: false,
  });
  assert.equal(rows, []);
  assert.is(fixture.database.statements, before);
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
  for (const id of ['1', '2', '3', '4']) assert.is((await records(rules).find(somebody, person, id))?.label, id);
  assert.equal((await list('q=ruby', rules, names)).rows, []);
  assert.is((await list('q=alpha', {}, { search: ['place.name'] })).rows.length, 1);
  const scope = { rows: { place: sql.fragment`t.code <> 'A'` } };
  assert.equal((await list('q=alpha', scope, { search: ['place.name'] })).rows, []);
});

test('a search with only hidden fields is rejected as unknown, and finds nothing for code that builds its own query', async () => {
  const { listing } = compileListing(person, { search: ['place.name'] });
  const ownQuery = { q: 'alpha', filters: [], sort: [], at: undefined, size: 50, exact: false };
  for (const rules of [
    { hidden: ['place.name'] },
    { hidden: ['person.place'] },
    { denied: ['place.view'] },
  ] satisfies Rules[]) {
    const actorRecords = records(rules);
    const { parsed } = await actorRecords.parseListQuery(somebody, listing, new URLSearchParams('q=alpha'), 'UTC');
    assert.equal(parsed, { ok: false, problems: [{ name: 'q', why: 'unknown' }] });
    assert.equal((await actorRecords.list(somebody, listing, ownQuery)).rows, []);
  }
});

test('a hidden field of any type is in no column, filter, sort or search', async () => {
  const all = [...person.fields.values()];
  const names: ListingNames = {
    list: all.map((field) => field.name),
    filters: all.filter((field) => field.type.filter !== 'none').map((field) => field.name),
    search: all.filter((field) => field.type.searchable).map((field) => field.name),
    order: ['name'],
  };
  const { listing } = compileListing(person, names);
  for (const { name, typeName } of all.filter((field) => !person.key.includes(field))) {
    const actorRecords = records({ hidden: [`person.${name}`] });
    const parse = (query: string) => actorRecords.parseListQuery(somebody, listing, new URLSearchParams(query), 'UTC');
    const { offered, parsed } = await parse('');
    if (!parsed.ok) throw new Error(name);
    const offeredFields = [
      offered.columns,
      offered.filters,
      offered.sortable,
      offered.search.map((search) => search.field),
    ];
    assert.not.ok(
      offeredFields.flat().some((field) => field.name === name),
      name,
    );
    for (const query of [`sort=${name}`, `f.${name}=1`, `f.${name}.from=1`, `f.${name}=%2Bnone`]) {
      assert.not.ok((await parse(query)).parsed.ok, query);
    }
    const page = await actorRecords.list(somebody, listing, parsed.query);
    const record = await actorRecords.find(somebody, person, '1');
    for (const row of [...page.rows, record?.row ?? {}]) {
      assert.not.ok(
        Object.keys(row).some((key) => key === name || key.startsWith(`${name}~`)),
        `${name} (${typeName})`,
      );
    }
  }
});

test('code that builds a query on a hidden field is rejected, too', async () => {
  const actorRecords = records({ hidden: ['person.secret'] });
  const { listing } = compileListing(person, people);
  const secret = fieldOf(person, 'secret');
  const all = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
  for (const query of [
    { ...all, sort: [{ field: secret, descending: false }] },
    { ...all, filters: [{ field: secret, is: 'oneOf', values: ['ruby'] } as const] },
    { ...all, filters: [{ field: secret, is: 'range', from: 'a', to: undefined } as const] },
  ]) {
    const error = await actorRecords.list(somebody, listing, query).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof RustioError && error.code === 'RIO-LIST-FIELD');
  }
});

test('the label of a related row that the user cannot see is NULL; a manyToMany does not list it (F13)', async () => {
  const [first] = (await list('', { denied: ['place.view'] })).rows;
  assert.is(first?.place, 'A');
  assert.not('place~label' in (first ?? {}));
  const rules = { rows: { place: visibleNames, tag: sql.fragment`t.name <> 'red'` } };
  const { rows } = await list('', rules);
  assert.is(rows.at(3)?.place, 'H');
  assert.is(rows.at(3)?.['place~label'], null);
  assert.equal(rows[0]?.['tags~list'], [{ key: '3', label: 'blue' }]);
  assert.equal((await list('', { denied: ['tag.view'] })).rows[1]?.['tags~list'], [{ key: '3', label: null }]);
  assert.equal((await list('', { hidden: ['place.name'] })).rows[0]?.['place~label'], 'A');
});

test('a computed column gets the complete row, without fields that the user cannot see', async () => {
  const [row] = (await list('', { hidden: ['person.secret'] }, { list: ['name'], computed: true })).rows;
  assert.is(row?.email, 'ada@x.org');
  assert.not('secret' in (row ?? {}));
});

test('one record has key, label, version, relations and lists, without hidden fields', async () => {
  const record = await records({ hidden: ['person.secret'] }).find(somebody, person, '1');
  assert.is(record?.key, '1');
  assert.is(record?.keyValue, '1');
  assert.is(record?.label, 'Ada');
  assert.match(record?.version ?? '', /^\d+$/);
  assert.is(record?.row['place~label'], 'A · Alpha 100%');
  assert.not('secret' in (record?.row ?? {}));
  const escaped = await records().find(somebody, place, 'B~2f1');
  assert.equal([escaped?.key, escaped?.keyValue, escaped?.label], ['B~2f1', 'B/1', 'B/1 · Beta_x']);
});

test('several records: only those that the user can see, in the order of the keys', async () => {
  const keys = async (rules: Rules): Promise<readonly string[]> =>
    (await records(rules).findMany(somebody, person, ['4', '2', "1'--", '99', '2', '1'])).map(({ key }) => key);
  assert.equal(await keys({}), ['4', '2', '1']);
  assert.equal(await keys({ rows: { person: visibleNames } }), ['2', '1']);
  assert.equal(await keys({ denied: ['person.view'] }), []);
  const [first] = await records({ hidden: ['person.secret'] }).findMany(somebody, person, ['1']);
  assert.not.ok('secret' in (first?.row ?? {}));
});

test('a record is not found by users who cannot see it, nor by an invalid key', async () => {
  assert.is(await records({ rows: { person: visibleNames } }).find(somebody, person, '4'), undefined);
  assert.is(await records({ denied: ['person.view'] }).find(somebody, person, '1'), undefined);
  for (const key of ['', 'x', '99', '1,2', '01', "1'--", '9'.repeat(30), '%00']) {
    assert.is(await records().find(somebody, person, key), undefined, key);
  }
  assert.is(await records({ rows: { person: visibleNames } }).get(somebody, Person, '4'), undefined);
});

test('a typed row has decoded values', async () => {
  const row = await records().get(somebody, Person, '1');
  assert.is(row?.id, 1);
  assert.is(row?.place, 'A');
  assert.instance(row?.seen, Date);
  const partial = await records({ hidden: ['person.secret'] }).get(somebody, Person, '1');
  assert.not('secret' in (partial ?? {}));
  const inside = await fixture.database.transaction((tx) => records().get(somebody, Person, '1', tx));
  assert.is(inside?.name, 'Ada');
});

test('referencing rows are counted by relation, if the user can see them', async () => {
  const counted = async (rules?: Rules) =>
    (await records(rules).dependants(somebody, person, '1')).map(({ field, rows, more }) => [
      field.model.name,
      field.name,
      rows,
      more,
    ]);
  const sorted = (await counted()).map((count) => count.join(' ')).sort();
  assert.equal(sorted, [
    'contract holder 1 false',
    'person boss 2 false',
    'personTag person 2 false',
    'task owner 3 false',
  ]);
  assert.is((await counted({ denied: ['contract.view', 'task.view'] })).length, 2);
  const scoped = await counted({ rows: { task: sql.fragment`t.title = 'T1'`, person: visibleNames } });
  assert.ok(scoped.some(([model, , rows]) => model === 'task' && rows === 1));
  assert.equal(await records({ denied: ['person.view'] }).dependants(somebody, person, '1'), []);
});

test('a cursor does not read rows that the user cannot see (T08)', async () => {
  await run(
    fixture.database,
  )`insert into person (id, name) overriding system value values (901, 'Aaaa'), (902, 'Zzzz')`;
  const records = recordsFor(fixture.database, { rows: { person: sql.fragment`t.id < 900` } });
  const { listing } = compileListing(person, { list: ['name'] });
  const order = completeOrder(new Reader(policyWith(), somebody), listing, [
    { field: fieldOf(person, 'name'), descending: false },
  ]);
  const written = JSON.parse(
    Buffer.from(writeCursor({ model: person, order, filters: [], q: '' }, ['x', '1']), 'base64url').toString(),
  );
  const after = (key: string) => Buffer.from(JSON.stringify([written[0], [['M'], '1'], [key]])).toString('base64url');
  const pages = await Promise.all(
    ['901', '902', '903'].map((key) => pageOf(records, listing, `sort=name&after=${after(key)}`)),
  );
  assert.equal(pages[0]?.rows, pages[2]?.rows);
  assert.equal(pages[1]?.rows, pages[2]?.rows);
  await run(fixture.database)`delete from person where id > 900`;
});

test('a table for an actor contains only their rows, and NULL in columns that they cannot see', async () => {
  const rows = z.object({ name: z.string().nullable(), secret: z.string().nullable(), visits: z.number().nullable() });
  const read = (rules: Rules) =>
    fixture.database.any(sql.type(rows)`
      select name, secret, visits from ${records(rules).tableFor(somebody, Person)} person
      where place_code is distinct from 'none' order by id
    `);
  const all = await read({});
  assert.equal(
    all.map(({ name, secret }) => [name, secret]),
    [
      ['Ada', 'ruby'],
      ['Bob', 'opal'],
      ['Cyd', null],
      ['Hidden Dan', 'jade'],
    ],
  );
  const limited = await read({ hidden: ['person.secret', 'person.visits'], rows: { person: visibleNames } });
  assert.equal(
    limited,
    all.slice(0, 3).map(({ name }) => ({ name, secret: null, visits: null })),
  );
  assert.equal(await read({ denied: ['person.view'] }), []);
});
