import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';
import { ask, type RawAnswer } from './raw.ts';

const test = suite('security headers');
let app: TestApp;
test.before(async () => {
  app = await testApp({ extend: [probe()] });
});
test.after(() => app.close());

test('every answer carries them: page, redirect, not found, wrong method, refused, failed, static file, health', async () => {
  const answers: readonly (readonly [number, RawAnswer])[] = [
    [200, await ask(app.url, 'GET', '/admin/login')],
    [303, await ask(app.url, 'GET', '/admin')],
    [404, await ask(app.url, 'GET', '/nowhere')],
    [405, await ask(app.url, 'DELETE', '/admin/login')],
    [403, await ask(app.url, 'POST', '/admin/login')],
    [500, await ask(app.url, 'GET', '/admin/+boom')],
    [200, await ask(app.url, 'GET', app.app.urls.asset('admin.css'))],
    [200, await ask(app.url, 'GET', '/healthz')],
    [200, await ask(app.url, 'HEAD', '/admin/login')],
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

test('nothing but static files may be kept by a browser or a proxy', async () => {
  for (const path of ['/admin/login', '/admin', '/nowhere', '/admin/+boom', '/readyz']) {
    assert.is((await ask(app.url, 'GET', path)).headers['cache-control'], 'no-store', path);
  }
});

test('over plain http nothing asks for https, or no page could load its style sheet', async () => {
  const { headers } = await ask(app.url, 'GET', '/admin/login');
  assert.is(headers['strict-transport-security'], undefined);
  assert.not.match(String(headers['content-security-policy']), 'upgrade-insecure-requests');
});

test('where the public address is https, browsers are told to stay with it, and cookies bind to this host', async () => {
  const secure = await testApp({ publicUrl: 'https://desk.example.org' });
  try {
    const { headers } = await ask(secure.url, 'GET', '/admin/login');
    assert.is(headers['strict-transport-security'], 'max-age=31536000');
    assert.match(String(headers['content-security-policy']), 'upgrade-insecure-requests');
    const person = await secure.person('user');
    assert.match(person.cookie('__Host-rustio') ?? '', /^[\w-]{43}$/);
  } finally {
    await secure.close();
  }
});

test('no page holds a script or a style that the policy would block', async () => {
  const person = await app.person('administrator');
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
