import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Context } from 'rustio-admin';
import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';

const PAGE = `<p>${'long enough – '.repeat(200)}</p>`;

const test = suite('compressed pages');
let app: TestApp;
test.before(async () => {
  const page = (html: string) => (ctx: Context) => {
    ctx.type = 'html';
    ctx.body = html;
  };
  app = await testApp({ extend: [probe({ '/+long': page(PAGE), '/+short': page('<p>short</p>') })] });
});
test.after(() => app.close());

test('a page is compressed with Brotli or gzip, if the browser accepts one of them', async () => {
  const brotli = await bytes('/admin/+long', { 'accept-encoding': 'gzip, deflate, br' });
  assert.is(brotli.encoding, 'br');
  assert.is(brotliDecompressSync(brotli.body).toString(), PAGE);
  assert.is(brotli.length, brotli.body.length);
  assert.is(brotli.type, 'text/html; charset=utf-8');
  const zipped = await bytes('/admin/+long', { 'accept-encoding': 'gzip' });
  assert.is(zipped.encoding, 'gzip');
  assert.is(gunzipSync(zipped.body).toString(), PAGE);
  assert.is(zipped.vary, 'accept-encoding');
});

test('clients that do not accept compression get the plain page, with a Vary header for caches', async () => {
  for (const headers of [{}, { 'accept-encoding': 'identity' }, { 'accept-encoding': 'br;q=0, zstd' }]) {
    const plain = await bytes('/admin/+long', headers);
    assert.is(plain.encoding, undefined);
    assert.is(plain.body.toString(), PAGE);
    assert.is(plain.vary, 'accept-encoding');
  }
});

test('a short page is not compressed', async () => {
  const { encoding, body } = await bytes('/admin/+short', { 'accept-encoding': 'br' });
  assert.is(encoding, undefined);
  assert.is(body.toString(), '<p>short</p>');
});

test('BREACH: responses to requests that another site caused are not compressed', async () => {
  for (const site of ['cross-site', 'same-site']) {
    const { encoding } = await bytes('/admin/+long', { 'accept-encoding': 'br', 'sec-fetch-site': site });
    assert.is(encoding, undefined, site);
  }
  for (const site of ['same-origin', 'none']) {
    const { encoding } = await bytes('/admin/+long', { 'accept-encoding': 'br', 'sec-fetch-site': site });
    assert.is(encoding, 'br', site);
  }
});

test('HEAD returns the Content-Length of GET', async () => {
  const headers = { 'accept-encoding': 'gzip' };
  const get = await bytes('/admin/+long', headers);
  const head = await bytes('/admin/+long', headers, 'HEAD');
  assert.is(head.length, get.length);
  assert.is(head.body.length, 0);
});

interface Answered {
  readonly body: Buffer;
  readonly encoding: string | undefined;
  readonly vary: string | undefined;
  readonly type: string | undefined;
  readonly length: number;
}

function bytes(path: string, headers: Record<string, string>, method = 'GET'): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const outgoing = request(app.url + path, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { vary, 'content-encoding': encoding, 'content-type': type, 'content-length': length } = response.headers;
        resolve({ body: Buffer.concat(chunks), encoding, vary, type, length: Number(length) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
