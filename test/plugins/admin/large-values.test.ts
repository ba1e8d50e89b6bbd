// Black box: values of megabytes in every column. A list, a record's page, its history and the audit trail read and show their
// beginnings; all of a value is one click away, for those who may see it.

import { createHash } from 'node:crypto';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { oddRows } from '../../../cli/doctor/unexpected-values.ts';
import type { Config } from '../../../core/config.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { ALL_ROWS, defineRules } from '../../../core/policy/policy.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { run } from './desk.ts';
import { factsOf, linksOf, linkTo, mainOf, rowsOf, textOf } from './page.ts';

const test = suite('admin: large values');
const described = { managed: false as const };
const Author = defineModel('author', { fields: { id: field.integer(), name: field.text() }, key: 'id', ...described });
const Article = defineModel('article', {
  fields: {
    id: field.integer(),
    title: field.text({ nullable: true }),
    body: field.text({ multiline: true, nullable: true }),
    notes: field.markdown({ nullable: true }),
    data: field.json(z.any(), { nullable: true }),
    other: field.json(z.any(), { nullable: true }),
    tags: field.array(field.text(), { nullable: true }),
    digits: field.decimal({ nullable: true }),
    blob: field.bytes({ nullable: true }),
    secret: field.text({ nullable: true }),
    author: field.belongsTo(() => Author, { nullable: true, column: 'author' }),
    length: field.integer({ nullable: true }),
  },
  key: 'id',
  ...described,
});
/** Of each large column, 100 times in a list: 10 MB of text, and more than a list shows of the others. */
const tables = `
  create table author (id int primary key, name text not null);
  insert into author values (1, repeat('Tolstoy ', 1000000));
  create table article (
    id int primary key, title text, body text, notes text, data jsonb, other jsonb, tags text[], digits numeric, blob bytea,
    secret text, author int references author, length int
  );
  insert into article
  select 1, repeat('Title ', 4000), repeat('Body ', 2000000), repeat('**bold** ', 100000),
    jsonb_build_object('text', repeat('x', 100000)),
    (select jsonb_agg(md5(i::text)) from generate_series(1, 10000) i),
    (select array_agg(md5(i::text)) from generate_series(1, 10000) i), repeat('9', 10000)::numeric,
    convert_to(repeat('b', 2000000), 'UTF8'), repeat('s', 2000000), 1, 1;
  insert into article select i, title, body, notes, data, other, tags, digits, blob, secret, author, i
    from article cross join generate_series(2, 100) i;
  insert into article values (101, 'small', 'small', 'small', '{}', '[]', '{a}', 1, 'b', 's', 1, 101);
  insert into article (id, title, body, data, notes) values (102, repeat('t', 4096), repeat('é', 100000), 'null', repeat('n', 4097));
`;

let proxy: DatabaseProxy;
let app: TestApp;
let clerk: Client;

