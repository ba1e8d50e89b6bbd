// Flash messages without session data, which are stored in a signed cookie. With sessions they are stored in
// `ctx.session`: see test/plugins/sessions/session-data.test.ts.
import { createHmac } from 'node:crypto';
import * as assert from 'uvu/assert';
import { flash } from '../../../core/http/flash.ts';
import { seeOther } from '../../../core/http/redirect.ts';
import { definePlugin } from '../../../core/plugin.ts';
import type { UserActor } from '../../../core/policy/actor.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client, TestResponse } from '../../support/client.ts';
import { cookieOf } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';

const test = suite('flash messages in a cookie');
const COOKIE = cookieOf('rustio-message');

const person: UserActor = {
  kind: 'user',
  id: 1,
  name: 'ana@example.org',
  displayName: null,
  role: 'staff',
  permissions: new Set(),
};
/** A proxy has signed users in, and reports it in a header, with a secret of the sign-in. */
const proxied = definePlugin({
  name: 'proxied',
  api: 1,
  messages: { en: { 'proxied.added': 'The author “{label}” was added.' } },
  authenticators: () => [
    {
      scheme: 'proxy',
      ambient: true,
      authenticate: (ctx) => {
        const csrfSecret = ctx.get('x-sign-in');
        return csrfSecret === '' ? undefined : { actor: person, csrfSecret };
      },
    },
  ],
  routes(routes) {
    const options = { access: { open: true }, authenticate: 'proxy' } as const;
    routes.get('/page', options, (ctx, app) => app.views.page(ctx, 'layout/token', { title: 'A page' }));
    routes.post('/add', { ...options, csrf: 'origin', body: { limit: '1 MB' } }, (ctx, app) => {
      const label = ctx.state.form?.get('label') ?? '';
      flash(ctx, app, { tone: 'good', key: 'proxied.added', params: { label } });
      seeOther(ctx, app.urls.to('/page'));
    });
  },
});

let app: TestApp;
let clerk: Client;
test.before(async () => {
  app = await testApp({ models: [], extend: [proxied] });
  clerk = app.client();
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

const ANA = { 'x-sign-in': 'the secret of the sign-in of Ana' };
const BOB = { 'x-sign-in': 'the secret of another sign-in' };

/** Adds an author, and returns the cookie with the message. */
async function messageOf(client: Client, label: string, headers: Record<string, string> = ANA): Promise<string> {
  assert.is((await client.post('/admin/add', { label }, headers)).status, 303);
  const cookie = client.cookie(COOKIE);
  assert.ok(cookie, 'a message cookie is set');
  return cookie ?? '';
}

const page = (client: Client, headers: Record<string, string> = ANA): Promise<TestResponse> =>
  client.get('/admin/page', headers);

test('a message is shown once, on the next page', async () => {
  await messageOf(clerk, 'Octavia');
  assert.match((await page(clerk)).text, 'The author “Octavia” was added.');
  assert.is(clerk.cookie(COOKIE), undefined);
  assert.not.match((await page(clerk)).text, 'was added.');
});

test('a long value is truncated, because a cookie is limited to 4 KB', async () => {
  const cookie = await messageOf(clerk, 'ß'.repeat(3_000));
  assert.ok(cookie.length < 1_000, String(cookie.length));
  assert.match((await page(clerk)).text, /ß{150,}…/);
});

test('attack: a neighbouring subdomain that can set cookies cannot forge a message', async () => {
  const [text = '', signature = ''] = (await messageOf(clerk, 'Ann')).split('.');
  const message = { tone: 'good', key: 'Call 0900 123 456 to unlock your account', params: {} };
  const forged = Buffer.from(JSON.stringify(message)).toString('base64url');
  const guessed = createHmac('sha256', '').update(`message ${forged}`).digest('base64url');
  for (const cookie of [
    forged,
    `${forged}.`,
    `${forged}.${signature}`,
    `${forged}.${guessed}`,
    `${text}.${signature.slice(0, -1)}`,
    `${text}.${signature}A`,
    `${text.slice(0, -2)}.${signature}`,
    'x.y.z',
    '.',
  ]) {
    clerk.setCookie(COOKIE, cookie);
    const { text: html } = await page(clerk);
    assert.not.match(html, '0900', cookie);
    assert.not.match(html, 'was added', cookie);
  }
});

test('a message of another session is not shown', async () => {
  const other = app.client();
  clerk.setCookie(COOKIE, await messageOf(other, 'Ursula', BOB));
  assert.not.match((await page(clerk)).text, 'was added');
});

test('anonymous users cannot get or see a message', async () => {
  const anonymous = app.client();
  assert.is((await anonymous.post('/admin/add', { label: 'x' })).status, 303);
  assert.is(anonymous.cookie(COOKIE), undefined);
  anonymous.setCookie(COOKIE, await messageOf(clerk, 'Joanna'));
  assert.not.match((await page(anonymous, {})).text, 'was added');
});
