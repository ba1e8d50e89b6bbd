import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { createRecords } from '../../../core/query/create-records.ts';
import { compileListing } from '../../../core/query/listing.ts';
import type { Records } from '../../../core/query/records.ts';
import type { Page } from '../../../core/query/types.ts';
import { suite } from '../../support/suite.ts';
import { type Fixture, models, openFixture, person, policyWith, run, somebody } from './fixture.ts';

// Thirty thousand rows, so that a search finds its rows in each of the ways of core/query/list-sql.ts.
const ROWS = 30_000;
const SIZE = 20;

const test = suite('searches of a large list');
let fixture: Fixture;
let records: Records;
const { listing } = compileListing(person, {
  search: ['name'],
  list: ['name', 'seen', 'born', 'level'],
  filters: ['level'],
  order: ['-seen'],
  size: SIZE,
});

test.before(async () => {
  fixture = await openFixture();
  records = createRecords({ database: fixture.database, policy: policyWith(), models });
  await run(fixture.database)`
    insert into person (name, born, seen, level)
    select
      concat_ws(' ',
        case when n % 2 = 0 then 'everywhere' end,
        case when n % 700 = 0 then 'seldom' end,
        case when n between 5000 and 15000 then 'midst' end,
        case when n > 22000 then 'ending' end,
        'row'),
      case when n % 3 > 0 then date '2020-01-01' + n % 900 end,
      timestamptz '2026-01-01 00:00Z' - make_interval(mins => n),
      case when n % 5 = 0 then 'chief' else 'junior' end
    from generate_series(1, ${ROWS}) n
  `;
  await run(fixture.database)`analyze person`;
});
test.after(() => fixture.close());

const WORDS = {
  everywhere: { is: 'many, found by the short scan', count: { kind: 'exact', rows: 15_000 } },
  seldom: { is: 'few', count: { kind: 'exact', rows: 42 } },
  midst: { is: 'too many to sort, found by the long scan', count: { kind: 'more', rows: 6_000 } },
  ending: { is: 'too many to sort, past the long scan', count: { kind: 'more', rows: 6_000 } },
  'ending midst': { is: 'none', count: { kind: 'exact', rows: 0 } },
} as const;

for (const [q, { is, count }] of Object.entries(WORDS)) {
  for (const sort of ['', 'seen', '-born', 'born,-seen', 'level']) {
    test(`"${q}" (${is}) sorted by "${sort}" matches what PostgreSQL finds, on the first and last pages`, async () => {
      const expected = await inOrder(q, sort);
      const first = await page({ q, sort });
      assert.equal(keysOf(first), expected.slice(0, SIZE));
      // In another order the short scan may find the word; then the table itself is counted.
      if (sort === '') assert.equal(first.count, count);
      if (expected.length <= SIZE) return;
      const second = await page({ q, sort, after: first.next ?? '' });
      assert.equal(keysOf(second), expected.slice(SIZE, 2 * SIZE));
      assert.equal(keysOf(await page({ q, sort, before: second.previous ?? '' })), keysOf(first));
      const last = await page({ q, sort, at: 'last' });
      assert.equal(keysOf(last), expected.slice(-SIZE));
      const beforeLast = await page({ q, sort, before: last.previous ?? '' });
      assert.equal(keysOf(beforeLast), expected.slice(-2 * SIZE, -SIZE));
    });
  }
}

test('every character of a word is literal, and letters match in either case', async () => {
  const names = [
    'C++ (a|b)',
    '[x] ^y$ .z',
    '***:\\d{2}',
    '100% a_b',
    'O\'Neill "q"',
    'Straße Ärger',
    '#, - & ~ ` / =',
    '\u{1F426} ﬁ',
    'Νίκος ΜΑΡΙΟΣ Σοφία',
  ];
  for (const name of names) await run(fixture.database)`insert into person (name) values (${name})`;
  const words = new Set(
    names.flatMap((name) => name.split(' ').flatMap((word) => [word, [...word].slice(1).join(''), [...word].at(-1)])),
  );
  for (const word of [
    ...words,
    'ÄRGER',
    'STRAẞE',
    'straß',
    'ΝΊΚΟΣ',
    'μαριος',
    'σοφία',
    'c++',
    '.*',
    'x|y',
    '(?i)',
    '\\w',
    '[a-z]',
  ]) {
    if (word === undefined || word === '') continue;
    const { rows } = await page({ q: word });
    const expected = names.filter((name) => name.toLowerCase().includes(word.toLowerCase()));
    const found = rows.map(({ name }) => String(name)).filter((name) => names.includes(name));
    if (/[^a-z]/.test(word)) assert.equal(found.toSorted(), expected.toSorted(), word);
  }
  for (const name of names) await run(fixture.database)`delete from person where name = ${name}`;
});

