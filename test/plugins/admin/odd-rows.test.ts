// Black box: rows that other programs wrote, and that do not fit their models, take neither the list nor the record away.

import * as assert from 'uvu/assert';
import { z } from 'zod';
import { oddRows } from '../../../cli/doctor/unexpected-values.ts';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { errorAt, factsOf, firstsOf, linkTo, rowsOf } from './page.ts';

const test = suite('admin: rows that do not fit their model');
let app: TestApp;
let clerk: Client;

const described = { managed: false as const };
const Doc = defineModel('doc', {
  fields: { id: field.integer(), name: field.text(), data: field.json(z.any()), note: field.text({ nullable: true }) },
  key: 'id',
  ...described,
});
const Bag = defineModel('bag', {
  fields: {
    id: field.integer(),
    name: field.text(),
    tags: field.array(field.text(), { nullable: true }),
    sizes: field.array(field.choice(['s', 'l']), { nullable: true }),
    codes: field.array(field.text(), { nullable: true }),
    nums: field.array(field.integer(), { nullable: true }),
  },
  key: 'id',
  ...described,
});
const Total = defineModel('total', {
  fields: { id: field.integer(), who: field.text(), total: field.decimal() },
  key: 'id',
  label: 'who',
  readOnly: true,
  ...described,
});
const Family = defineModel('family', {
  fields: { id: field.integer(), name: field.text() },
  key: 'id',
  readOnly: true,
  ...described,
});
const Loose = defineModel('loose', {
  fields: { id: field.bigint(), code: field.text({ unique: true }), big: field.integer({ nullable: true }) },
  key: 'id',
  label: 'code',
  ...described,
});
const Sized = defineModel('sized', {
  fields: {
    id: field.integer(),
    name: field.text(),
    size: field.choice(['s', 'l'], { sqlType: 'size', nullable: true }),
  },
  key: 'id',
  ...described,
});
const Fuzzy = defineModel('fuzzy', { fields: { id: field.integer(), name: field.text() }, key: 'id', ...described });
const Deep = defineModel('deep', {
  fields: {
    id: field.integer(),
    name: field.text(),
    binary: field.json(z.any(), { nullable: true }),
    plain: field.json(z.any(), { nullable: true }),
  },
  key: 'id',
  ...described,
});
const Moment = defineModel('moment', {
  fields: { id: field.integer(), at: field.timestamp(), day: field.date() },
  key: 'id',
  label: 'id',
  ...described,
});
const Said = defineModel('said', {
  fields: { id: field.integer(), name: field.text(), data: field.json(z.any(), { nullable: true }) },
  key: 'id',
  ...described,
});
const models = [Said, Moment, Deep, Doc, Bag, Total, Family, Loose, Sized, Fuzzy];

const tables = `
  create table moment (id int primary key, at text, day text);
  create table deep (id int primary key, name text not null, "binary" jsonb, plain json);
  insert into deep values
    (1, 'deep', (repeat('[', 5000) || repeat(']', 5000))::jsonb, (repeat('[', 5000) || repeat(']', 5000))::json),
    (2, 'odd', '{"a": 1.50}', '{"b":  1.50, "a": 1, "a": 2, "c": "\\u0000"}');
  create table said (id int primary key, name text not null, data text);
  insert into said values
    (1, 'json', '{"a": 1}'), (2, 'words', 'not json'), (3, 'nothing', ''), (4, 'unclosed', '"' || repeat('a', 2000)), (5, 'number', 'NaN');
  create type size as enum ('s', 'l');
  create domain sz as size;
  create collation loose_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  create table doc (id int primary key, name text, data jsonb, note text);
  insert into doc values (1, 'fine', '{"a": 1}'), (2, 'json null', 'null'), (3, null, '[]'), (4, 'no data', null);
  create table bag (id int primary key, name text not null, tags text[], sizes size[], codes varchar(9)[], nums int8[]);
  insert into bag values
    (1, 'fine', '{a,b}', '{s,l}', '{x}', '{1,2}'),
    (2, 'null item', array['a', null, 'b'], array['s', null]::size[], null, array[1, null]),
    (3, 'nested', '{{a,b},{c,d}}', '{{s},{l}}', '{{"x y"}}', '{{1},{2}}');
  create table line (id int, who text, amount numeric);
  insert into line select i, 'who ' || i, case when i % 3 > 0 then i end from generate_series(1, 30) i;
  create view total as select id, who, amount as total from line union all select null, 'nobody', 1;
  create view family as select 1 + i / 25 as id, 'f' || i as name from generate_series(0, 59) i;
  create table loose (id int primary key, code text not null, big int8);
  insert into loose select i, 'c' || i / 25, i from generate_series(1, 60) i;
  insert into loose values (61, 'z', 9007199254740993);
  create table sized (id int primary key, name text not null, size sz);
  insert into sized values (1, 'one', 's'), (2, 'two', null);
  create table fuzzy (id int primary key, name text collate loose_case not null);
  insert into fuzzy values (1, 'Resume'), (2, 'other');
`;

