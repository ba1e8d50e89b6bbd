// Black box: every column of one table holds every odd value that PostgreSQL allows in it, and NULL where its model says there is
// none. Every page opens, every row is reached by every order, and nothing changes that nobody touched.

import * as assert from 'uvu/assert';
import { z } from 'zod';
import { oddRows } from '../../../cli/doctor/unexpected-values.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { run } from './desk.ts';
import { factsOf, mainOf, rowsOf, textOf, walkPages } from './page.ts';

const test = suite('admin: unusual values in every column');
const described = { managed: false as const };
const Parent = defineModel('parent', {
  fields: { code: field.text(), name: field.text() },
  key: 'code',
  ...described,
});
/** No field is nullable, whatever the table allows. */
const Oddity = defineModel('oddity', {
  fields: {
    id: field.integer(),
    text: field.text(),
    note: field.text({ multiline: true }),
    int: field.integer(),
    big: field.bigint(),
    num: field.decimal(),
    flag: field.boolean(),
    day: field.date(),
    clock: field.time(),
    moment: field.timestamp(),
    wall: field.localDateTime(),
    code: field.uuid(),
    choice: field.choice(['a', 'b']),
    mood: field.choice(['+', '-'], { sqlType: 'mood' }),
    tags: field.array(field.text()),
    moods: field.array(field.choice(['+', '-'])),
    data: field.json(z.any()),
    mail: field.email(),
    phone: field.phone(),
    link: field.url(),
    slug: field.slug(),
    price: field.money({ currency: 'EUR' }),
    colour: field.colour(),
    body: field.markdown(),
    raw: field.bytes(),
    parent: field.belongsTo(() => Parent, { column: 'parent' }),
  },
  key: 'id',
  label: 'text',
  ...described,
});

const text = (of: string) =>
  `array['', ' ', ' padded ', 'a+b', 'a&b=c', '100%', '#1', '"q"', E'tab\\tbreak\\nend', '−٣', '${of}']`;
const long = `repeat('a', 19) || '😀' || repeat('b', 20000), repeat('😀', 1500), repeat('漢', 7000), 'plain'`;
const VALUES: Readonly<Record<string, string>> = {
  text: `${text('text')} || array[${long}]`,
  note: text('note'),
  int: 'array[0, -1, 2147483647, -2147483648]',
  big: 'array[0, -9223372036854775808, 9223372036854775807, 9007199254740993]',
  num: `array['NaN', 'Infinity', '-Infinity', '-0.000', '1.10', '1.1', '1e-30', '${'9'.repeat(1_000)}', '-${'9'.repeat(1_001)}.5']::numeric[]`,
  flag: 'array[true, false]',
  day: "array['infinity', '-infinity', '4713-01-01 BC', '0044-03-15 BC', '0001-01-01', '9999-12-31', '10000-01-01', '5874897-12-31']::date[]",
  clock: "array['00:00', '24:00', '23:59:59.999999', '10:00:00.000001']::time[]",
  moment:
    "array['infinity', '-infinity', '4713-06-01 00:00:00+00 BC', '2024-01-01 00:00:00.123456+00', '2024-01-01 00:00:00.123457+00', '294276-12-31 23:59:59.999999+00']::timestamptz[]",
  wall: "array['infinity', '-infinity', '4713-06-01 BC', '2024-01-01 00:00:00.123456', '2024-01-01 24:00']::timestamp[]",
  code: "array['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']::uuid[]",
  choice: "array['a', 'b', 'gone', '', 'A', repeat('x', 3000)]",
  mood: "array['+', '-', 'gone']::mood[]",
  tags: `array['{}', '{a,NULL,""}', '{{a,b},{c,NULL}}', E'{"x\\ny"," z ","{","NULL"}']`,
  moods: "array['{}', '{+,-}', '{gone}', '{+,NULL}', '{{+},{-}}']",
  data: `array['null', '"null"', '{}', '[]', '0', '""', '1e400', '{"__proto__": {"a": 1}, "": 1}', '12345678901234567890.10']::jsonb[]`,
  mail: text('mail'),
  phone: text('phone'),
  link: text('javascript:alert(1)'),
  slug: text('slug'),
  price: "array['NaN', 'Infinity', '1.005', '-0.1', '99999999999999999999.999']::numeric[]",
  colour: text('red'),
  body: `${text('<script>')} || array[${long}]`,
  raw: "array['\\x', '\\x00ff']::bytea[]",
  parent: "array['+', ' lead', '', E'a\\nb', '漢', 'no such row']",
};
const ROWS = 36;
/** Row i holds the (i mod n)th of n values and, before them, NULL: coprime numbers of values meet in all combinations. */
const valueSql = (name: string): string => {
  const values = VALUES[name];
  const type = { tags: 'text[]', moods: 'mood[]' }[name];
  const value = `(${values})[1 + i % cardinality(${values})]`;
  return `case when i % 7 = 3 then null else ${type === undefined ? value : `${value}::${type}`} end`;
};
const names = Object.keys(VALUES);
const tables = `
  create type mood as enum ('-', '+', 'gone');
  create table parent (code text primary key, name text not null);
  insert into parent values ('+', 'plus'), (' lead', 'blank'), ('', 'empty'), (E'a\\nb', 'lines'), ('漢', 'han');
  create table oddity (
    id int primary key, text text, note text, int int, big int8, num numeric, flag bool, day date, clock time, moment timestamptz,
    wall timestamp, code uuid, choice text, mood mood, tags text[], moods mood[], data jsonb, mail text, phone text, link text,
    slug text, price numeric, colour text, body text, raw bytea, parent text
  );
  insert into oddity (id, ${names.join(', ')}) select i, ${names.map(valueSql).join(', ')} from generate_series(1, ${ROWS}) i;
`;

