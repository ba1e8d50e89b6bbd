import * as assert from 'uvu/assert';
import { sql } from '../../../index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';
import { rawRequest } from './raw-request.ts';

const test = suite('correlation ID');
const HEADER = 'x-correlation-id';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
let app: TestApp;
test.before(async () => {
  app = await testApp({ trustedProxies: 1, trustCorrelationId: true, extend: [probe()] });
});
test.after(() => app.close());

test('the ID from a proxy that sets it is used', async () => {
  for (const id of ['0123456789abcdef', 'A-b_C'.repeat(12)]) {
    assert.is((await rawRequest(app.url, 'GET', '/admin/login', { [HEADER]: id })).headers[HEADER], id);
  }
});

test('the ID is not accepted from just any proxy: a forwarded client ID could mimic the ID of another user', async () => {
  const bare = await testApp({ trustedProxies: 1 });
  const id = '0123456789abcdef';
  assert.match(String((await rawRequest(bare.url, 'GET', '/admin/login', { [HEADER]: id })).headers[HEADER]), UUID);
  await bare.close();
});

test('an ID that could forge a log line, or is too short or too long, is replaced', async () => {
  const forged = [
    'short',
    'x'.repeat(65),
    '0123456789abcdef {"level":50}',
    '0123456789abcdef"',
    '<script>alert(1)</script>',
  ];
  for (const id of forged) {
    assert.match(String((await rawRequest(app.url, 'GET', '/admin/login', { [HEADER]: id })).headers[HEADER]), UUID);
  }
});

test('each response has its own ID', async () => {
  const paths = ['/healthz', '/admin/login', '/admin', '/nowhere', '/admin/+boom', app.app.urls.asset('admin.css')];
  const ids: string[] = [];
  for (const path of paths) ids.push(String((await rawRequest(app.url, 'GET', path)).headers[HEADER]));
  for (const id of ids) assert.match(id, UUID);
  assert.is(new Set(ids).size, paths.length);
});

test('an error page shows the same ID as the log line', async () => {
  const before = app.errors.length;
  const { text, headers } = await rawRequest(app.url, 'GET', '/admin/+boom', { accept: 'text/html' });
  assert.ok(text.includes(String(headers[HEADER])));
  assert.equal(
    app.errors.slice(before).map(({ id }) => id),
    [headers[HEADER]],
  );
});

test('the audit entries of a request have its ID', async () => {
  const id = 'this-is-the-id-of-a-wrong-sign-in';
  await app.client().post('/admin/login', { email: 'nobody@example.org', password: 'guess' }, { [HEADER]: id });
  const events = await app.app.database.many(sql.unsafe`select event from rustio_audit where correlation_id = ${id}`);
  assert.equal(events, [{ event: 'login_failed' }]);
});

const ip = suite("the client's IP address");
const SOCKET = '127.0.0.1';

/** The IP address that the application determines for each value of X-Forwarded-For. */
async function ipsBehind(trustedProxies: number, headers: readonly (string | undefined)[]): Promise<readonly string[]> {
  const app = await testApp({ trustedProxies, extend: [probe()] });
  try {
    const ips: string[] = [];
    for (const header of headers) {
      const extra = header === undefined ? {} : { 'x-forwarded-for': header };
      ips.push((await rawRequest(app.url, 'GET', '/admin/+address', extra)).text);
    }
    return ips;
  } finally {
    await app.close();
  }
}

ip('without a trusted proxy it is that of the socket, whatever the header contains', async () => {
  assert.equal(await ipsBehind(0, [undefined, '203.0.113.9', '10.0.0.1, 203.0.113.9']), [SOCKET, SOCKET, SOCKET]);
});

ip('behind one proxy it is the last entry: the client wrote everything to its left', async () => {
  assert.equal(
    await ipsBehind(1, [undefined, '203.0.113.9', '6.6.6.6, 203.0.113.9', '::ffff:203.0.113.9', '2001:db8::7']),
    [SOCKET, '203.0.113.9', '203.0.113.9', '203.0.113.9', '2001:db8::7'],
  );
});

ip('behind two proxies it is the second to last entry', async () => {
  assert.equal(await ipsBehind(2, ['203.0.113.9, 10.0.0.2', '6.6.6.6, 203.0.113.9, 10.0.0.2', '10.0.0.2']), [
    '203.0.113.9',
    '203.0.113.9',
    SOCKET,
  ]);
});

ip('an entry that is not an IP address is ignored', async () => {
  const invalid = [
    'unknown',
    '203.0.113.9:8080',
    '203.0.113.999',
    "'; drop table rustio_audit",
    '',
    ',',
    'x'.repeat(5_000),
  ];
  assert.equal(
    await ipsBehind(1, invalid),
    invalid.map(() => SOCKET),
  );
});
