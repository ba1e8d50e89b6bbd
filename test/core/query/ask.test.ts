import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { askAddress, sortedBy } from '../../../core/query/ask-address.ts';
import { readCursor, writeCursor } from '../../../core/query/cursor.ts';
import { compileListing } from '../../../core/query/listing.ts';
import { offeredTo } from '../../../core/query/offered.ts';
import { completeOrder } from '../../../core/query/order.ts';
import { type AskProblem, parseAsk } from '../../../core/query/parse-ask.ts';
import { Reader } from '../../../core/query/reader.ts';
import type { Ask } from '../../../core/query/types.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, person, policyWith, type Rules, somebody, task } from './world.ts';

const test = suite('what an address asks of a list');

const { listing, problems } = compileListing(person, {
  list: ['name', 'born', 'visits', 'secret', 'tags'],
  filters: ['level', 'born', 'seen', 'wakes', 'place', 'active', 'visits', 'salary', 'tags'],
  search: ['name', 'place.name', 'level'],
  order: ['-born'],
});
assert.equal(problems, []);

function ask(query: string, options: { rules?: Rules; estimate?: number; zone?: string } = {}) {
  const reader = new Reader(policyWith(options.rules), somebody);
  return parseAsk(listing, new URLSearchParams(query), {
    offered: offeredTo(reader, listing, options.estimate ?? 100),
    complete: (wished) => completeOrder(reader, listing, wished),
    zone: options.zone ?? 'UTC',
  });
}

function understood(query: string, zone = 'UTC'): Ask {
  const parsed = ask(query, { zone });
  if (!parsed.ok) throw new Error(`${query}: ${JSON.stringify(parsed.problems)}`);
  return parsed.ask;
}

function valuesOf(query: string) {
  const [filter, ...more] = understood(query).filters;
  assert.is(more.length, 0);
  return filter?.is === 'oneOf' ? filter.values : undefined;
}

function refused(query: string, options: Parameters<typeof ask>[1] = {}): readonly AskProblem[] {
  const parsed = ask(query, options);
  if (parsed.ok) throw new Error(`understood: ${query}`);
  return parsed.problems;
}

test('an empty query is the whole list in its own order', () => {
  assert.equal(understood(''), { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false });
});

test('words, sorts, size and the exact count are read', () => {
  const found = understood('q=+big+bird+&sort=-born,name&size=25&count=exact');
  assert.is(found.q, 'big bird');
  assert.equal(
    found.sort.map((sort) => [sort.field.name, sort.descending]),
    [
      ['born', true],
      ['name', false],
    ],
  );
  assert.is(found.size, 25);
  assert.is(found.exact, true);
});

test('the same name several times is alternatives, in one order however they are written', () => {
  assert.equal(valuesOf('f.level=senior&f.level=junior'), ['junior', 'senior']);
  assert.equal(valuesOf('f.level=junior&f.level=senior&f.level=junior'), ['junior', 'senior']);
});

test('"is empty" is asked with its own word, and only where a field can be empty', () => {
  assert.equal(valuesOf('f.place=%2Bnone&f.place=A'), [null, 'A']);
  assert.equal(refused('f.level=%2Bnone'), [{ name: 'f.level', why: 'malformed' }]);
});

test('an input nobody filled in narrows nothing', () => {
  assert.equal(understood('f.level=&f.born.from=&f.born.to=&q=&sort=').filters, []);
});

test('a range keeps its bounds, and a day on a column of moments ends with its last one in the zone of the reader', () => {
  const bounds = (query: string, zone: string) => {
    const [filter] = understood(query, zone).filters;
    return filter?.is === 'range' ? [filter.from, filter.to] : undefined;
  };
  assert.equal(bounds('f.visits.from=3', 'UTC'), ['3', undefined]);
  assert.equal(bounds('f.born.from=2001-02-03&f.born.to=2001-02-03', 'Asia/Tokyo'), ['2001-02-03', '2001-02-03']);
  assert.equal(bounds('f.seen.from=2026-03-29&f.seen.to=2026-03-29', 'Europe/Berlin'), [
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T21:59:59.999999Z',
  ]);
  assert.equal(bounds('f.seen.to=2026-11-20T10:44', 'America/New_York'), [undefined, '2026-11-20T15:44:00.000Z']);
  assert.equal(bounds('f.wakes.to=2026-03-29', 'Europe/Berlin'), [undefined, '2026-03-29 23:59:59.999999']);
});

