import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { readCursor, writeCursor } from '../../../core/query/cursor.ts';
import { ListQuery, type ListQueryChange, sortedBy } from '../../../core/query/list-query.ts';
import { compileListing, permittedPart } from '../../../core/query/listing.ts';
import { completeOrder } from '../../../core/query/order.ts';
import { type ListQueryProblem, parseListQuery } from '../../../core/query/parse-list-query.ts';
import { Reader } from '../../../core/query/reader.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, person, policyWith, type Rules, somebody, task } from './fixture.ts';

const test = suite('the query string of a list');

const { listing, problems } = compileListing(person, {
  list: ['name', 'born', 'visits', 'secret', 'tags'],
  filters: ['level', 'born', 'seen', 'wakes', 'place', 'active', 'visits', 'salary', 'tags'],
  search: ['name', 'place.name', 'level'],
  order: ['-born'],
});
assert.equal(problems, []);

function parse(query: string, options: { rules?: Rules; estimate?: number; timeZone?: string } = {}) {
  const reader = new Reader(policyWith(options.rules), somebody);
  return parseListQuery(listing, new URLSearchParams(query), {
    offered: permittedPart(reader, listing, options.estimate ?? 100),
    complete: (requested) => completeOrder(reader, listing, requested),
    timeZone: options.timeZone ?? 'UTC',
  });
}

function queryOf(query: string, timeZone = 'UTC'): ListQuery {
  const parsed = parse(query, { timeZone });
  if (!parsed.ok) throw new Error(`${query}: ${JSON.stringify(parsed.problems)}`);
  return parsed.query;
}

function valuesOf(query: string) {
  const [filter, ...more] = queryOf(query).filters;
  assert.is(more.length, 0);
  return filter?.is === 'oneOf' ? filter.values : undefined;
}

function problemsIn(query: string, options: Parameters<typeof parse>[1] = {}): readonly ListQueryProblem[] {
  const parsed = parse(query, options);
  if (parsed.ok) throw new Error(`accepted: ${query}`);
  return parsed.problems;
}

test('an empty query selects the complete list in its default order', () => {
  assert.equal({ ...queryOf('') }, { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false });
});

test('a search, sorts, size and the exact count are parsed', () => {
  const query = queryOf('q=+big+bird+&sort=-born,name&size=25&count=exact');
  assert.is(query.q, 'big bird');
  assert.equal(
    query.sort.map((sort) => [sort.field.name, sort.descending]),
    [
      ['born', true],
      ['name', false],
    ],
  );
  assert.is(query.size, 25);
  assert.is(query.exact, true);
});

test('repeated parameters are alternatives, always in the same order', () => {
  assert.equal(valuesOf('f.level=senior&f.level=junior'), ['junior', 'senior']);
  assert.equal(valuesOf('f.level=junior&f.level=senior&f.level=junior'), ['junior', 'senior']);
});

test('the error names the unreadable end of a range', () => {
  const namesOf = (query: string) => problemsIn(query).map(({ name }) => name);
  assert.equal(namesOf('f.visits.to=abc'), ['f.visits.to']);
  assert.equal(namesOf('f.visits.from=1&f.visits.to=abc'), ['f.visits.to']);
  assert.equal(namesOf('f.visits.from=x&f.visits.to=3'), ['f.visits.from']);
  assert.equal(namesOf('f.born.from=x&f.born.to=y'), ['f.born.from', 'f.born.to']);
  assert.equal(namesOf('f.visits.to=1&f.visits.to=2'), ['f.visits.to']);
});

test('"is empty" has a separate value, and is allowed only for nullable fields', () => {
  assert.equal(valuesOf('f.place=%2Bnone&f.place=A'), [null, 'A']);
  assert.equal(problemsIn('f.level=%2Bnone'), [{ name: 'f.level', why: 'malformed' }]);
});

test('empty inputs do not filter', () => {
  assert.equal(queryOf('f.level=&f.born.from=&f.born.to=&q=&sort=').filters, []);
});

test("a range includes its bounds; for timestamps, a day ends at its last moment in the user's time zone", () => {
  const bounds = (query: string, timeZone: string) => {
    const [filter] = queryOf(query, timeZone).filters;
    return filter?.is === 'range' ? [filter.from, filter.to] : undefined;
  };
  assert.equal(bounds('f.visits.from=3', 'UTC'), ['3', undefined]);
  assert.equal(bounds('f.born.from=2001-02-03&f.born.to=2001-02-03', 'Asia/Tokyo'), ['2001-02-03', '2001-02-03']);
  assert.equal(bounds('f.seen.from=2026-03-29&f.seen.to=2026-03-29', 'Europe/Berlin'), [
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T21:59:59.999999Z',
  ]);
  const end = (text: string) => bounds(text, 'America/New_York')?.[1];
  assert.is(end('f.seen.to=2026-11-20T10:44'), '2026-11-20T15:44:59.999999Z');
  assert.is(end('f.seen.to=2026-11-20T10:44:07'), '2026-11-20T15:44:07.999999Z');
  assert.is(end('f.seen.to=2026-11-20T10:44:07.12'), '2026-11-20T15:44:07.129999Z');
  assert.is(end('f.seen.to=2026-11-20T10:44%2B02:00'), '2026-11-20T08:44:59.999999Z');
  assert.is(end('f.wakes.to=2026-03-29'), '2026-03-29 23:59:59.999999');
  assert.is(end('f.wakes.to=2026-03-29T23:59'), '2026-03-29 23:59:59.999999');
  assert.is(end('f.wakes.to=2026-03-29T23:00:30'), '2026-03-29 23:00:30.999999');
});

