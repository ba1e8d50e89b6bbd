// Black box: any value that a list shows can be where a page of it starts, and any key leads to its record.

import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { firstsOf, linksOf, linkTo, rowsOf, walkPages } from './page.ts';

const test = suite('admin: paging from unusual values');
let app: TestApp;
let clerk: Client;

const described = { managed: false as const };
const Odd = defineModel('odd', {
  fields: {
    id: field.integer(),
    d: field.date({ nullable: true }),
    ts: field.timestamp({ nullable: true }),
    wall: field.localDateTime({ nullable: true }),
    n: field.decimal({ nullable: true }),
    title: field.text({ nullable: true }),
    t: field.time({ nullable: true }),
    mood: field.choice(['+', 'plain'], { nullable: true }),
    hidden: field.text({ nullable: true }),
  },
  key: 'id',
  label: 'id',
  ...described,
});
const Reading = defineModel('reading', {
  fields: { at: field.timestamp(), value: field.decimal() },
  key: 'at',
  label: 'value',
  ...described,
});
const Culture = defineModel('culture', {
  fields: { code: field.text({ sqlType: 'bpchar' }), name: field.text() },
  key: 'code',
  ...described,
});
const Word = defineModel('word', { fields: { code: field.text(), name: field.text() }, key: 'code', ...described });
const Use = defineModel('use', {
  fields: {
    id: field.integer(),
    word: field.belongsTo(() => Word, { column: 'word' }),
    at: field.belongsTo(() => Reading, { column: 'at' }),
  },
  key: 'id',
  label: 'id',
  ...described,
});
const models = [Odd, Reading, Culture, Word, Use];

const tables = `
  create table odd (id int primary key, d date, ts timestamptz, wall timestamp, n numeric, title text, t time, mood text, hidden text);
  insert into odd (id) select i from generate_series(1, 12) i;
  insert into odd (id, d, ts, wall, n, title, t, mood) select 20 + i,
    make_date(-44, 3, 1 + i), '0044-03-15 00:00:00+00 BC'::timestamptz + i * interval '1.000001 s',
    '4000-01-01 00:00:00 BC'::timestamp + i * interval '1 day', repeat('9', 1500)::numeric + i, repeat('a', 20000) || i, '24:00', '+'
  from generate_series(1, 12) i;
  insert into odd (id, d, ts, wall, n, title, t, mood) select 40 + i,
    make_date(294276 + i, 1, 1), 'infinity', '294276-12-01'::timestamp + i * interval '1 day', 'NaN', repeat('漢', 1600) || i, '10:00:00.5', 'other ' || i
  from generate_series(1, 12) i;
  create table reading (at timestamptz primary key, value numeric not null);
  insert into reading select '2024-01-01 10:00:00.123456+00'::timestamptz + i * interval '1 microsecond', i from generate_series(0, 30) i;
  create table culture (code char(6) primary key, name text not null);
  insert into culture values ('', 'invariant'), (' b', 'blank'), ('de', 'German');
  create table word (code text primary key, name text not null);
  insert into word values ('', 'empty'), (' lead', 'leading'), ('trail ', 'trailing'), (e'two\\nlines', 'lines');
  insert into word select repeat('漢', 780) || i, 'long ' || i from generate_series(10, 39) i;
  create table use (id int primary key, word text references word, at timestamptz references reading);
  insert into use values (1, ' lead', '2024-01-01 10:00:00.123456+00'), (2, 'trail ', '2024-01-01 10:00:00.123457+00');
`;

