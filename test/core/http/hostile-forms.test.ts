import * as assert from 'uvu/assert';
import { sql, z } from '../../../index.ts';
import { fillLibrary, library } from '../../invariants/library.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client, TestResponse } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';

const test = suite('hostile forms and URLs');
let app: TestApp;
let librarian: Client;
test.before(async () => {
  app = await testApp(library);
  await fillLibrary(app.app);
  librarian = await app.signInAs('staff', ['book.view', 'book.add', 'book.change', 'book.delete', 'author.view']);
});
test.after.each(() => {
  // None of this input is a failure of the application.
  assert.equal(app.errors, []);
});
test.after(() => app.close());

const FORM = { title: 'A book', author: '1', pages: '' };
const add = (fields: Record<string, string | readonly string[] | null>): Promise<TestResponse> =>
  librarian.submit('/admin/books/+new', { ...FORM, ...fields });

test('a value that the database cannot store is an error at its field', async () => {
  const cases: readonly Record<string, string>[] = [
    { title: 'a\u0000b' },
    { title: 'x'.repeat(81) },
    { title: '' },
    { title: '   ' },
    { pages: '99999999999999999999' },
    { pages: '1e3' },
    { pages: '0x10' },
    { pages: 'NaN' },
    { pages: '-1' },
    { author: '' },
    { author: '999' },
    { author: '1; drop table book' },
    { author: '9'.repeat(400) },
    { author: '1e0' },
  ];
  for (const fields of cases) {
    const { status } = await add(fields);
    assert.is(status, 422, JSON.stringify(fields).slice(0, 80));
  }
});

test("fields that the form does not have change nothing: key, prototype, another model's", async () => {
  const extra = {
    id: '77',
    __proto__: 'x',
    constructor: 'x',
    created_at: '2000-01-01',
    author_id: '2',
    'author.name': 'x',
  };
  assert.is((await add({ ...extra, title: 'With extras' })).status, 303);
  const book = await app.app.database.one(sql.type(z.object({ id: z.int(), author: z.int() }))`
    select id::int, author_id::int as author from book where title = 'With extras'
  `);
  assert.not.equal(book.id, 77);
  assert.is(book.author, 1);
});

test('text is stored unchanged and shown as text', async () => {
  const title = `"><script>alert(1)</script> <%= 1 %> {{x}} \u202e ' or 1=1 --`;
  assert.is((await add({ title })).status, 303);
  const { id } = await app.app.database.one(sql.type(z.object({ id: z.int() }))`
    select id::int from book where title = ${title}
  `);
  for (const page of ['/admin/books', `/admin/books/${id}/+edit`, `/admin/books/${id}`, '/admin']) {
    const { status, text } = await librarian.get(page);
    assert.is(status, 200, page);
    assert.not.match(text, '<script>alert');
  }
});

test('an invalid version or form ID does not overwrite the changes of others', async () => {
  for (const version of ['x', '-1', '0'.repeat(5_000), "' or 1=1"]) {
    const { status } = await librarian.submit('/admin/books/1/+edit', { title: 'Overwritten', '~version': version });
    assert.is(status, 409, version.slice(0, 20));
  }
  assert.is((await add({ '~form': 'x'.repeat(5_000) })).status, 303);
  assert.is((await add({ '~form': '\u0000' })).status < 500, true);
});

test('URLs of lists: an unknown filter or a malformed parameter is 400 with a link to the list without parameters', async () => {
  const queries = [
    'sort=nothing',
    'sort=title;drop table book',
    'f.nothing=1',
    'f.__proto__=1',
    'after=garbage&sort=%00',
    'size=-1',
    'size=1e9',
    'sort=title&sort=pages',
  ];
  for (const query of queries) {
    const { status, text } = await librarian.get(`/admin/books?${query}`);
    assert.is(status, 400, query);
    assert.match(text, 'href="/admin/books"');
  }
});

test('any search text is only searched for', async () => {
  for (const words of ['%', '_', '\\', "'", '"', '\u0000', '%00', '(', '&|!:*', 'x'.repeat(5_000), '  ', '\u{1f600}']) {
    const { status } = await librarian.get(`/admin/books?${new URLSearchParams({ q: words })}`);
    assert.ok(status === 200 || status === 400, `${JSON.stringify(words).slice(0, 20)}: ${status}`);
  }
});

test('keys that no row can have are not found', async () => {
  for (const key of ['0', '-1', '1.5', '1e0', '9'.repeat(30), '01', '1,1', '~', '~00', 'x', '%27', '1%20', 'NaN']) {
    for (const end of ['', '/+edit', '/+delete', '/+history']) {
      assert.is((await librarian.get(`/admin/books/${key}${end}`)).status, 404, key + end);
    }
  }
});

test('options of a field that is not a relation, or of a model without permission, are not found or empty', async () => {
  assert.is((await librarian.get('/admin/books/+options/title?q=a')).status, 404);
  assert.is((await librarian.get('/admin/books/+options/__proto__?q=a')).status, 404);
  const reader = await app.signInAs('staff', ['book.view']);
  const { status, text } = await reader.get('/admin/books/+options/author?q=Urs');
  assert.ok(status === 403 || status === 404 || JSON.parse(text).options.length === 0);
  assert.not.match(text, 'Ursula');
});
