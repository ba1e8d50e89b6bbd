import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';
import { type RawResponse, rawRequest } from './raw-request.ts';

const test = suite('security headers');
let app: TestApp;
test.before(async () => {
  app = await testApp({ extend: [probe()] });
});
test.after(() => app.close());

test('every response has them: pages, redirects, 404, 405, 403, 500, static files, health checks', async () => {
  const answers: readonly (readonly [number, RawResponse])[] = [
    [200, await rawRequest(app.url, 'GET', '/admin/login')],
    [303, await rawRequest(app.url, 'GET', '/admin')],
    [404, await rawRequest(app.url, 'GET', '/nowhere')],
    [405, await rawRequest(app.url, 'DELETE', '/admin/login')],
    [403, await rawRequest(app.url, 'POST', '/admin/login')],
    [500, await rawRequest(app.url, 'GET', '/admin/+boom')],
    [200, await rawRequest(app.url, 'GET', app.app.urls.asset('admin.css'))],
    [200, await rawRequest(app.url, 'GET', '/healthz')],
    [200, await rawRequest(app.url, 'HEAD', '/admin/login')],
  ];
  for (const [status, { status: answered, headers }] of answers) {
    assert.is(answered, status);
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'self'; base-uri 'none'; form-action 'self'/,
    );
    assert.not.match(String(headers['content-security-policy']), 'unsafe');
    assert.is(headers['x-content-type-options'], 'nosniff');
    assert.is(headers['x-frame-options'], 'DENY');
    assert.is(headers['referrer-policy'], 'same-origin');
    assert.is(headers['cross-origin-opener-policy'], 'same-origin');
    assert.is(headers['cross-origin-resource-policy'], 'same-origin');
    assert.is(headers['x-powered-by'], undefined);
  }
});

test('browsers and proxies can cache only static files', async () => {
  for (const path of ['/admin/login', '/admin', '/nowhere', '/admin/+boom', '/readyz']) {
    assert.is((await rawRequest(app.url, 'GET', path)).headers['cache-control'], 'no-store', path);
  }
});

test('over plain http, no header requires https, so that pages can load their style sheet', async () => {
  const { headers } = await rawRequest(app.url, 'GET', '/admin/login');
  assert.is(headers['strict-transport-security'], undefined);
  assert.not.match(String(headers['content-security-policy']), 'upgrade-insecure-requests');
});

test('with an https public URL, responses have HSTS, and cookies are bound to this host', async () => {
  const secure = await testApp({ publicUrl: 'https://desk.example.org' });
  try {
    const { headers } = await rawRequest(secure.url, 'GET', '/admin/login');
    assert.is(headers['strict-transport-security'], 'max-age=31536000');
    assert.match(String(headers['content-security-policy']), 'upgrade-insecure-requests');
    const person = await secure.signInAs('user');
    assert.match(person.cookie(`__Host-${SESSION_COOKIE}`) ?? '', /^[\w-]{43}$/);
  } finally {
    await secure.close();
  }
});

test('no page contains a script or style that the policy blocks', async () => {
  const person = await app.signInAs('administrator');
  for (const path of [
    '/admin',
    '/admin/users',
    '/admin/groups',
    '/admin/audit',
    '/admin/account/sessions',
    '/nowhere',
  ]) {
    const { text } = await person.get(path);
    assert.ok(text.includes('<html'), path);
    assert.not.match(text, /<script(?![^>]*\ssrc=)|<style|\sstyle="|\son[a-z]+="|javascript:/i, path);
  }
});
