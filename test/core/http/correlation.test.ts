import * as assert from 'uvu/assert';
import { sql } from '../../../index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';
import { ask } from './raw.ts';

const test = suite('correlation id');
const HEADER = 'x-correlation-id';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
let app: TestApp;
test.before(async () => {
  app = await testApp({ trustedProxies: 1, extend: [probe()] });
});
test.after(() => app.close());

test('an id that a proxy brings is kept', async () => {
  for (const id of ['0123456789abcdef', 'A-b_C'.repeat(12)]) {
    assert.is((await ask(app.url, 'GET', '/admin/login', { [HEADER]: id })).headers[HEADER], id);
  }
});

test('without a trusted proxy nobody brings one: it would join his rows to those of somebody else', async () => {
  const bare = await testApp({});
  const id = '0123456789abcdef';
  assert.match(String((await ask(bare.url, 'GET', '/admin/login', { [HEADER]: id })).headers[HEADER]), UUID);
  await bare.close();
});

test('an id that could forge a line of the log, or is too short or too long to be one, is replaced', async () => {
  const forged = [
    'short',
    'x'.repeat(65),
    '0123456789abcdef {"level":50}',
    '0123456789abcdef"',
    '<script>alert(1)</script>',
  ];
  for (const id of forged) {
    assert.match(String((await ask(app.url, 'GET', '/admin/login', { [HEADER]: id })).headers[HEADER]), UUID);
  }
});

test('every answer has one, and each another', async () => {
  const paths = ['/healthz', '/admin/login', '/admin', '/nowhere', '/admin/+boom', app.app.urls.asset('admin.css')];
  const ids: string[] = [];
  for (const path of paths) ids.push(String((await ask(app.url, 'GET', path)).headers[HEADER]));
  for (const id of ids) assert.match(id, UUID);
  assert.is(new Set(ids).size, paths.length);
});

test('an error page shows the id under which the log has the rest', async () => {
  const before = app.errors.length;
  const { text, headers } = await ask(app.url, 'GET', '/admin/+boom', { accept: 'text/html' });
  assert.ok(text.includes(String(headers[HEADER])));
  assert.equal(
    app.errors.slice(before).map(({ id }) => id),
    [headers[HEADER]],
  );
});

test('what a request does stands in the audit trail under its id', async () => {
  const id = 'this-is-the-id-of-a-wrong-sign-in';
  await app.client().post('/admin/login', { email: 'nobody@example.org', password: 'guess' }, { [HEADER]: id });
  const events = await app.app.database.many(sql.unsafe`select event from rustio_audit where correlation_id = ${id}`);
  assert.equal(events, [{ event: 'login_failed' }]);
});
