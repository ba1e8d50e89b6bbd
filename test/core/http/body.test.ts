// Bodies of programs: what a route that reads JSON, text or bytes receives, and what is rejected.
import { gzipSync } from 'node:zlib';
import { definePlugin, type Method } from 'rustio-admin/plugin';
import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { type RawResponse, rawRequest } from './raw-request.ts';
import { stalledBody } from './stalled-body.ts';

const test = suite('request bodies of API clients');

const METHODS: readonly Method[] = ['POST', 'PUT', 'PATCH', 'DELETE'];
const shared = { at: 'root', access: { open: true }, authenticate: 'none', csrf: 'none', format: 'json' } as const;

/** Each route responds with what it received. */
const readers = definePlugin({
  name: 'readers',
  api: 1,
  routes(routes) {
    for (const method of METHODS) {
      routes.add({
        ...shared,
        method,
        path: '/json',
        body: { kind: 'json', limit: '1 KB' },
        handler: ({ state: { body } }) => ({ body, type: typeof body, fresh: Reflect.get({}, 'polluted') ?? 'no' }),
      });
    }
    routes.add({
      ...shared,
      method: 'POST',
      path: '/text',
      body: { kind: 'text', limit: '1 KB' },
      handler: ({ state: { body } }) => ({ body, type: typeof body }),
    });
    routes.add({
      ...shared,
      method: 'POST',
      path: '/raw',
      body: { kind: 'raw', limit: '1 KB' },
      handler: ({ state: { body } }) =>
        Buffer.isBuffer(body) ? { hex: body.toString('hex'), size: body.length } : { hex: 'not bytes', size: -1 },
    });
    routes.add({
      ...shared,
      method: 'POST',
      path: '/deep',
      body: { kind: 'json', limit: '1 MB' },
      handler: () => ({ read: true }),
    });
    routes.post('/form', { ...shared, format: 'page', responses: [422] }, (ctx) => {
      ctx.status = 422;
      ctx.body = [...(ctx.state.form?.names() ?? [])];
    });
  },
});

let app: TestApp;
test.before(async () => {
  app = await testApp({ extend: [readers] });
});
test.after.each(() => assert.equal(app.errors, []));
test.after(() => app.close());

const FORM_TYPE = 'application/x-www-form-urlencoded';
const JSON_BODY = { 'content-type': 'application/json', accept: 'application/json' };

function post(path: string, body: string | Buffer, headers: Readonly<Record<string, string>>): Promise<RawResponse> {
  return rawRequest(app.url, 'POST', path, headers, body);
}

const bodyOf = ({ text }: RawResponse): unknown => JSON.parse(text).body;

for (const method of METHODS) {
  test(`${method}: any JSON value is parsed`, async () => {
    for (const value of [{ a: [1, null, 'é'] }, [], 'text', '', 0, true, null]) {
      const sent = Buffer.from(JSON.stringify(value));
      // Node's client sends a DELETE without a length.
      const headers = { ...JSON_BODY, 'content-length': String(sent.length) };
      const answer = await rawRequest(app.url, method, '/json', headers, sent);
      assert.is(answer.status, 200, answer.text);
      assert.equal(bodyOf(answer), value);
    }
  });
}

test('only types ending in +json are accepted as JSON besides application/json, chunked or not', async () => {
  assert.is((await post('/json', '{}', { 'content-type': 'application/vnd.api+json; charset=UTF-8' })).status, 200);
  const others = [
    'text/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json5',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16le',
  ];
  for (const type of others) {
    for (const sent of [{}, { 'transfer-encoding': 'chunked' }]) {
      const { status, text } = await post('/json', '{}', { ...JSON_BODY, 'content-type': type, ...sent });
      assert.is(status, 415, type);
      assert.match(text, 'RIO-HTTP-MEDIA');
      assert.match(text, 'application/json');
    }
  }
  assert.is((await post('/json', '{}', { accept: 'application/json' })).status, 415, 'no content type');
});

test('chunked JSON is parsed', async () => {
  const answer = await post('/json', '{"a":1}', { ...JSON_BODY, 'transfer-encoding': 'chunked' });
  assert.equal(bodyOf(answer), { a: 1 });
});

test("invalid JSON is 400 with the parser's reason", async () => {
  for (const wrong of ['', ' ', '{', "{'a':1}", '{"a":1,}', '[1] 2', 'undefined', 'NaN', '{"a":\u0000}']) {
    for (const sent of [{}, { 'transfer-encoding': 'chunked' }]) {
      const { status, text } = await post('/json', wrong, { ...JSON_BODY, ...sent });
      assert.is(status, 400, wrong);
      const { code, why } = JSON.parse(text).error;
      assert.is(code, 'RIO-HTTP-JSON');
      assert.match(why, /JSON|empty/, wrong);
    }
  }
});

