import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { type Client, formTokenOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { OWN_FORM, rawRequest } from './raw-request.ts';

const test = suite('protection against cross-site request forgery');
const REJECTED = 403;
/** The password was checked, and is wrong. */
const ACCEPTED = 401;
const PAGE = '/admin/account/sessions';
const ACTION = '/admin/+theme';
let app: TestApp;
let person: Client;
test.before(async () => {
  app = await testApp({});
  person = await app.signInAs('staff');
});
test.after(() => app.close());

async function post(headers: Readonly<Record<string, string>>, body = 'email=a%40b.ch&password=x'): Promise<number> {
  const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
  return (await rawRequest(app.url, 'POST', '/admin/login', { ...form, ...headers }, body)).status;
}

test('a form from a page of this application is accepted', async () => {
  assert.is(await post({ 'sec-fetch-site': 'same-origin', origin: app.url }), ACCEPTED);
  assert.is(await post({ 'sec-fetch-site': 'same-origin' }), ACCEPTED);
});

test('without Sec-Fetch-Site, over plain http, the Origin header decides', async () => {
  assert.is(await post({ origin: app.url }), ACCEPTED);
});

test('same-origin with a foreign Origin is rejected', async () => {
  const { port } = new URL(app.url);
  for (const origin of ['null', 'https://evil.example', `https://127.0.0.1:${Number(port) + 1}`, `${app.url}/`, 'x']) {
    assert.is(await post({ 'sec-fetch-site': 'same-origin', origin }), REJECTED, origin);
  }
});

test('in development the requested host name is accepted as well, if the browser reports same-origin', async () => {
  const { port } = new URL(app.url);
  const [host, origin] = [`localhost:${port}`, `http://localhost:${port}`];
  assert.is(await post({ 'sec-fetch-site': 'same-origin', host, origin }), ACCEPTED);
  assert.is(await post({ host, origin }), REJECTED, 'a browser that does not report it');
});

test('in production only the public URL is accepted, regardless of the Host header', async () => {
  const publicUrl = 'https://desk.example.org';
  const production = await testApp(
    { publicUrl, plugins: { mail: false, recovery: false } },
    { environment: { production: true } },
  );
  const from = async (origin: string): Promise<number> => {
    const headers = { ...OWN_FORM, origin };
    return (await rawRequest(production.url, 'POST', '/admin/login', headers, 'email=a%40b.ch&password=x')).status;
  };
  try {
    assert.is(await from(publicUrl), ACCEPTED);
    for (const origin of [production.url, 'http://desk.example.org', 'https://evil.example']) {
      assert.is(await from(origin), REJECTED, origin);
    }
  } finally {
    await production.close();
  }
});

test('same-site and cross-site requests are rejected, regardless of their Origin', async () => {
  for (const site of ['same-site', 'cross-site', 'SAME-ORIGIN', 'same-origin, cross-site', 'anything']) {
    assert.is(await post({ 'sec-fetch-site': site, origin: app.url }), REJECTED, site);
  }
});

test('a request with neither header is rejected', async () => {
  assert.is(await post({}), REJECTED);
  assert.is(await post({ 'sec-fetch-site': 'none' }), REJECTED);
});

test('an Origin is accepted only if scheme, host and port match', async () => {
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
  for (const origin of others) assert.is(await post({ origin }), REJECTED, origin);
});

test('the Origin must be that of the public URL: a forged Host header changes nothing', async () => {
  assert.is(await post({ host: 'evil.example', origin: 'http://evil.example' }), REJECTED);
  assert.is(await post({ 'x-forwarded-host': 'evil.example', origin: 'http://evil.example' }), REJECTED);
});

test('the body of a foreign request is not read: a huge one is rejected for its origin', async () => {
  assert.is(await post({ 'sec-fetch-site': 'cross-site' }, `email=${'x'.repeat(200_000)}`), REJECTED);
  const { status, text } = await rawRequest(app.url, 'POST', '/admin/login', {
    'content-type': 'application/json',
    'content-length': '999999999',
    'sec-fetch-site': 'cross-site',
    accept: 'text/html',
    expect: '100-continue',
  });
  assert.is(status, REJECTED);
  assert.match(text, 'RIO-HTTP-ORIGIN');
});

async function tokenOf(client: Client): Promise<string> {
  const token = formTokenOf((await client.get(PAGE)).text);
  assert.not.equal(token, '');
  return token;
}

test("a form of the user's own page is accepted, even repeatedly", async () => {
  const token = await tokenOf(person);
  assert.is((await person.post(ACTION, { theme: 'dark', '~token': token })).status, 303);
  assert.is((await person.post(ACTION, { theme: 'light', '~token': token })).status, 303);
});

test('a form without a token, or with a wrong one, is rejected', async () => {
  const token = await tokenOf(person);
  const changed = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;
  for (const wrong of ['', 'x', changed, token.slice(0, -1), `${token}AAAA`, token.toUpperCase(), 'A'.repeat(10_000)]) {
    const { status, text } = await person.post(ACTION, { theme: 'dark', '~token': wrong });
    assert.is(status, 403, wrong.slice(0, 50));
    assert.match(text, 'RIO-HTTP-FORM-TOKEN');
  }
  assert.is((await person.post(ACTION, { theme: 'dark' })).status, 403);
});

test("the token of another user's session is rejected", async () => {
  const other = await app.signInAs('administrator');
  assert.is((await person.post(ACTION, { theme: 'dark', '~token': await tokenOf(other) })).status, 403);
});

test('a token in the query string is ignored', async () => {
  const token = encodeURIComponent(await tokenOf(person));
  assert.is((await person.post(`${ACTION}?~token=${token}`, { theme: 'dark' })).status, 403);
});

test('the token is different on every page, so that compression reveals nothing (BREACH)', async () => {
  const tokens = [await tokenOf(person), await tokenOf(person), await tokenOf(person)];
  assert.is(new Set(tokens).size, 3);
});

test('a token ends with its session: after a new sign-in the old page must be reloaded', async () => {
  const client = await app.signInAs('staff');
  const token = await tokenOf(client);
  const email = /staff-\d+@example\.org/.exec((await client.get('/admin')).text)?.[0] ?? '';
  await client.post('/admin/logout', {});
  assert.is((await client.signIn(email, 'correct horse battery')).status, 303);
  assert.is((await client.post(ACTION, { theme: 'dark', '~token': token })).status, 403);
});

test('anonymous users need no token, since they have no session', async () => {
  assert.is((await app.client().post(ACTION, { theme: 'dark' })).status, 303);
});
