import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';
import { rawRequest } from './raw-request.ts';

const test = suite('routing');
let app: TestApp;
test.before(async () => {
  app = await testApp({});
});
test.after(() => app.close());

const get = (path: string) => rawRequest(app.url, 'GET', path, { accept: 'text/html' });

test('HEAD gets the response of GET without the body', async () => {
  const [head, page] = [await rawRequest(app.url, 'HEAD', '/admin/login'), await get('/admin/login')];
  assert.is(head.status, 200);
  assert.is(head.text, '');
  assert.is(head.headers['content-type'], page.headers['content-type']);
  assert.is((await rawRequest(app.url, 'HEAD', '/admin')).status, 303);
  assert.is((await rawRequest(app.url, 'HEAD', app.app.urls.asset('admin.css'))).status, 200);
});

test('a request for / is redirected to the admin', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['HEAD', '/'],
    ['GET', '/?x=//evil.example'],
  ] as const) {
    const { status, headers } = await rawRequest(app.url, method, path);
    assert.is(status, 303, `${method} ${path}`);
    assert.is(headers.location, '/admin');
  }
  assert.is((await rawRequest(app.url, 'POST', '/', { 'sec-fetch-site': 'same-origin' })).status, 404);
  assert.is((await get('/?')).headers.location, '/admin');
});

test('an admin at the root is not redirected', async () => {
  const root = await testApp({ mountPath: '/' });
  try {
    const { status, headers } = await rawRequest(root.url, 'GET', '/', { accept: 'text/html' });
    assert.is(status, 303);
    assert.match(String(headers.location), /^\/login/);
  } finally {
    await root.close();
  }
});

test('an unsupported method is 405 with the supported ones in Allow', async () => {
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
    const { status, headers } = await rawRequest(app.url, method, path);
    assert.is(status, 405, `${method} ${path}`);
    assert.equal(String(headers.allow).split(', ').sort().join(', '), allow, `${method} ${path}`);
  }
});

test('a URL has one canonical form: no trailing slash, other case, double slash, dots or encoding', async () => {
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
    '/admin/%75sers',
    '/admin/users/%31',
    '/admin/users/1%20',
    '/admin/users/%31/+history',
  ];
  const person = await app.signInAs('administrator');
  const cookie = `${SESSION_COOKIE}=${person.cookie(SESSION_COOKIE)}`;
  for (const path of wrong)
    assert.is((await rawRequest(app.url, 'GET', path, { cookie, accept: 'text/html' })).status, 404, path);
});

test('anonymous users are redirected to the sign-in page whether or not a path under the mount path exists', async () => {
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
  assert.is((await rawRequest(app.url, 'GET', '/admin/nonsense', { accept: 'application/json' })).status, 404);
  for (const path of ['/nonsense', '/admin/+nonsense', '/administer']) assert.is((await get(path)).status, 404, path);
});

test('an unknown model is 404, for every method', async () => {
  const person = await app.signInAs('administrator');
  const cookie = `${SESSION_COOKIE}=${person.cookie(SESSION_COOKIE)}`;
  for (const method of ['GET', 'POST', 'DELETE']) {
    const headers = { cookie, 'sec-fetch-site': 'same-origin' };
    assert.is((await rawRequest(app.url, method, '/admin/nonsense', headers)).status, 404, method);
  }
});

test('a model is found only under its own slug', async () => {
  const person = await app.signInAs('administrator');
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

test('a URL that cannot be decoded is 404, not 500', async () => {
  const person = await app.signInAs('administrator');
  const cookie = `${SESSION_COOKIE}=${person.cookie(SESSION_COOKIE)}`;
  for (const path of [
    '/admin/%',
    '/admin/users/%E0%A4%A',
    '/admin/users/%ff',
    '/admin/users/~zz',
    '/admin/users/%00',
  ]) {
    assert.is((await rawRequest(app.url, 'GET', path, { cookie, accept: 'text/html' })).status, 404, path);
  }
  assert.equal(app.errors, []);
});

test('a request target with a host, as sent to proxies, is handled as its path or rejected', async () => {
  const { status, headers } = await get('http://evil.example/admin');
  assert.ok(status === 404 || status === 303, String(status));
  assert.not.match(String(headers.location ?? ''), 'evil');
});

test('static files are read from memory: no path reaches the disk', async () => {
  const asset = app.app.urls.asset('admin.css');
  assert.is((await get(asset)).status, 200);
  const folder = asset.slice(0, asset.lastIndexOf('/'));
  const paths = [
    `${folder}/../../../package.json`,
    '/admin/+assets/',
    folder,
    `${folder}/..%2f..%2fpackage.json`,
    `${folder}/admin.css/`,
  ];
  for (const path of paths) assert.is((await get(path)).status, 404, path);
});

test('a redirect to the sign-in page contains the requested page, and only within this application', async () => {
  const { headers } = await get('/admin/users?q=a&f.role=staff');
  assert.is(headers.location, `/admin/login?${new URLSearchParams({ next: '/admin/users?q=a&f.role=staff' })}`);
});
