import { get, type IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const test = suite('static files');
let app: TestApp;
test.before(async () => {
  app = await testApp({});
});
test.after(() => app.close());

test('the path of a file contains a hash of its content, so it is cached indefinitely', async () => {
  const address = app.app.urls.asset('admin.css');
  assert.match(address, /^\/admin\/\+assets\/[0-9a-f]{12}\/admin\.css$/);
  const { headers, status } = await fetch(app.url + address);
  assert.is(status, 200);
  assert.is(headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.is(headers.get('content-type'), 'text/css; charset=utf-8');
});

test('a path with another hash is not found, so no cache stores the wrong content', async () => {
  assert.is((await fetch(`${app.url}/admin/+assets/000000000000/admin.css`)).status, 404);
});

test('text files are compressed for clients that accept it', async () => {
  const address = app.url + app.app.urls.asset('admin.css');
  const plain = Buffer.from(await (await fetch(address, { headers: { 'accept-encoding': 'identity' } })).arrayBuffer());
  for (const [encoding, unpack] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const { packed, headers } = await bytes(address, encoding);
    assert.is(headers['content-encoding'], encoding);
    assert.match(headers.vary ?? '', /accept-encoding/i);
    assert.ok(packed.length < plain.length / 3, `${encoding}: ${packed.length} of ${plain.length}`);
    assert.equal(unpack(packed), plain);
  }
});

/** `fetch` decompresses automatically, so the raw response is read here. */
function bytes(address: string, encoding: string): Promise<{ packed: Buffer; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    get(address, { headers: { 'accept-encoding': encoding }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ packed: Buffer.concat(chunks), headers: response.headers }));
    }).on('error', reject);
  });
}