test.before(async () => {
  app = await testApp({
    models,
    plugins: {
      admin: {
        admins: [
          defineAdmin(Odd, {
            list: ['id', 'd', 'ts', 'wall', 'n', 'title', 't', 'mood'],
            filters: ['t', 'ts', 'wall'],
          }),
          defineAdmin(Reading, { list: ['value', 'at'] }),
          defineAdmin(Culture, { list: ['name', 'code'] }),
          defineAdmin(Word, { list: ['name', 'code'] }),
          defineAdmin(Use, { list: ['id', 'word', 'at'], filters: ['word', 'at'] }),
        ],
      },
    },
  });
  await runSql(app.app.database.url, tables);
  await app.app.records.refreshEstimates();
  clerk = await app.signInAs(
    'staff',
    models.flatMap(({ modelName }) => ['view', 'change'].map((action) => `${modelName}.${action}`)),
  );
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

for (const name of ['d', 'ts', 'wall', 'n', 'title', 't', 'mood']) {
  test(`every row is reached when sorting by ${name}, in both directions (T08)`, async () => {
    for (const sort of [name, `-${name}`]) {
      const forwards = (await walkPages(clerk, `/admin/odds?size=10&sort=${sort}`, 'Next')).flat();
      assert.is(forwards.length, 36, sort);
      assert.is(new Set(forwards).size, 36, sort);
      const backwards = (await walkPages(clerk, `/admin/odds?size=10&sort=${sort}&at=last`, 'Previous'))
        .reverse()
        .flat();
      assert.equal(backwards, forwards, sort);
    }
  });
}

test('keys of 2,300 bytes can be paged by (T08)', async () => {
  const forwards = (await walkPages(clerk, '/admin/words?size=10&sort=code', 'Next')).flat();
  assert.is(new Set(forwards).size, 34);
});

test('paging continues from a long text whose row was deleted (T08)', async () => {
  const first = await clerk.get('/admin/odds?size=10&sort=title');
  const shown = rowsOf(first.text).at(-1)?.[0];
  const next = linkTo(first.text, 'Next');
  await withPlainConnection(
    app.app.database.url,
    (client) => client.query(`delete from odd where id = ${Number(shown)}`),
    { applicationName: 'tests' },
  );
  const { status, text } = await clerk.get(next);
  assert.is(status, 200);
  assert.ok(rowsOf(text).length > 0);
});

test('records whose key has fractions of a second, only blanks or no characters can be opened (F6)', async () => {
  for (const list of ['/admin/readings?size=50', '/admin/cultures', '/admin/words']) {
    const links = linksOf((await clerk.get(list)).text).filter((url) => /^\/admin\/\w+\/[^+/?]+$/.test(url));
    assert.ok(links.length >= 3, list);
    for (const url of links) assert.is((await clerk.get(url)).status, 200, url);
  }
});

test('a list is filtered by a relation to such a key (F6)', async () => {
  for (const query of ['f.word=+lead', 'f.word=trail+', 'f.at=2024-01-01+10:00:00.123456%2B00']) {
    const { status, text } = await clerk.get(`/admin/uses?${query}`);
    assert.is(status, 200, query);
    assert.is(rowsOf(text).length, 1, query);
  }
});

test('a forged cursor that the database rejects starts the list at the top', async () => {
  const { text } = await clerk.get('/admin/odds?size=10&sort=d');
  const cursor = new URL(linkTo(text, 'Next'), 'http://x').searchParams.get('after') ?? '';
  const [hash] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  const forged = (values: unknown, key?: unknown) =>
    Buffer.from(JSON.stringify(key === undefined ? [hash, values] : [hash, values, key])).toString('base64url');
  for (const after of [
    forged(['4714-01-01 BC', '1']),
    forged(['5874897-12-31', '1']),
    forged(['x', '1']),
    forged([['x'], '1']),
    forged([['x'], '1'], ['1']),
    forged([['x'], '1'], ['x']),
    forged([null, '1']),
  ]) {
    const { status } = await clerk.get(`/admin/odds?size=10&sort=d&after=${after}`);
    assert.is(status, 200, after);
  }
});

test('the upper end of a range includes the whole minute or second (T16)', async () => {
  await withPlainConnection(app.app.database.url, (client) =>
    client.query(`
      insert into odd (id, t, ts, wall)
      values (90, '23:59:59.9', '2031-01-01 10:44:59.9Z', '2031-01-01 10:44:59.9')`),
  );
  for (const query of [
    'f.t.from=23:59&f.t.to=23:59',
    'f.t.from=23:59:59&f.t.to=23:59:59',
    'f.ts.from=2031-01-01&f.ts.to=2031-01-01T10:44',
    'f.ts.from=2031-01-01&f.ts.to=2031-01-01T10:44:59',
    'f.wall.from=2031-01-01&f.wall.to=2031-01-01T10:44',
    'f.wall.from=2031-01-01&f.wall.to=2031-01-01T10:44:59',
  ]) {
    assert.equal(firstsOf((await clerk.get(`/admin/odds?${query}`)).text), ['90'], query);
  }
  assert.equal(firstsOf((await clerk.get('/admin/odds?f.t.to=23:58&f.t.from=23:00')).text), []);
});