let app: TestApp;
let clerk: Client;
const filters = [
  'int',
  'big',
  'num',
  'day',
  'clock',
  'moment',
  'wall',
  'choice',
  'mood',
  'tags',
  'moods',
  'price',
] as const;

test.before(async () => {
  app = await testApp({
    models: [Parent, Oddity],
    plugins: {
      admin: {
        admins: [
          defineAdmin(Oddity, {
            list: ['id', ...names.filter((name) => name !== 'raw' && name !== 'note')] as never,
            filters: [...filters, 'parent', 'flag'],
            search: ['text', 'body', 'choice', 'code'],
          }),
          defineAdmin(Parent, { list: ['code', 'name'] }),
        ],
      },
    },
  });
  await runSql(app.app.database.url, tables);
  await app.app.records.refreshEstimates();
  clerk = await app.signInAs('staff', permissionsFor([Parent, Oddity]));
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

test('every row is reached in every sort order in both directions, with links under 2 KB', async () => {
  const sortable = [...mainOf((await clerk.get('/admin/oddities')).text).matchAll(/sort=-?([a-z]+)/gi)].map(
    ([, name]) => name,
  );
  const orders = [...new Set(sortable)];
  assert.ok(orders.length >= 18, orders.join());
  for (const name of orders) {
    for (const sort of [name, `-${name}`]) {
      const forwards = (await walkPages(clerk, `/admin/oddities?size=10&sort=${sort}`, 'Next')).flat();
      assert.is(new Set(forwards).size, ROWS, sort);
      assert.is(forwards.length, ROWS, sort);
      const backwards = (await walkPages(clerk, `/admin/oddities?size=10&sort=${sort}&at=last`, 'Previous'))
        .reverse()
        .flat();
      assert.equal(backwards, forwards, sort);
    }
  }
});

test('every page of every record can be opened, and saving it unchanged changes nothing', async () => {
  const state = () => run(app)`select id, md5(t::text) as hash, xmin::text as version from oddity t order by id`;
  const before = await state();
  for (let id = 1; id <= ROWS; id += 1) {
    for (const page of ['', '/+delete', '/+history'])
      assert.is((await clerk.get(`/admin/oddities/${id}${page}`)).status, 200, `${id}${page}`);
    const { status, text: page } = await clerk.submit(`/admin/oddities/${id}/+edit`, {});
    assert.is(status, 303, `${id}: ${textOf(mainOf(page)).slice(0, 300)}`);
  }
  assert.equal(await state(), before);
  assert.equal(await run(app)`select id from rustio_audit where subject_model = 'oddity'`, []);
});

test('one field of each record can be repaired, regardless of the others', async () => {
  for (let id = 1; id <= ROWS; id += 1) {
    const others = () =>
      run(
        app,
      )`select md5((to_jsonb(t) - 'phone' || jsonb_build_object('num', t.num::text))::text) as hash from oddity t where id = ${id}`;
    const before = await others();
    const { status, text: page } = await clerk.submit(`/admin/oddities/${id}/+edit`, { phone: `+4930${100_000 + id}` });
    assert.is(status, 303, `${id}: ${textOf(mainOf(page)).slice(0, 300)}`);
    assert.equal(await others(), before, String(id));
  }
});

test('arbitrary searches, unrelated parameters and unreadable filters still show the list', async () => {
  const words = Array.from({ length: 60 }, (_, at) => `word${at}`).join('+');
  for (const query of [
    `q=${words}`,
    `q=${'x'.repeat(3_000)}`,
    'q=%F0%9F%98%80+%2B+%25+_+%5C+%22+%27+NaN+infinity',
    'utm_source=mail&utm_medium=x&fbclid=1&gclid=2&_hsenc=3',
    ...filters.map((name) => `f.${name}=%2B%2B%2B`),
    ...filters.map((name) => `f.${name}.from=x&f.${name}.to=%00`).filter((each) => !/choice|mood|tags/.test(each)),
    'f.parent=%2B',
    'f.parent=nothing',
    'f.moods=%2B',
    'f.num.from=NaN',
    'f.num.from=Infinity',
    'f.day.from=infinity',
    `f.num.from=${'9'.repeat(1_000)}`,
  ]) {
    const { status, text: page } = await clerk.get(`/admin/oddities?${query}`);
    assert.is(status, 200, query);
    assert.ok(!mainOf(page).includes('utm_'), 'links of the list do not repeat them');
  }
});

test('doctor names the fields of such rows', async () => {
  const { status, message } = await oddRows.run({ app: app.app, database: app.app.database } as never);
  assert.is(status, 'warning');
  // The phone numbers have been repaired.
  for (const name of names.filter((each) => each !== 'phone')) assert.match(message, `oddity.${name}: `, name);
});

test('lists, records, forms and history distinguish JSON null from NULL', async () => {
  await run(
    app,
  )`insert into oddity (id, text, data) values (101, 'NULL', null), (102, 'null', 'null'), (103, 'text', '"null"')`;
  const cells = async () => {
    const header = [
      ...mainOf((await clerk.get('/admin/oddities')).text).matchAll(/<th scope="col"[\s\S]*?<\/th>/g),
    ].map(([th]) => textOf(th));
    const at = header.indexOf('Data');
    const { text: page } = await clerk.get('/admin/oddities?sort=-id&size=10');
    return rowsOf(page)
      .slice(0, 3)
      .map((row) => row[at]);
  };
  assert.equal(await cells(), ['"null"', 'null', '–']);
  const shown = async (id: number) => factsOf((await clerk.get(`/admin/oddities/${id}`)).text).Data;
  assert.equal([await shown(101), await shown(102), await shown(103)], ['–', 'null', '"null"']);
  const typed = async (id: number) => {
    const [, value = ''] =
      /<textarea[^>]*id="f-data"[^>]*>\n?([\s\S]*?)<\/textarea>/.exec(
        (await clerk.get(`/admin/oddities/${id}/+edit`)).text,
      ) ?? [];
    return value.replaceAll('&quot;', '"');
  };
  assert.equal([await typed(101), await typed(102), await typed(103)], ['', 'null', '"null"']);
  for (const id of [101, 102])
    assert.is((await clerk.submit(`/admin/oddities/${id}/+edit`, { text: 'x' })).status, 303);
  assert.equal(await run(app)`select data::text from oddity where id in (101, 102) order by id`, [
    { data: null },
    { data: 'null' },
  ]);
  for (const id of [101, 102])
    assert.is((await clerk.submit(`/admin/oddities/${id}/+edit`, { data: '{"a": 1}' })).status, 303);
  const before = async (id: number) => {
    const page = mainOf((await clerk.get(`/admin/oddities/${id}/+history`)).text);
    return textOf(/<th scope="row">Data<\/th>\s*<td[^>]*>([\s\S]*?)<\/td>/.exec(page)?.[1] ?? '');
  };
  assert.equal([await before(101), await before(102)], ['–', 'null']);
});