test.before(async () => {
  const config: Partial<Config> = {
    models: [Author, Article],
    rules: [
      defineRules(Article, {
        rows: (actor) => (actor.kind === 'user' && actor.role === 'supervisor' ? sql.fragment`t.id > 1` : ALL_ROWS),
        fields: { secret: (actor) => actor.kind !== 'user' || actor.role === 'administrator' },
      }),
    ],
    plugins: {
      admin: {
        admins: [
          defineAdmin(Article, {
            computed: { words: { label: 'Words', value: ({ body }) => (body ?? '').split(' ').length } },
            list: ['length', 'title', 'body', 'notes', 'data', 'other', 'tags', 'digits', 'blob', 'author', 'words'],
            search: ['title'],
          }),
          defineAdmin(Author, { list: ['name'] }),
        ],
      },
    },
  };
  ({ app, proxy } = await throughProxy((options) => testApp(config, options)));
  await runSql(app.app.database.url, tables);
  await app.app.records.refreshEstimates();
  clerk = await app.signInAs('staff', [...permissionsFor([Author, Article]), 'audit.view']);
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

const KILOBYTE = 1_000;
/** Asserts that the response and what PostgreSQL sent for it are at most this large. */
async function smallPage(url: string, max: number): Promise<string> {
  proxy.received();
  const { status, text } = await clerk.get(url);
  const received = proxy.received();
  assert.is(status, 200, url);
  assert.ok(text.length <= max, `the page ${url} has ${text.length} bytes`);
  assert.ok(received <= max, `PostgreSQL sent ${received} bytes for ${url}`);
  return text;
}

test('the page of a list of 100 rows with 10 MB of text, and more in other columns, is small (F4)', async () => {
  const text = await smallPage('/admin/articles?size=100', 500 * KILOBYTE);
  const row = rowsOf(text)[0] ?? [];
  const cell = (at: number) => row[at] ?? '';
  assert.match(cell(1), /^Title Title .*… 24 KB$/);
  assert.match(cell(2), /^Body Body .*… 10 MB$/);
  assert.match(cell(3), /^bold bold .*… 900 KB$/);
  assert.match(cell(4), /^\{"text": "xxx.*… 100 KB$/);
  assert.match(cell(5), /^\d+ KB$/, 'only its size: the beginning cannot be read without the rest');
  assert.match(cell(6), /^\d+ KB$/);
  assert.match(cell(7), /^999.*… 10 KB$/);
  assert.is(cell(8), '2,000,000 bytes');
  assert.match(cell(9), /^Tolstoy Tolstoy .*\.\.\.$/);
  assert.ok(cell(9).length <= 1_003);
  assert.is(cell(10), '–', 'a computed column cannot read the text');
  const rows = rowsOf((await clerk.get('/admin/articles?size=100&sort=-length')).text);
  assert.equal(rows.find(([first]) => first === '101')?.slice(1), [
    'small',
    'small',
    'small',
    '{}',
    '(empty)',
    'a',
    '1',
    '1 byte',
    cell(9),
    '1',
  ]);
});

test('values of up to 4,096 bytes are complete, regardless of their characters', async () => {
  const text = await smallPage('/admin/articles?size=100&sort=length&at=last', 500 * KILOBYTE);
  const [, title, body, notes, data] = rowsOf(text).at(-1) ?? [];
  assert.is(title, `${'t'.repeat(80)}…`);
  assert.is(body, `${'é'.repeat(80)}… 200 KB`);
  assert.is(notes, `${'n'.repeat(80)}… 4.1 KB`);
  assert.is(data, 'null');
});

test('a list can be searched, sorted and paged by a large value', async () => {
  const seen: string[] = [];
  for (let url = '/admin/articles?size=50&sort=-title'; url !== ''; ) {
    const text = await smallPage(url, 400 * KILOBYTE);
    seen.push(...rowsOf(text).map(([first = '']) => first));
    url = linkTo(text, 'Next');
    assert.ok(url.length < 2_048);
  }
  assert.is(new Set(seen).size, 102);
});

test('the page of a record shows values of up to 256 KB, and the beginning, size and hash of larger ones', async () => {
  const facts = factsOf(await smallPage('/admin/articles/1', 250 * KILOBYTE));
  const hash = createHash('sha256').update('Body '.repeat(2_000_000)).digest('hex').slice(0, 16);
  assert.match(String(facts.Body), new RegExp(`^Body .*… 10 MB · SHA-256 ${hash}$`));
  assert.match(String(facts.Tags), /^\{c4ca4238.*… 330 KB · SHA-256 [\da-f]{16}$/);
  assert.match(String(facts.Other), /^\["c4ca4238.*… 360 KB · SHA-256 [\da-f]{16}$/);
  assert.is(factsOf((await clerk.get('/admin/articles/102')).text).Body, 'é'.repeat(100_000));
});

test('the full value is shown on demand, and only to users who can see it', async () => {
  const value = (name: string, key = 1) => `/admin/articles/${key}/+value/${name}`;
  for (const page of ['/admin/articles?size=100', '/admin/articles/1'])
    assert.ok(linksOf((await clerk.get(page)).text).includes(value('body')), page);
  const { status, text, headers } = await clerk.get(value('body'));
  assert.is(status, 200);
  assert.ok(text === 'Body '.repeat(2_000_000));
  assert.is(headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.match(headers.get('content-security-policy') ?? '', 'sandbox');
  assert.is(headers.get('x-content-type-options'), 'nosniff');
  assert.is(JSON.parse((await clerk.get(value('data'))).text).text.length, 100_000);
  assert.is((await clerk.get(value('data', 102))).text, 'null');
  for (const url of [value('secret'), value('nothing'), value('constructor'), value('blob'), value('author')])
    assert.is((await clerk.get(url)).status, 404, url);
  assert.is((await clerk.get(value('body', 999))).status, 404);
  const administrator = await app.signInAs('administrator');
  assert.is((await administrator.get(value('secret'))).text.length, 2_000_000);
  const limited = await app.signInAs('supervisor', permissionsFor([Author, Article]));
  assert.is((await limited.get(value('body', 2))).status, 200);
  assert.is((await limited.get(value('body'))).status, 404, 'a row that they may not see');
  const other = await app.signInAs('staff', ['author.view']);
  assert.is((await other.get(value('body'))).status, 403);
});

test('the form contains full values; saving it unchanged changes none', async () => {
  const state = () => run(app)`select md5(t::text) as hash, xmin::text as version from article t where id in (1, 102)`;
  const before = await state();
  for (const key of [1, 102]) {
    const { status } = await clerk.submit(`/admin/articles/${key}/+edit`, {});
    assert.ok(status === 303 || status === 413, String(status));
  }
  assert.is((await clerk.submit('/admin/articles/102/+edit', {})).status, 303);
  assert.equal(await state(), before);
  const form = await clerk.get('/admin/articles/102/+edit');
  assert.ok(form.text.includes('é'.repeat(100_000)));
});

test('the audit trail stores the beginning, size and hash of large values, and pages show them (F4)', async () => {
  const long = 'é'.repeat(100_000);
  const longer = `${long}!`;
  assert.is((await clerk.submit('/admin/articles/102/+edit', { body: longer, title: 'short' })).status, 303);
  const [entry] = await run(app)`
    select octet_length(before::text || after::text) as size, before -> 'body' as before, after -> 'body' as after
    from rustio_audit where subject_model = 'article' order by id desc limit 1`;
  const stored = (value: string) => ({
    '~text': 'é'.repeat(1_000),
    '~bytes': Buffer.byteLength(value),
    '~sha256': createHash('sha256').update(value).digest('hex'),
  });
  assert.equal([entry?.before, entry?.after], [stored(long), stored(longer)]);
  assert.ok(Number(entry?.size) < 12 * KILOBYTE);
  // The record itself has 200 KB, and each of the values, too.
  const page = await smallPage('/admin/articles/102/+history', 260 * KILOBYTE);
  assert.match(textOf(mainOf(page)), `é… (200 KB, SHA-256 ${stored(long)['~sha256']})`);
  const title = linksOf(page).filter((url) => url.endsWith('/before/title'));
  assert.is(title.length, 1, 'of a value that the trail has, all can be read');
  assert.is((await clerk.get(title[0] ?? '')).text, 't'.repeat(4_096));
  assert.not(linksOf(page).some((url) => url.endsWith('/body')));
});

test('a record with large texts is changed and deleted without reading them (F4)', async () => {
  const body = 'Body '.repeat(2_000_000);
  proxy.received();
  const context = commandAuditContext();
  await app.app.database.transaction(async (tx) => {
    assert.is((await app.app.write.update(tx, context, Article, '50', { length: 7 })).outcome, 'done');
    assert.is((await app.app.write.remove(tx, context, Article, '50')).outcome, 'done');
  });
  // JSON and arrays are read, since secrets inside them must not be recorded.
  assert.ok(proxy.received() < 4_000 * KILOBYTE);
  const [entry] = await run(app)`
    select before -> 'body' as body, before -> 'secret' as secret from rustio_audit where event = 'delete' order by id desc limit 1`;
  const sha256 = createHash('sha256').update(body).digest('hex');
  assert.equal(entry?.body, { '~text': body.slice(0, 1_000), '~bytes': body.length, '~sha256': sha256 });
  assert.is(entry?.secret, '<redacted>');
});

test('secrets inside a large JSON value are not recorded', async () => {
  const data = { password: 'of a person', remaining: 'x'.repeat(5_000) };
  await app.app.database.transaction(async (tx) => {
    const context = commandAuditContext();
    assert.is((await app.app.write.update(tx, context, Article, '49', { data })).outcome, 'done');
    assert.is((await app.app.write.update(tx, context, Article, '49', { data: {} })).outcome, 'done');
  });
  const rows = await run(app)`select before::text || after::text as entry from rustio_audit order by id desc limit 2`;
  for (const { entry } of rows) assert.not.match(String(entry), 'of a person');
  for (const { entry } of rows) assert.ok(String(entry).length < 3 * KILOBYTE, 'it is stored as its beginning');
  assert.match(String(rows[1]?.entry), '<redacted>');
});

test('large values in older entries are truncated when they are read (F4)', async () => {
  await run(app)`
    insert into rustio_audit (event, actor_kind, actor_label, subject_model, subject_key, subject_label, before, after, correlation_id)
    select 'update', 'command', 'tests', 'article', '101', repeat('label ', 10000),
      jsonb_build_object('body', repeat('o', 100000), 'secret', repeat('s', 9000), 'data', jsonb_build_object('a', repeat('j', 100000))),
      jsonb_build_object('body', repeat('n', 100000), 'secret', 'x', 'data', 1), repeat('c', 20)
    from generate_series(1, 55)`;
  const history = await smallPage('/admin/articles/101/+history', 500 * KILOBYTE);
  assert.match(textOf(mainOf(history)), 'o… (100 KB)');
  assert.match(textOf(mainOf(history)), '{"a": "jjj');
  assert.not.match(history, 'sss');
  await smallPage('/admin/audit', 500 * KILOBYTE);
  await smallPage('/admin', 100 * KILOBYTE);
  const url = linksOf(history).find((each) => each.endsWith('/before/body')) ?? '';
  assert.is((await clerk.get(url)).text, 'o'.repeat(100_000));
  const data = await clerk.get(url.replace(/body$/, 'data'));
  assert.is(JSON.parse(data.text).a.length, 100_000);
  assert.is((await clerk.get(url.replace(/body$/, 'secret'))).status, 404, 'a hidden field');
  assert.is((await clerk.get(url.replace('/before/', '/id/'))).status, 404);
  assert.is((await clerk.get(url.replace('/101/', '/102/'))).status, 404, 'an entry of another record');
  const administrator = await app.signInAs('administrator');
  assert.is((await administrator.get(url.replace(/body$/, 'secret'))).text, 's'.repeat(9_000));
  assert.is((await (await app.signInAs('staff', ['author.view'])).get(url)).status, 403);
});

test('user data is never mistaken for a truncated value', async () => {
  const forged = JSON.stringify({ '~text': 'forged', '~bytes': 5_000_000, '~sha256': 'f'.repeat(64) });
  assert.is((await clerk.submit('/admin/articles/101/+edit', { data: forged })).status, 303);
  const history = textOf(mainOf((await clerk.get('/admin/articles/101/+history')).text));
  assert.match(history, '"~text":"forged"');
  assert.not.match(history, '5 MB');
});

test('relation options, searches and doctor read only the beginning of large labels', async () => {
  proxy.received();
  const { text } = await clerk.get('/admin/articles/+options/author?q=tolstoy');
  assert.match(text, /Tolstoy Tolstoy .*\.\.\./);
  const { status } = await oddRows.run({ app: app.app, database: app.app.database } as never);
  assert.is(status, 'warning', 'JSON null');
  assert.ok(proxy.received() < 500 * KILOBYTE);
});