test('no key of a body changes a prototype', async () => {
  for (const poison of ['{"__proto__":{"polluted":"yes"}}', '[{"a":{"\\u005f_proto__":{"polluted":"yes"}}}]']) {
    const { status, text } = await post('/json', poison, JSON_BODY);
    assert.is(status, 400, poison);
    assert.match(text, 'RIO-HTTP-JSON');
  }
  const { text } = await post('/json', '{"constructor":{"prototype":{"polluted":"yes"}}}', JSON_BODY);
  assert.is(JSON.parse(text).fresh, 'no');
});

test('the size limit is exact to the byte, with and without Content-Length', async () => {
  for (const sent of [{}, { 'transfer-encoding': 'chunked' }]) {
    assert.is((await post('/json', JSON.stringify('x'.repeat(998)), { ...JSON_BODY, ...sent })).status, 200);
    const { status, text } = await post('/json', JSON.stringify('x'.repeat(999)), { ...JSON_BODY, ...sent });
    assert.is(status, 413);
    assert.match(text, '1 KB');
    assert.is((await post('/text', 'x'.repeat(1_001), { 'content-type': 'text/plain', ...sent })).status, 413);
    assert.is((await post('/raw', 'x'.repeat(1_001), { 'content-type': 'image/png', ...sent })).status, 413);
  }
});

test('JSON can be nested at most 100 levels deep, regardless of its size', async () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  assert.is((await post('/deep', nested(100), JSON_BODY)).status, 200);
  for (const levels of [102, 400_000]) {
    const { status, text } = await post('/deep', nested(levels), JSON_BODY);
    assert.is(status, 400, `${levels} levels`);
    assert.match(text, 'levels deep');
  }
});

test('text is decoded in its declared character set', async () => {
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['text/plain', Buffer.from('é\r\n你'), 'é\r\n你'],
    ['text/csv; charset="UTF-8"', Buffer.from('a,é'), 'a,é'],
    ['text/plain; charset=iso-8859-1', Buffer.from('é', 'latin1'), 'é'],
    ['text/plain; charset=utf-16le', Buffer.from('é', 'utf16le'), 'é'],
    ['text/plain', Buffer.alloc(0), ''],
  ];
  for (const [type, sent, text] of cases) {
    const answer = await post('/text', sent, { 'content-type': type });
    assert.is(bodyOf(answer), text, type);
  }
});

test('text that does not match its character set is 400, an unknown character set 415', async () => {
  assert.is((await post('/text', Buffer.from([0xc3, 0x28]), { 'content-type': 'text/plain' })).status, 400);
  assert.is((await post('/text', 'a', { 'content-type': 'text/plain; charset=utf-7' })).status, 415);
  assert.is((await post('/text', '{}', { 'content-type': 'application/json' })).status, 415);
});

test('raw bytes are passed on unchanged, with or without a content type', async () => {
  const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  for (const type of [
    'application/octet-stream',
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain; charset=utf-16',
    'x/y',
  ]) {
    const { text } = await post('/raw', every, { 'content-type': type });
    assert.is(JSON.parse(text).hex, every.toString('hex'), type);
  }
  assert.is(JSON.parse((await post('/raw', every, {})).text).hex, every.toString('hex'));
  assert.is(JSON.parse((await post('/raw', '', {})).text).size, 0);
});

test('compressed bodies are rejected: a signature covers the bytes as sent', async () => {
  for (const [path, type] of [
    ['/json', 'application/json'],
    ['/text', 'text/plain'],
    ['/raw', 'application/octet-stream'],
  ] as const) {
    const headers = { 'content-type': type, 'content-encoding': 'gzip' };
    assert.is((await post(path, gzipSync('{}'), headers)).status, 415, path);
  }
});

test('a form with another content type is 415, even if chunked; a missing body is an empty form', async () => {
  const chunked = { 'transfer-encoding': 'chunked' };
  for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
    assert.is((await post('/form', '{"a":1}', { 'content-type': type, ...chunked })).status, 415, type);
  }
  const answer = await post('/form', '', {});
  assert.is(answer.status, 422);
  assert.equal(JSON.parse(answer.text), []);
});

test('the connection of a body that does not arrive in time is closed', async () => {
  const types = { '/json': 'application/json', '/text': 'text/plain', '/raw': 'x/y', '/form': FORM_TYPE };
  for (const [path, type] of Object.entries(types))
    assert.is(await stalledBody(app, { method: 'POST', path }, { type, bytes: '"a' }), 'RIO-HTTP-BODY', path);
});
