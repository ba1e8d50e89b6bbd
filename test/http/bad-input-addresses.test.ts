// Black box: URLs that no page of ours links to, each with its exact response.
import * as assert from 'uvu/assert';
import { rawRequest } from '../core/http/raw-request.ts';
import { allPermissions, openDesk, run } from '../plugins/admin/desk.ts';
import { firstsOf, linksOf, linkTo, mainOf, textOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import type { Client } from '../support/client.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: bad input in URLs');
let app: TestApp;
let clerk: Client;
test.before(async () => {
  app = await openDesk();
  clerk = await app.signInAs('staff', [...allPermissions, 'audit.view']);
  await run(app)`insert into place (code, name) select 'P' || n, 'Place ' || n from generate_series(10, 40) n`;
  await run(app)`insert into thing (name) select 'Thing ' || n from generate_series(10, 40) n`;
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

const NOWHERE = [
  '/admin/nonsense',
  '/admin/__proto__',
  '/admin/constructor',
  '/admin/thing',
  '/admin/nonsense/1/+edit',
  '/admin/things/x',
  '/admin/things/1.5',
  '/admin/things/9007199254740993',
  '/admin/things/99999999999999999999999',
  '/admin/things/__proto__',
  '/admin/things/1,2',
  '/admin/things/%00',
  '/admin/things/~00',
  '/admin/things/%ED%A0%80',
  '/admin/tickets/1',
  '/admin/tickets/6FA459EA-EE8A-3CA4-894E-DB77E160355E',
  '/admin/legs/P10',
  '/admin/legs/P10,P11,P12',
  '/admin/places/constructor',
  '/admin/things/+options/constructor',
  '/admin/things/+options/name',
];

for (const path of NOWHERE) {
  test(`${path}: 404 with every part of the error`, async () => {
    const page = await rawRequest(app.url, 'GET', path, {
      cookie: `${SESSION_COOKIE}=${clerk.cookie(SESSION_COOKIE)}`,
      accept: 'text/html',
    });
    assert.is(page.status, 404);
    const shownText = textOf(mainOf(page.text));
    assert.match(shownText, 'RIO-HTTP-NOT-FOUND Page not found Why');
    assert.match(shownText, 'It was deleted, it never existed, or you do not have access to it.');
  });
}

/** Each response names the unknown parameter. */
const BAD_QUERIES = [
  'sort=nonsense',
  'sort=__proto__',
  'sort=-',
  'sort=name,,code',
  'sort=name&sort=code',
  'sort=code;drop%20table%20place',
  'f.nonsense=1',
  'f.__proto__=1',
  'f.constructor.from=1',
  'f.=1',
  'q=%00',
  'size=0',
  'size=201',
  'size=1e2',
  'at=first',
  'count=maybe',
  'after=x&before=y',
];

for (const query of BAD_QUERIES) {
  test(`?${query.slice(0, 40)}: 400 with a link to the list without parameters`, async () => {
    const { status, text } = await clerk.get(`/admin/places?${query}`);
    assert.is(status, 400);
    assert.match(textOf(mainOf(text)), 'RIO-LIST-QUERY');
    assert.ok(linksOf(text).includes('/admin/places'));
  });
}

const UNREADABLE = ['f.zone=nowhere', 'f.height=x', 'f.height=2147483648', 'f.height.from=1e3', 'f.height.to=%00'];
for (const query of UNREADABLE) {
  test(`?${query}: 200, and the filter is reported as ignored (T17)`, async () => {
    const all = firstsOf((await clerk.get('/admin/places')).text);
    const { status, text } = await clerk.get(`/admin/places?${query}`);
    assert.is(status, 200);
    assert.match(textOf(mainOf(text)), 'so this filter was ignored');
    assert.equal(firstsOf(text), all);
    const other = firstsOf((await clerk.get(`/admin/places?${query}&q=nothing-has-this`)).text);
    assert.is(other.length, 0, 'what can be read still applies');
  });
}

for (const query of ['utm_source=mail&fbclid=x', '__proto__=1', 'constructor=1', 'nonsense=1']) {
  test(`?${query}: an unrelated parameter is ignored and not kept in links (T17b)`, async () => {
    const { status, text } = await clerk.get(`/admin/places?size=10&${query}`);
    assert.is(status, 200);
    assert.equal(firstsOf(text), firstsOf((await clerk.get('/admin/places?size=10')).text));
    assert.ok(
      linksOf(text).every((url) => !url.includes(query.split('=')[0] ?? '')),
      linksOf(text).join(' '),
    );
  });
}

test('a search with any number of words and any length finds its record (T17b)', async () => {
  const words = Array.from({ length: 60 }, (_, at) => `word${at}`);
  await clerk.submit('/admin/places/+new', { code: 'LONGSEARCH', name: words.join(' ') });
  for (const q of [words.slice(0, 9).join(' '), words.join(' '), `${words.join(' ')} ${'x '.repeat(500)}`]) {
    const { status, text } = await clerk.get(`/admin/places?${new URLSearchParams({ q })}`);
    assert.is(status, 200);
    assert.is(firstsOf(text).length, 1, q.slice(0, 40));
  }
  await clerk.submit('/admin/places/LONGSEARCH/+delete', {});
});

test('a search of 3,000 characters uses its beginning and says so, and links stay under 2 KB', async () => {
  await run(app)`insert into place (code, name)
    select 'LONG' || n, repeat('lorem ipsum dolor ', 35) || repeat('é', 168) || n from generate_series(10, 40) n`;
  const texts = [
    'lorem ipsum dolor '.repeat(170),
    `${'é'.repeat(600)}`,
    // What is beyond the beginning does not narrow the search, nor does half a word.
    `${'lorem ipsum dolor '.repeat(55)}cut-in-the-middle ${'nowhere '.repeat(300)}`,
  ];
  for (const q of texts) {
    for (const path of ['/admin/places', '/admin/+search']) {
      const { status, text } = await clerk.get(
        `${path}?${new URLSearchParams({ q, ...(path === '/admin/places' && { size: '10', sort: 'name' }) })}`,
      );
      assert.is(status, 200);
      assert.match(textOf(mainOf(text)), 'This search text is too long, so only its beginning was used.');
      assert.ok(linksOf(text).every((url) => url.length < 2_048));
    }
    let url = `/admin/places?${new URLSearchParams({ q, size: '10', sort: 'name' })}`;
    const found: string[] = [];
    while (url !== '') {
      const { text } = await clerk.get(url);
      found.push(...firstsOf(text));
      url = linkTo(text, 'Next');
      assert.ok(url.length < 2_048, `${url.length} characters`);
    }
    assert.is(new Set(found).size, 31, q.slice(0, 40));
  }
  const short = await clerk.get(`/admin/places?${new URLSearchParams({ q: 'lorem '.repeat(150) })}`);
  assert.not.match(textOf(mainOf(short.text)), 'too long');
  await run(app)`delete from place where code like 'LONG%'`;
});

test('a cursor of another list or order, forged or truncated: 200, the first page', async () => {
  const nextOf = async (path: string): Promise<string> => {
    const next = new URL(linkTo((await clerk.get(path)).text, 'Next'), app.url);
    return next.searchParams.get('after') ?? '';
  };
  const own = await nextOf('/admin/places?size=10');
  const top = firstsOf((await clerk.get('/admin/places?size=10')).text);
  assert.not.equal(firstsOf((await clerk.get(`/admin/places?size=10&after=${own}`)).text), top);
  const [hash = ''] = JSON.parse(Buffer.from(own, 'base64url').toString());
  const forged = (...values: readonly unknown[]) =>
    Buffer.from(JSON.stringify([hash, ...values])).toString('base64url');
  for (const cursor of [
    await nextOf('/admin/things?size=10'),
    await nextOf('/admin/places?size=10&sort=-name'),
    own.slice(0, -4),
    forged('a\0b'),
    forged('\ud800'),
    forged(null),
    forged(1),
    forged({ __proto__: null }),
    forged('P10', 'P11'),
    forged(),
    Buffer.from('{"__proto__":1}').toString('base64url'),
    Buffer.from('[[[[').toString('base64url'),
    '%00',
    'x'.repeat(8_000),
  ]) {
    const { status, text } = await clerk.get(`/admin/places?size=10&after=${cursor}`);
    assert.is(status, 200, cursor.slice(0, 30));
    assert.equal(firstsOf(text), top, cursor.slice(0, 30));
  }
});

test('an invalid filter of the audit trail: 200, and the filter is reported as ignored', async () => {
  for (const query of ['event=nonsense', 'model=__proto__', 'from=yesterday', 'user=%00']) {
    const { status, text } = await clerk.get(`/admin/audit?${query}`);
    assert.is(status, 200, query);
    assert.match(textOf(mainOf(text)), 'One filter was ignored');
  }
});

test('an unknown filter or position of the audit trail: 400 with its own code', async () => {
  for (const query of ['before=x', 'after=x', 'f.person=%00', 'f.event=create']) {
    const { status, text } = await clerk.get(`/admin/audit?${query}`);
    assert.is(status, 400, query);
    assert.match(textOf(mainOf(text)), 'RIO-AUDIT-FILTER');
  }
});

test('a parameter of another program is ignored by every page, and no link of the audit trail has it', async () => {
  const admin = await app.signInAs('administrator');
  const foreign = 'utm_source=mail&fbclid=x&__proto__=1&nonsense=1';
  const pages = [
    '/admin',
    '/admin/+search',
    '/admin/+search?q=Place',
    '/admin/audit',
    '/admin/account',
    '/admin/account/sessions',
    '/admin/users',
    '/admin/users/1',
    '/admin/places',
    '/admin/places/+new',
    '/admin/places/P10',
    '/admin/places/P10/+edit',
    '/admin/places/P10/+delete',
    '/admin/places/P10/+value/name',
    '/admin/legs/+options/origin?q=Place',
  ];
  for (const path of pages) {
    assert.is((await admin.get(path)).status, 200, path);
    assert.is((await admin.get(`${path}${path.includes('?') ? '&' : '?'}${foreign}`)).status, 200, path);
  }
  await admin.submit('/admin/places/P10/+edit', { name: 'Place 10 renamed' });
  assert.is((await admin.get(`/admin/places/P10/+history?${foreign}`)).status, 200);
  await admin.submit('/admin/places/P10/+edit', { name: 'Place 10' });
  assert.is((await app.client().get(`/admin/login?${foreign}`)).status, 200);
  const { text } = await admin.get(`/admin/audit?event=create&${foreign}`);
  assert.equal(
    linksOf(text).filter((url) => /utm_source|fbclid|__proto__|nonsense/.test(url)),
    [],
  );
  assert.not.match(textOf(mainOf((await admin.get(`/admin/audit?${foreign}`)).text)), 'Clear all');
});

test('a URL longer than Node accepts is rejected, and the next request succeeds', async () => {
  const { status } = await rawRequest(app.url, 'GET', `/admin/places?q=${'x'.repeat(20_000)}`);
  assert.is(status, 431);
  assert.is((await clerk.get('/admin/places')).status, 200);
});