test('the days at both ends of the calendar stay within what PostgreSQL takes', () => {
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Niue', 'UTC']) {
    const [filter] = understood('f.seen.from=0001-01-01&f.seen.to=9999-12-31', zone).filters;
    assert.ok(filter?.is === 'range');
    for (const bound of filter.is === 'range' ? [filter.from, filter.to] : []) {
      assert.match(bound ?? '', /^\d{4}-/);
      assert.not.match(bound ?? '', /^0000/);
    }
  }
});

for (const query of [
  'x=1',
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
  `q=${'x'.repeat(201)}`,
  'q=1+2+3+4+5+6+7+8+9',
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
  test(`refused: ${query.slice(0, 60)}`, () => {
    assert.ok(refused(query).length > 0);
  });
}

test('a field that may not be seen is refused in the very words of one that does not exist', () => {
  const rules = { hidden: ['person.secret', 'person.born', 'person.level'] };
  const same = (hidden: string, unknown: string, name: string, other: string) =>
    assert.equal(
      JSON.stringify(refused(hidden, { rules })).replaceAll(name, '?'),
      JSON.stringify(refused(unknown, { rules })).replaceAll(other, '?'),
    );
  same('sort=secret', 'sort=nonsense', 'secret', 'nonsense');
  same('f.level=junior', 'f.nonsense=junior', 'level', 'nonsense');
  same('f.born.from=2001-01-01', 'f.nonsense.from=2001-01-01', 'born', 'nonsense');
});

test('a default order by a hidden field is left out, so that not even the order tells of it', () => {
  const reader = new Reader(policyWith({ hidden: ['person.born'] }), somebody);
  assert.equal(
    completeOrder(reader, listing, []).map((sort) => sort.field.name),
    ['id'],
  );
});

test('sorting without an index is offered up to 50,000 rows', () => {
  assert.ok(ask('sort=visits', { estimate: 50_000 }).ok);
  assert.not(ask('sort=visits', { estimate: 50_001 }).ok);
  assert.ok(ask('sort=born', { estimate: 5_000_000 }).ok);
  assert.not(ask('sort=visits', { estimate: Number.POSITIVE_INFINITY }).ok);
});

test('a search is refused where the listing has no fields to look in', () => {
  const bare = compileListing(task, {}).listing;
  const reader = new Reader(policyWith(), somebody);
  const parsed = parseAsk(bare, new URLSearchParams('q=a'), {
    offered: offeredTo(reader, bare, 1),
    complete: (wished) => completeOrder(reader, bare, wished),
    zone: 'UTC',
  });
  assert.equal(parsed, { ok: false, problems: [{ name: 'q', why: 'unknown' }] });
});

const cursors = suite('cursors');
const order = completeOrder(new Reader(policyWith(), somebody), listing, []);
const place = { model: person, order, filters: [], q: '' };

cursors('a cursor comes back as it was written', () => {
  for (const values of [
    ['2001-02-03', '5'],
    [null, '9007199254740993'],
  ]) {
    assert.equal(readCursor(place, writeCursor(place, values)), { values });
  }
});

cursors('one of another list, order, filter or search starts at the top', () => {
  const text = writeCursor(place, ['2001-02-03', '5']);
  const filters = understood('f.level=junior').filters;
  assert.is(readCursor({ ...place, q: 'x' }, text), undefined);
  assert.is(readCursor({ ...place, filters }, text), undefined);
  assert.is(readCursor({ ...place, order: [...order].reverse() }, text), undefined);
  assert.is(readCursor({ ...place, model: task }, text), undefined);
  const parsed = ask(`q=x&after=${text}`);
  assert.ok(parsed.ok && parsed.ask.at === undefined);
});

cursors('values that the columns cannot hold start at the top', () => {
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
    assert.is(readCursor(place, writeCursor(place, values)), undefined, JSON.stringify(values));
  }
});