test('the first and last day of the calendar are within the range of PostgreSQL', () => {
  for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Niue', 'UTC']) {
    const [filter] = queryOf('f.seen.from=0001-01-01&f.seen.to=9999-12-31', timeZone).filters;
    assert.ok(filter?.is === 'range');
    for (const bound of filter.is === 'range' ? [filter.from, filter.to] : []) {
      assert.match(bound ?? '', /^\d{4}-/);
      assert.not.match(bound ?? '', /^0000/);
    }
  }
});

for (const query of [
  'f.nothing=1',
  'f.name=1',
  'f.level=boss',
  'f.visits.from=abc',
  'f.visits.from=99999999999',
  'f.born.to=2026-02-31',
  'f.level.from=junior',
  'f.born.between=1',
  'f.born.from=2001-01-01&f.born.from=2001-01-02',
  'f.active=perhaps',
  'f.tags=x',
  'f.=1',
  'f.__proto__=1',
  'f.constructor=1',
  'sort=nothing',
  'sort=__proto__',
  'sort=toString',
  'sort=tags',
  'sort=name,name',
  'sort=name,-name',
  'sort=--name',
  'sort=name;drop table person',
  'sort=name,born,visits,secret',
  'sort=name&sort=born',
  'q=a&q=b',
  'q=a%00b',
  'q=%EF%BF%BF%00',
  'size=9',
  'size=201',
  'size=-1',
  'size=1e2',
  'size=',
  'count=guess',
  'at=first',
  'after=x&before=y',
  'at=last&after=x',
]) {
  test(`rejected: ${query.slice(0, 60)}`, () => {
    assert.ok(problemsIn(query).length > 0);
  });
}

test('a hidden field is rejected with the same problem as one that does not exist', () => {
  const rules = { hidden: ['person.secret', 'person.born', 'person.level'] };
  const same = (hidden: string, unknown: string, name: string, other: string) =>
    assert.equal(
      JSON.stringify(problemsIn(hidden, { rules })).replaceAll(name, '?'),
      JSON.stringify(problemsIn(unknown, { rules })).replaceAll(other, '?'),
    );
  same('sort=secret', 'sort=nonsense', 'secret', 'nonsense');
  same('f.level=junior', 'f.nonsense=junior', 'level', 'nonsense');
  same('f.born.from=2001-01-01', 'f.nonsense.from=2001-01-01', 'born', 'nonsense');
});

test('a default order by a hidden field is left out, so that the order does not reveal it', () => {
  const reader = new Reader(policyWith({ hidden: ['person.born'] }), somebody);
  assert.equal(
    completeOrder(reader, listing, []).map((sort) => sort.field.name),
    ['id'],
  );
});

test('sorting without an index is available for up to 50,000 rows', () => {
  assert.ok(parse('sort=visits', { estimate: 50_000 }).ok);
  assert.not(parse('sort=visits', { estimate: 50_001 }).ok);
  assert.ok(parse('sort=born', { estimate: 5_000_000 }).ok);
  assert.not(parse('sort=visits', { estimate: Number.POSITIVE_INFINITY }).ok);
});

test('an order that the list no longer offers is reported as too large, and not as unknown', () => {
  const why = (query: string, rules: Rules = {}) =>
    problemsIn(query, { rules, estimate: 50_001 }).map((problem) => problem.why);
  assert.equal(why('sort=visits'), ['tooLarge']);
  assert.equal(why('sort=-visits'), ['tooLarge']);
  assert.equal(why('sort=born,visits'), ['tooLarge']);
  assert.equal(why('sort=nothing'), ['malformed']);
  assert.equal(why('sort=visits', { hidden: ['person.visits'] }), ['malformed'], 'a hidden field is not revealed');
});

test('a search is rejected if the listing has no fields to search', () => {
  const withoutSearch = compileListing(task, {}).listing;
  const reader = new Reader(policyWith(), somebody);
  const parsed = parseListQuery(withoutSearch, new URLSearchParams('q=a'), {
    offered: permittedPart(reader, withoutSearch, 1),
    complete: (requested) => completeOrder(reader, withoutSearch, requested),
    timeZone: 'UTC',
  });
  assert.equal(parsed, { ok: false, problems: [{ name: 'q', why: 'unknown' }] });
});

const cursors = suite('cursors');
const order = completeOrder(new Reader(policyWith(), somebody), listing, []);
const context = { model: person, order, filters: [], q: '' };