test('a search of more words than PostgreSQL keeps expressions for finds the rows that contain all', async () => {
  const words = [...'abcdefghijklmnopqrstuvwxy'];
  const both = [words.join(''), words.slice(1).join('')];
  for (const name of both) await run(fixture.database)`insert into person (name) values (${name})`;
  const { rows } = await page({ q: words.toReversed().join(' ') });
  assert.equal(
    rows.map(({ name }) => name),
    [both[0]],
  );
  for (const name of both) await run(fixture.database)`delete from person where name = ${name}`;
});

test('a filter restricts every kind of search', async () => {
  for (const q of Object.keys(WORDS)) {
    const expected = await inOrder(q, '', sql.fragment`and level = 'chief'`);
    assert.equal(keysOf(await page({ q, 'f.level': 'chief' })), expected.slice(0, SIZE), q);
  }
});

test('a search for a rare word takes one statement, including its count', async () => {
  await page({ q: 'seldom' });
  const before = fixture.database.statements;
  const { count } = await page({ q: 'seldom' });
  assert.equal(count, { kind: 'exact', rows: 42 });
  assert.is(fixture.database.statements - before, 1);
});

test('attack: a row rule that queries another table does not read a CTE of the same name', async () => {
  const names = [
    'short scan',
    'short scan rows',
    'long scan',
    'long scan rows',
    'matching',
    'matching rows',
    'found',
    'page',
  ];
  for (const name of names) {
    await fixture.database.query(
      sql.unsafe`create table ${sql.identifier([name])} as select id from person where id % 2 = 0`,
    );
  }
  for (const name of names) {
    const scope = sql.fragment`not exists (select from ${sql.identifier([name])} hidden where hidden.id = t.id)`;
    const { database } = fixture;
    const restricted = createRecords({ database, policy: policyWith({ rows: { person: scope } }), models });
    for (const q of ['seldom', 'midst', 'ending']) {
      const odd = await inOrder(q, '', sql.fragment`and t.id % 2 = 1`);
      assert.equal(keysOf(await page({ q }, restricted)), odd.slice(0, SIZE), `${name} ${q}`);
    }
  }
});

test('a search is counted exactly on request', async () => {
  const { count } = await page({ q: 'midst', count: 'exact' });
  assert.equal(count, { kind: 'exact', rows: 10_001 });
});

async function page(query: Readonly<Record<string, string>>, of = records): Promise<Page> {
  const params = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  const { parsed } = await of.parseListQuery(somebody, listing, params, 'UTC');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return of.list(somebody, listing, parsed.query);
}

function keysOf(page: Page): readonly string[] {
  return page.rows.map((row) => String(row.id));
}

/** The expected rows, by a plain query. */
async function inOrder(q: string, sort: string, more = sql.fragment``): Promise<readonly string[]> {
  const sorts = (sort === '' ? '-seen' : sort).split(',');
  const terms = sorts.map((term) => {
    const name = sql.identifier([term.replace('-', '')]);
    return term.startsWith('-') ? sql.fragment`${name} desc nulls last` : sql.fragment`${name} nulls last`;
  });
  const last = sorts.at(-1)?.startsWith('-') ? sql.fragment`t.id desc` : sql.fragment`t.id`;
  const words = q.split(' ').map((word) => sql.fragment`name ilike ${`%${word}%`}`);
  const order = sql.join([...terms, last], sql.fragment`, `);
  return await fixture.database.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id::text as id from person t where ${sql.join(words, sql.fragment` and `)} ${more} order by ${order}
  `);
}
