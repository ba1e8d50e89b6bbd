import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { decodeForm } from '../../../core/form/form.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';
import { OWN_FORM, type RawResponse, rawRequest } from './raw-request.ts';

const test = suite('form bodies');
let app: TestApp;
test.before(async () => {
  app = await testApp({ extend: [probe()] });
});
test.after(() => app.close());

/** The page responds with 422 and the fields that it received. */
function post(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<RawResponse> {
  return rawRequest(app.url, 'POST', '/admin/+echo', { ...OWN_FORM, ...headers }, body);
}

test('names are flat: brackets and dots have no meaning, and no prototype is changed', async () => {
  const { status, text } = await post('a[b]=1&lines.3.quantity=2&__proto__=3&constructor=4&__proto__[x]=5&a=6&a=7&');
  assert.is(status, 422);
  assert.equal(JSON.parse(text), [
    ['a[b]', ['1']],
    ['lines.3.quantity', ['2']],
    ['__proto__', ['3']],
    ['constructor', ['4']],
    ['__proto__[x]', ['5']],
    ['a', ['6', '7']],
  ]);
  assert.is(Reflect.get({}, 'x'), undefined);
});

test('a form of up to 1 MB is accepted', async () => {
  assert.is((await post(`a=${'x'.repeat(999_998)}`)).status, 422);
  const { status, text } = await post(`a=${'x'.repeat(999_999)}`);
  assert.is(status, 413);
  assert.match(text, 'RIO-HTTP-TOO-LARGE');
});

test('the limit applies to chunked bodies without Content-Length', async () => {
  assert.is((await post(`a=${'x'.repeat(1_000_001)}`, { 'transfer-encoding': 'chunked' })).status, 413);
});

test('attack: a compressed form is rejected before it is decompressed (security F1)', async () => {
  for (const [encoding, body] of [
    ['gzip', gzipSync('a=1')],
    ['br', brotliCompressSync('a&'.repeat(499_000))],
    ['deflate', deflateSync('a=1')],
    ['unknown', Buffer.from('a=1')],
  ] as const) {
    const { status, text } = await post(body, { 'content-encoding': encoding });
    assert.is(status, 415, encoding);
    assert.match(text, 'RIO-HTTP-MEDIA');
  }
});

test('a form that anyone can submit is limited to 16 KB (security F7)', async () => {
  const login = (bytes: number) =>
    rawRequest(app.url, 'POST', '/admin/login', OWN_FORM, `email=a&password=${'x'.repeat(bytes - 17)}`);
  assert.is((await login(16_001)).status, 413);
  assert.is.not((await login(16_000)).status, 413);
});

test('attack: hundreds of thousands of fields are rejected immediately, without blocking other requests', async () => {
  for (const body of ['a&'.repeat(400_000), '&a'.repeat(400_000), 'a=&'.repeat(300_000), '&'.repeat(900_000)]) {
    const started = performance.now();
    const form = decodeForm(body, 5_000);
    // Decoding them before counting would block the process for seconds.
    assert.ok(performance.now() - started < 500, `${body.slice(0, 3)} took ${performance.now() - started} ms`);
    assert.is(form, undefined);
  }
});

test('up to 5,000 fields are accepted', async () => {
  assert.is((await post('a=1&'.repeat(5_000))).status, 422);
  const { status, text } = await post('a=1&'.repeat(5_001));
  assert.is(status, 413);
  assert.match(text, 'RIO-HTTP-TOO-MANY-FIELDS');
});

test('other content types are rejected', async () => {
  const types = ['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'nonsense'];
  for (const type of types) {
    const { status, text } = await post('{"a":1}', { 'content-type': type });
    assert.is(status, 415, type);
    assert.match(text, 'RIO-HTTP-MEDIA');
  }
});

test('invalid percent-encoding is ordinary text', async () => {
  const { status, text } = await post('a=%&b=%zz&c=%E0%A4&%=d');
  assert.is(status, 422);
  assert.equal(
    (JSON.parse(text) as [string, string[]][]).map(([name]) => name),
    ['a', 'b', 'c', '%'],
  );
});

test('a body that cannot be decompressed is 400, not 500', async () => {
  const broken = [
    await post('no gzip at all', { 'content-encoding': 'gzip' }),
    await post('a=1', { 'content-encoding': 'br' }),
    await post('a=1', { 'content-encoding': 'exotic' }),
  ];
  for (const { status } of broken) assert.ok(status === 400 || status === 415, String(status));
  assert.equal(app.errors, []);
});

test('a form is always decoded as UTF-8: clients cannot choose another decoder', async () => {
  const { status, text } = await post('a=%C3%A9', { 'content-type': `${OWN_FORM['content-type']}; charset=utf-7` });
  assert.is(status, 422);
  assert.equal(JSON.parse(text), [['a', ['é']]]);
});

test('a form that ends early logs no error', async () => {
  const failed = await rawRequest(app.url, 'POST', '/admin/+echo', { ...OWN_FORM, 'content-length': '1' }, 'a=1').then(
    ({ status }) => status,
    () => 0,
  );
  assert.ok(failed < 500);
  assert.equal(app.errors, []);
});

test('an empty body is an empty form', async () => {
  const { status, text } = await post('');
  assert.is(status, 422);
  assert.equal(JSON.parse(text), []);
});