cursors('a cursor is read as it was written', () => {
  for (const values of [
    ['2001-02-03', '5'],
    [null, '9007199254740993'],
  ]) {
    assert.equal(readCursor(context, writeCursor(context, values)), { values });
  }
});

cursors('a cursor of another list, order, filter or search is invalid', () => {
  const text = writeCursor(context, ['2001-02-03', '5']);
  const filters = queryOf('f.level=junior').filters;
  assert.is(readCursor({ ...context, q: 'x' }, text), undefined);
  assert.is(readCursor({ ...context, filters }, text), undefined);
  assert.is(readCursor({ ...context, order: [...order].reverse() }, text), undefined);
  assert.is(readCursor({ ...context, model: task }, text), undefined);
  const parsed = parse(`q=x&after=${text}`);
  assert.ok(parsed.ok && parsed.query.at === undefined);
});

cursors('a cursor with values that the columns cannot hold is invalid', () => {
  for (const values of [
    ['2001-02-31', '5'],
    ['2001-13-01', '5'],
    ['x', '5'],
    ['2001-02-03', '5e1'],
    ['2001-02-03', '9223372036854775808'],
    ['2001-02-03', null],
    ['2001-02-03'],
    ['2001-02-03', '5', '6'],
    ["'; drop table person; --", '5'],
  ]) {
    assert.is(readCursor(context, writeCursor(context, values)), undefined, JSON.stringify(values));
  }
});

cursors('no text makes reading a cursor throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String(),
        fc.json().map((text) => Buffer.from(text).toString('base64url')),
      ),
      (text) => {
        assert.is(readCursor(context, text), undefined);
      },
    ),
  );
  assert.is(readCursor(context, 'A'.repeat(100_000)), undefined);
});

const links = suite('links to a changed list');

function link(queryString: string, ...changes: readonly ListQueryChange[]): string {
  const values = { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false };
  return new ListQuery(values, new URLSearchParams(queryString)).toQueryString(...changes);
}

links('a heading sorts ascending, descending, then in the default order', () => {
  const name = fieldOf(person, 'name');
  assert.is(link('sort=born', { sort: name }), '?sort=name');
  assert.is(link('sort=name', { sort: name }), '?sort=-name');
  assert.is(link('sort=-name', { sort: name }), '');
  assert.is(sortedBy([{ field: name, descending: true }], name), 'descending');
  assert.is(sortedBy([], name), undefined);
});

links('a change of the rows or their order returns to the first page; another page keeps the rest', () => {
  const current = 'after=abc&f.level=junior&q=x&size=20&sort=name';
  assert.is(link(current, { q: 'y' }), '?q=y&f.level=junior&sort=name&size=20');
  assert.is(link(current, { before: 'cde' }), '?q=x&f.level=junior&sort=name&size=20&before=cde');
  assert.is(link(current, { at: 'first' }), '?q=x&f.level=junior&sort=name&size=20');
  assert.is(link(current, { at: 'last' }), '?q=x&f.level=junior&sort=name&size=20&at=last');
});

links('filters are added, changed and removed one by one', () => {
  const level = fieldOf(person, 'level');
  const born = fieldOf(person, 'born');
  assert.is(link('', { filter: level, values: ['senior', 'junior'] }), '?f.level=junior&f.level=senior');
  assert.is(link('f.level=junior&f.level=senior', { without: level, value: 'junior' }), '?f.level=senior');
  assert.is(link('f.born.from=2001-01-01&q=x', { without: born }), '?q=x');
  assert.is(link('f.born.to=2001-01-01&f.level=junior&q=x', { withoutFilters: true }), '?q=x');
});

links('the same parameters give the same text in any order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(['f.level=junior', 'f.level=chief', 'q=a b', 'sort=-born', 'size=20']), (parts) => {
      const one = link(parts.join('&'), { at: 'first' });
      const other = link([...parts].reverse().join('&'), { at: 'first' });
      assert.is(one, other);
      assert.ok(parse(one).ok);
    }),
  );
});

const listings = suite('compiling a listing');

listings('all problems are reported together, with suggestions', () => {
  const { problems, listing } = compileListing(person, {
    list: ['name', 'nmae'],
    filters: ['name', 'lvel'],
    search: ['place.nam', 'level.name', 'born', 'place.zone.name'],
    order: ['tags', '-brn'],
    size: 0,
  });
  assert.is(problems.length, 10);
  assert.match(problems.map((problem) => problem.problem).join('\n'), 'Did you mean "name"?');
  assert.ok(problems.every((problem) => problem.where.startsWith('admin of person: ')));
  assert.equal(
    listing.columns.map((field) => field.name),
    ['name'],
  );
  assert.is(listing.size, 50);
});

listings('by default it shows the label and the first fields, in the order of the key', () => {
  const { listing } = compileListing(person, {});
  assert.is(listing.columns[0]?.name, 'name');
  assert.is(listing.columns.length, 6);
  assert.equal(
    listing.order.map((sort) => sort.field.name),
    ['id'],
  );
});
