import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { ask } from './raw.ts';

const test = suite('addresses');
let app: TestApp;
test.before(async () => {
  app = await testApp({});
});
test.after(() => app.close());

const get = (path: string) => ask(app.url, 'GET', path, { accept: 'text/html' });

test('HEAD answers as GET does, without the page', async () => {
  const [head, page] = [await ask(app.url, 'HEAD', '/admin/login'), await get('/admin/login')];
  assert.is(head.status, 200);
  assert.is(head.text, '');
  assert.is(head.headers['content-type'], page.headers['content-type']);
  assert.is((await ask(app.url, 'HEAD', '/admin')).status, 303);
  assert.is((await ask(app.url, 'HEAD', app.app.urls.asset('admin.css'))).status, 200);
});

test('who types the name of the server alone is led to where the admin lives', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['HEAD', '/'],
    ['GET', '/?x=//evil.example'],
  ] as const) {
    const { status, headers } = await ask(app.url, method, path);
    assert.is(status, 303, `${method} ${path}`);
    assert.is(headers.location, '/admin');
  }
  assert.is((await ask(app.url, 'POST', '/', { 'sec-fetch-site': 'same-origin' })).status, 404);
  assert.is((await get('/?')).headers.location, '/admin');
});

test('an admin that lives at the root is no detour', async () => {
  const root = await testApp({ mountPath: '/' });
  try {
    const { status, headers } = await ask(root.url, 'GET', '/', { accept: 'text/html' });
    assert.is(status, 303);
    assert.match(String(headers.location), /^\/login/);
  } finally {
    await root.close();
  }
});

test('an address that does not answer a method says which ones it answers', async () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['DELETE', '/admin/login', 'GET, HEAD, POST'],
    ['PUT', '/admin', 'GET, HEAD'],
    ['GET', '/admin/logout', 'POST'],
    ['HEAD', '/admin/logout', 'POST'],
    ['OPTIONS', '/admin/login', 'GET, HEAD, POST'],
    ['PATCH', '/admin/account/sessions/1/end', 'POST'],
    ['PROPFIND', '/admin', 'GET, HEAD'],
  ];
  for (const [method, path, allow] of cases) {
    const { status, headers } = await ask(app.url, method, path);
    assert.is(status, 405, `${method} ${path}`);
    assert.equal(String(headers.allow).split(', ').sort().join(', '), allow, `${method} ${path}`);
  }
});

test('an address is spelt in one way: no slash at the end, no other case, no doubled slash, no dots, nothing encoded', async () => {
  const wrong = [
    '/admin/',
    '/Admin',
    '/ADMIN/login',
    '/admin/Login',
    '/admin/login/',
    '//admin',
    '//admin/login',
    '/admin//login',
    '/admin/./login',
    '/admin/x/../login',
    '/x/%2e%2e/admin/login',
    '/admin/%2e%2e/admin/login',
    '/admin%2flogin',
    '/%61dmin/login',
    '/admin/login%00',
    '/admin\\login',
    '/admin/login;x=1',
  ];
  const person = await app.person('administrator');
  const cookie = `rustio=${person.cookie('rustio')}`;
  for (const path of wrong)
    assert.is((await ask(app.url, 'GET', path, { cookie, accept: 'text/html' })).status, 404, path);
});

test('anonymous users are sent to the sign-in page whether a path under the mount path exists or not', async () => {
  for (const path of [
    '/admin/users',
    '/admin/nonsense',
    '/admin/nonsense/1/+edit',
    '/admin/users/1',
    '/admin/login/x',
  ]) {
    const { status, headers } = await get(path);
    assert.is(status, 303, path);
    assert.is(headers.location, `/admin/login?${new URLSearchParams({ next: path })}`);
  }
  assert.is((await ask(app.url, 'GET', '/admin/nonsense', { accept: 'application/json' })).status, 404);
  for (const path of ['/nonsense', '/admin/+nonsense', '/administer']) assert.is((await get(path)).status, 404, path);
});

test('where there is no model there is nothing, for every method', async () => {
  const person = await app.person('administrator');
  const cookie = `rustio=${person.cookie('rustio')}`;
  for (const method of ['GET', 'POST', 'DELETE']) {
    const headers = { cookie, 'sec-fetch-site': 'same-origin' };
    assert.is((await ask(app.url, method, '/admin/nonsense', headers)).status, 404, method);
  }
});

test('a model is found under its own address alone', async () => {
  const person = await app.person('administrator');
  assert.is((await person.get('/admin/users')).status, 200);
  for (const path of [
    'Users',
    'user',
    'users/',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'rustio_user',
  ]) {
    assert.is((await person.get(`/admin/${path}`)).status, 404, path);
  }
});

test('an address that cannot be decoded is not found, and no failure of ours', async () => {
  const person = await app.person('administrator');
  const cookie = `rustio=${person.cookie('rustio')}`;
  for (const path of [
    '/admin/%',
    '/admin/users/%E0%A4%A',
    '/admin/users/%ff',
    '/admin/users/~zz',
    '/admin/users/%00',
  ]) {
    assert.is((await ask(app.url, 'GET', path, { cookie, accept: 'text/html' })).status, 404, path);
  }
  assert.equal(app.errors, []);
});

test('an address with a host in it, as a proxy is asked, is answered as what it is or not at all', async () => {
  const { status, headers } = await get('http://evil.example/admin');
  assert.ok(status === 404 || status === 303, String(status));
  assert.not.match(String(headers.location ?? ''), 'evil');
});

test('static files are read from memory: no path leads to the disk', async () => {
  const known = app.app.urls.asset('admin.css');
  assert.is((await get(known)).status, 200);
  const folder = known.slice(0, known.lastIndexOf('/'));
  const paths = [
    `${folder}/../../../package.json`,
    '/admin/+assets/',
    folder,
    `${folder}/..%2f..%2fpackage.json`,
    `${folder}/admin.css/`,
  ];
  for (const path of paths) assert.is((await get(path)).status, 404, path);
});

test('a redirect to the sign-in page names the wanted page, and only within this application', async () => {
  const { headers } = await get('/admin/users?q=a&f.role=staff');
  assert.is(headers.location, `/admin/login?${new URLSearchParams({ next: '/admin/users?q=a&f.role=staff' })}`);
});
