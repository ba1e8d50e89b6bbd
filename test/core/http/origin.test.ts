import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { ask, OWN_FORM } from './raw.ts';

const test = suite('where a form comes from');
const REFUSED = 403;
/** The form got as far as its password, which is wrong. */
const READ = 401;
let app: TestApp;
test.before(async () => {
  app = await testApp({});
});
test.after(() => app.close());

async function post(headers: Readonly<Record<string, string>>, body = 'email=a%40b.ch&password=x'): Promise<number> {
  const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
  return (await ask(app.url, 'POST', '/admin/login', { ...form, ...headers }, body)).status;
}

test('a page of this application may send a form', async () => {
  assert.is(await post({ 'sec-fetch-site': 'same-origin', origin: app.url }), READ);
  assert.is(await post({ 'sec-fetch-site': 'same-origin' }), READ);
});

test('a browser that does not say where it is, over plain http, is believed its origin', async () => {
  assert.is(await post({ origin: app.url }), READ);
});

test('a browser that says it is here and names another origin is a stranger', async () => {
  const { port } = new URL(app.url);
  for (const origin of ['null', 'https://evil.example', `https://127.0.0.1:${Number(port) + 1}`, `${app.url}/`, 'x']) {
    assert.is(await post({ 'sec-fetch-site': 'same-origin', origin }), REFUSED, origin);
  }
});

test('in development the name that was typed is ours as well, as the browser itself says', async () => {
  const { port } = new URL(app.url);
  const [host, origin] = [`localhost:${port}`, `http://localhost:${port}`];
  assert.is(await post({ 'sec-fetch-site': 'same-origin', host, origin }), READ);
  assert.is(await post({ host, origin }), REFUSED, 'a browser that does not say it');
});

test('in production the public address alone is ours, whatever name a proxy asks for', async () => {
  const publicUrl = 'https://desk.example.org';
  const desk = await testApp({ publicUrl }, { environment: { production: true } });
  const from = async (origin: string): Promise<number> => {
    const headers = { ...OWN_FORM, origin };
    return (await ask(desk.url, 'POST', '/admin/login', headers, 'email=a%40b.ch&password=x')).status;
  };
  try {
    assert.is(await from(publicUrl), READ);
    for (const origin of [desk.url, 'http://desk.example.org', 'https://evil.example']) {
      assert.is(await from(origin), REFUSED, origin);
    }
  } finally {
    await desk.close();
  }
});

test('a neighbouring subdomain and another site are strangers, whatever origin comes along', async () => {
  for (const site of ['same-site', 'cross-site', 'SAME-ORIGIN', 'same-origin, cross-site', 'anything']) {
    assert.is(await post({ 'sec-fetch-site': site, origin: app.url }), REFUSED, site);
  }
});

test('a request that says nothing of where it comes from is no form of a browser', async () => {
  assert.is(await post({}), REFUSED);
  assert.is(await post({ 'sec-fetch-site': 'none' }), REFUSED);
});

test('an origin is ours only when scheme, host and port are', async () => {
  const { port } = new URL(app.url);
  const others = [
    'null',
    'https://127.0.0.1',
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${Number(port) + 1}`,
    `http://localhost:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://evil.example/http://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}/`,
  ];
  for (const origin of others) assert.is(await post({ origin }), REFUSED, origin);
});

test('the origin is that of the public address: a forged Host header changes nothing', async () => {
  assert.is(await post({ host: 'evil.example', origin: 'http://evil.example' }), REFUSED);
  assert.is(await post({ 'x-forwarded-host': 'evil.example', origin: 'http://evil.example' }), REFUSED);
});

test("of a stranger's body nothing is read: an enormous one is refused for where it comes from", async () => {
  assert.is(await post({ 'sec-fetch-site': 'cross-site' }, `email=${'x'.repeat(200_000)}`), REFUSED);
  const { status, text } = await ask(app.url, 'POST', '/admin/login', {
    'content-type': 'application/json',
    'content-length': '999999999',
    'sec-fetch-site': 'cross-site',
    accept: 'text/html',
    expect: '100-continue',
  });
  assert.is(status, REFUSED);
  assert.match(text, 'RIO-HTTP-ORIGIN');
});