test.before(async () => {
  app = await testApp({
    models,
    plugins: {
      admin: {
        admins: [
          defineAdmin(Said, { list: ['name', 'data'] }),
          defineAdmin(Moment, { list: ['id', 'at', 'day'] }),
          defineAdmin(Deep, { list: ['name', 'binary', 'plain'] }),
          defineAdmin(Doc, {
            computed: { length: { label: 'Length', value: ({ name }) => name.length } },
            list: ['id', 'name', 'data', 'length'],
          }),
          defineAdmin(Bag, {
            list: ['id', 'name', 'tags', 'sizes', 'codes', 'nums'],
            filters: ['tags', 'sizes', 'codes', 'nums'],
          }),
          defineAdmin(Total, { list: ['id', 'who', 'total'], order: ['total'] }),
          defineAdmin(Family, { list: ['id', 'name'] }),
          defineAdmin(Loose, { list: ['code', 'id', 'big'] }),
          defineAdmin(Sized, { list: ['id', 'name', 'size'], filters: ['size'] }),
          defineAdmin(Fuzzy, { list: ['id', 'name'], search: ['name'] }),
        ],
      },
    },
  });
  await runSql(app.app.database.url, tables);
  await app.app.records.refreshEstimates();
  clerk = await app.signInAs('staff', permissionsFor(models));
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

/** The texts of the first cells of all pages, forwards and then backwards. */
async function paged(url: string): Promise<{ forwards: string[]; backwards: string[] }> {
  const walk = async (start: string, link: string): Promise<string[][]> => {
    const pages: string[][] = [];
    for (let at = start; at !== '' && pages.length < 30; ) {
      const { status, text } = await clerk.get(at);
      assert.is(status, 200, at);
      pages.push(rowsOf(text).map((cells) => cells.join('|')));
      at = linkTo(text, link);
      assert.ok(at.length < 2_048);
    }
    return pages;
  };
  const forwards = (await walk(url, 'Next')).flat();
  const backwards = (await walk(`${url}${url.includes('?') ? '&' : '?'}at=last`, 'Previous')).reverse().flat();
  return { forwards, backwards };
}

test('doctor names such rows by field and key (F19)', async () => {
  const { status, message } = await oddRows.run({ app: app.app, database: app.app.database } as never);
  assert.is(status, 'warning');
  for (const line of [
    'doc.name: 3 (NULL)',
    'bag.tags: 2 (does not fit), 3 (does not fit)',
    'loose.big: 61 (does not fit)',
    'family: several rows have the same key (id): 1, 2, 3',
    'total.id: (no key) (NULL)',
  ]) {
    assert.ok(message.includes(line), `${line}\n${message}`);
  }
  assert.not(message.includes('fuzzy.'));
});

test('JSON null and an unexpected NULL are shown on all pages and can be repaired in the form (T04, F19)', async () => {
  const { status, text } = await clerk.get('/admin/docs');
  assert.is(status, 200);
  assert.is(rowsOf(text).length, 4);
  for (const key of [1, 2, 3, 4]) {
    for (const page of [`/admin/docs/${key}`, `/admin/docs/${key}/+edit`, `/admin/docs/${key}/+delete`]) {
      assert.is((await clerk.get(page)).status, 200, page);
    }
  }
  assert.is((await clerk.submit('/admin/docs/3/+edit', { name: 'named' })).status, 303);
  assert.is((await clerk.submit('/admin/docs/2/+edit', { data: '{"b": 2}' })).status, 303);
  assert.is(factsOf((await clerk.get('/admin/docs/3')).text).Name, 'named');
});

test('a computed column is empty for a row that it cannot read (F19)', async () => {
  await clerk.submit('/admin/docs/1/+edit', { name: 'four' });
  const cells = rowsOf((await clerk.get('/admin/docs')).text).map((row) => row.at(-1));
  assert.is(cells[0], '4');
});

test('arrays with NULL items, of two dimensions, and of enums are shown in lists (T13, F10)', async () => {
  const rows = rowsOf((await clerk.get('/admin/bags')).text);
  assert.equal(rows[0], ['1', 'fine', 'a b', 'S L', 'x', '1 2']);
  assert.equal(rows[1], ['2', 'null item', 'a NULL b', 'S NULL', '–', '1 NULL']);
  assert.equal(rows[2], ['3', 'nested', '{"a","b"} {"c","d"}', '{"s"} {"l"}', '{"x y"}', '{"1"} {"2"}']);
  for (const key of [1, 2, 3]) {
    assert.is((await clerk.get(`/admin/bags/${key}`)).status, 200);
    assert.is((await clerk.get(`/admin/bags/${key}/+edit`)).status, 200);
  }
});

test('arrays of any column type can be saved and filtered (F10)', async () => {
  const saved = await clerk.submit('/admin/bags/1/+edit', {
    name: 'changed',
    tags: 'a\nb\nc',
    codes: 'y',
    nums: '7',
    sizes: ['l'],
  });
  assert.is(saved.status, 303);
  const facts = factsOf((await clerk.get('/admin/bags/1')).text);
  assert.equal([facts.Name, facts.Tags, facts.Codes, facts.Nums, facts.Sizes], ['changed', 'a b c', 'y', '7', 'L']);
  for (const query of ['f.tags=c', 'f.codes=y', 'f.nums=7', 'f.sizes=l']) {
    const { status, text } = await clerk.get(`/admin/bags?${query}`);
    assert.is(status, 200, query);
    assert.ok(
      rowsOf(text).some(([, name]) => name === 'changed'),
      query,
    );
  }
  const repaired = await clerk.submit('/admin/bags/3/+edit', { tags: 'a', codes: 'x', nums: '1', sizes: ['s'] });
  assert.is(repaired.status, 303);
  assert.is((await clerk.submit('/admin/bags/+new', { id: '9', name: 'new', sizes: ['s'], codes: 'x' })).status, 303);
});

test('a view can be paged by a column that contains NULL although the model says otherwise (T28, F19)', async () => {
  for (const sort of ['total', '-total', 'id', '-id', 'who']) {
    const { forwards, backwards } = await paged(`/admin/totals?size=10&sort=${sort}`);
    assert.is(forwards.length, 31, sort);
    assert.is(new Set(forwards).size, 31, sort);
    assert.equal(backwards, forwards, sort);
  }
  assert.is((await clerk.get('/admin/totals/3')).status, 200);
});

test('a row without a key is shown without a link (T28)', async () => {
  const { text } = await clerk.get('/admin/totals?sort=who');
  assert.ok(text.includes('nobody') || (await clerk.get('/admin/totals?sort=-id')).text.includes('nobody'));
  assert.not(text.includes('href="/admin/totals/"'));
});

test('a view with duplicate keys shows every row, and its records can be opened (F7)', async () => {
  for (const sort of ['', '&sort=name', '&sort=-id']) {
    const { forwards, backwards } = await paged(`/admin/families?size=10${sort}`);
    assert.is(new Set(forwards).size, 60, sort);
    assert.is(forwards.length, 60, sort);
    assert.equal(backwards, forwards);
  }
  assert.is((await clerk.get('/admin/families/1')).status, 200);
});

test('a list shows every row even if a field declared unique has duplicates (F7)', async () => {
  const { forwards } = await paged('/admin/looses?size=10&sort=code');
  assert.is(new Set(forwards).size, 61);
  assert.is(forwards.length, 61);
});

test('rows with an int4 column declared as bigint and an int8 column declared as integer are shown and saved (F15)', async () => {
  assert.is((await clerk.get('/admin/looses/61')).status, 200);
  const facts = factsOf((await clerk.get('/admin/looses/61')).text);
  assert.is(facts.Big, '9007199254740993');
  assert.is(factsOf((await clerk.get('/admin/looses/5')).text).Big, '5');
  assert.is((await clerk.submit('/admin/looses/5/+edit', { big: '6' })).status, 303);
});

test('a domain over an enum is saved, filtered and sorted (F16)', async () => {
  assert.is((await clerk.submit('/admin/sizeds/2/+edit', { size: 'l' })).status, 303);
  assert.equal(firstsOf((await clerk.get('/admin/sizeds?f.size=l')).text), ['2']);
  assert.is(firstsOf((await clerk.get('/admin/sizeds?sort=-size')).text).length, 2);
});

test('columns with a non-deterministic collation can be searched (F18)', async () => {
  const { status, text } = await clerk.get('/admin/fuzzies?q=resu');
  assert.is(status, 200);
  assert.equal(rowsOf(text), [['1', 'Resume']]);
});

test('an error is still reported at its field', async () => {
  assert.match(errorAt((await clerk.submit('/admin/bags/1/+edit', { nums: 'x' })).text, 'nums'), /whole number/i);
});

test('empty text, an empty list and NULL look different if a column allows both', async () => {
  await withPlainConnection(app.app.database.url, (client) =>
    client.query(`
      insert into doc values (90, 'empty', '{}', ''), (91, 'none', '{}', null);
      insert into bag (id, name, tags) values (90, 'empty', '{}'), (91, 'none', null)`),
  );
  const fact = async (url: string, label: string) => factsOf((await clerk.get(url)).text)[label];
  assert.is(await fact('/admin/docs/90', 'Note'), '(empty)');
  assert.is(await fact('/admin/docs/91', 'Note'), '–');
  const tags = rowsOf((await clerk.get('/admin/bags')).text).map((cells) => [cells[1], cells[2]]);
  assert.equal(tags.filter(([name]) => name === 'empty' || name === 'none').sort(), [
    ['empty', '(empty)'],
    ['none', '–'],
  ]);
});

test('JSON nested thousands of levels deep and columns of type json are shown and saved', async () => {
  assert.is(rowsOf((await clerk.get('/admin/deeps')).text).length, 2);
  for (const id of [1, 2]) {
    const before = await deepRow(id);
    assert.is((await clerk.get(`/admin/deeps/${id}`)).status, 200);
    const { status, text } = await clerk.submit(`/admin/deeps/${id}/+edit`, { name: `${id} renamed` });
    assert.is(status, 303, text);
    assert.equal(
      { ...(await deepRow(id)), name: '' },
      { ...before, name: '' },
      'the other values are unchanged, character by character',
    );
    assert.is((await clerk.get(`/admin/deeps/${id}/+history`)).status, 200);
  }
  assert.match(factsOf((await clerk.get('/admin/deeps/2')).text).Plain ?? '', '1.50');
  assert.is((await clerk.submit('/admin/deeps/2/+edit', { plain: '{"d": 2.50}' })).status, 303);
  assert.is((await deepRow(2))?.plain, '{"d": 2.50}');
});

test('text that is not JSON, in a column of type text that is declared as JSON, is shown as it is', async () => {
  const list = rowsOf((await clerk.get('/admin/saids')).text).map((cells) => cells.map((cell) => cell.slice(0, 20)));
  assert.equal(list.map(([name, data]) => [name, data]).sort(), [
    ['json', '{"a":1}'],
    ['nothing', ''],
    ['number', 'NaN'],
    ['unclosed', '"aaaaaaaaaaaaaaaaaaa'],
    ['words', 'not json'],
  ]);
  for (const id of [1, 2, 3, 4, 5]) assert.is((await clerk.get(`/admin/saids/${id}`)).status, 200);
});

test('values of a json column that jsonb does not accept can be replaced and deleted, and are in the history', async () => {
  const values = [
    '{"a": 1e999999}',
    '1e-20000',
    `[${'9'.repeat(140_000)}]`,
    '{"a": "\\u0000"}',
    '{"\\u0000": 1}',
    '"\\u0000"',
    '"\\ud800"',
  ];
  for (const [at, value] of values.entries()) {
    const id = 100 + at;
    await withPlainConnection(app.app.database.url, (client) =>
      client.query('insert into deep (id, name, plain) values ($1, $2, $3::json)', [id, 'beyond', value]),
    );
    const name = value.slice(0, 20);
    assert.is((await clerk.submit(`/admin/deeps/${id}/+edit`, { plain: '{"b": 1}' })).status, 303, name);
    assert.is((await deepRow(id))?.plain, '{"b": 1}', name);
    const history = await clerk.get(`/admin/deeps/${id}/+history`);
    assert.is(history.status, 200, name);
    assert.match(history.text, 'Plain', name);
    await withPlainConnection(app.app.database.url, (client) =>
      client.query('update deep set plain = $2::json where id = $1', [id, value]),
    );
    assert.is((await clerk.get(`/admin/deeps/${id}`)).status, 200, name);
    assert.is((await clerk.submit(`/admin/deeps/${id}/+delete`, {})).status, 303, name);
    assert.is(await deepRow(id), undefined, name);
  }
});

async function deepRow(id: number): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { rows } = await withPlainConnection(app.app.database.url, (client) =>
    client.query('select name, "binary"::text, plain::text from deep where id = $1', [id]),
  );
  return rows[0];
}

test('attack: text columns declared as dates and times insert no markup', async () => {
  await withPlainConnection(app.app.database.url, (client) =>
    client.query(`
      insert into moment values
        (1, '2026-01-01 10:44:00+00', '2026-01-01'),
        (2, '2026-01-01 10:44:"><img src=x>+00', '"><!--xxxx')`),
  );
  for (const page of ['/admin/moments', '/admin/moments/1', '/admin/moments/2']) {
    const { status, text } = await clerk.get(page);
    assert.is(status, 200);
    assert.not.match(text, '<img src=x>');
    assert.not.match(text, '<!--xxxx');
  }
});