cursors('whatever stands in the address, reading it never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String(),
        fc.json().map((text) => Buffer.from(text).toString('base64url')),
      ),
      (text) => {
        assert.is(readCursor(place, text), undefined);
      },
    ),
  );
  assert.is(readCursor(place, 'A'.repeat(100_000)), undefined);
});

const addresses = suite('the same list, but …');
const params = (query: string) => new URLSearchParams(query);

addresses('a heading sorts upwards, downwards, then as the list does by itself', () => {
  const name = fieldOf(person, 'name');
  assert.is(askAddress(params('sort=born'), { sort: name }), '?sort=name');
  assert.is(askAddress(params('sort=name'), { sort: name }), '?sort=-name');
  assert.is(askAddress(params('sort=-name'), { sort: name }), '');
  assert.is(sortedBy([{ field: name, descending: true }], name), 'descending');
  assert.is(sortedBy([], name), undefined);
});

addresses('what changes the rows or their order starts at the first page; turning a page keeps the rest', () => {
  const here = params('after=abc&f.level=junior&q=x&size=20&sort=name');
  assert.is(askAddress(here, { q: 'y' }), '?q=y&f.level=junior&sort=name&size=20');
  assert.is(askAddress(here, { before: 'cde' }), '?q=x&f.level=junior&sort=name&size=20&before=cde');
  assert.is(askAddress(here, { at: 'first' }), '?q=x&f.level=junior&sort=name&size=20');
  assert.is(askAddress(here, { at: 'last' }), '?q=x&f.level=junior&sort=name&size=20&at=last');
});

addresses('filters come, change and go one by one', () => {
  const level = fieldOf(person, 'level');
  const born = fieldOf(person, 'born');
  assert.is(askAddress(params(''), { filter: level, values: ['senior', 'junior'] }), '?f.level=junior&f.level=senior');
  assert.is(
    askAddress(params('f.level=junior&f.level=senior'), { without: level, value: 'junior' }),
    '?f.level=senior',
  );
  assert.is(askAddress(params('f.born.from=2001-01-01&q=x'), { without: born }), '?q=x');
  assert.is(askAddress(params('f.born.to=2001-01-01&f.level=junior&q=x'), { withoutFilters: true }), '?q=x');
});

addresses('the same wishes give the same text whatever order they came in', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(['f.level=junior', 'f.level=chief', 'q=a b', 'sort=-born', 'size=20']), (parts) => {
      const one = askAddress(params(parts.join('&')), { at: 'first' });
      const other = askAddress(params([...parts].reverse().join('&')), { at: 'first' });
      assert.is(one, other);
      assert.ok(ask(one).ok);
    }),
  );
});

const listings = suite('a listing made of names');

listings('every mistake is told at once, with what was probably meant', () => {
  const { problems: told, listing: made } = compileListing(person, {
    list: ['name', 'nmae'],
    filters: ['name', 'lvel'],
    search: ['place.nam', 'level.name', 'born', 'place.zone.name'],
    order: ['tags', '-brn'],
    size: 0,
  });
  assert.is(told.length, 10);
  assert.match(told.map((problem) => problem.problem).join('\n'), 'Did you mean "name"?');
  assert.ok(told.every((problem) => problem.where.startsWith('admin of person: ')));
  assert.equal(
    made.columns.map((field) => field.name),
    ['name'],
  );
  assert.is(made.size, 50);
});

listings('without names it shows the label and the first fields, by the key', () => {
  const made = compileListing(person, {}).listing;
  assert.is(made.columns[0]?.name, 'name');
  assert.is(made.columns.length, 6);
  assert.equal(
    made.order.map((sort) => sort.field.name),
    ['id'],
  );
});
