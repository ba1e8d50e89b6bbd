import { createHmac } from 'node:crypto';
import * as assert from 'uvu/assert';
import { fillLibrary, library } from '../../laws/library.ts';
import { textOf } from '../../plugins/admin/page.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';

const test = suite('the message of the last action');
const COOKIE = 'rustio-message';
const RIGHTS = ['author.view', 'author.add'];
let app: TestApp;
let clerk: Client;
test.before(async () => {
  app = await testApp(library);
  await fillLibrary(app.app);
  clerk = await app.person('staff', RIGHTS);
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

/** Adds somebody, and gives the cookie that carries the message. */
async function messageOf(client: Client, name: string): Promise<string> {
  assert.is((await client.submit('/admin/authors/+new', { name })).status, 303);
  const cookie = client.cookie(COOKIE);
  assert.ok(cookie, 'there is a message');
  return cookie ?? '';
}

const shown = async (client: Client): Promise<string> => textOf((await client.get('/admin/authors')).text);

test('it is told once, on the next page', async () => {
  await messageOf(clerk, 'Octavia');
  assert.match(await shown(clerk), 'The author “Octavia” was added.');
  assert.is(clerk.cookie(COOKIE), undefined);
  assert.not.match(await shown(clerk), 'was added.');
});

test('attack: a neighbouring subdomain that can set cookies puts no words into our mouth', async () => {
  const [text = '', signature = ''] = (await messageOf(clerk, 'Ann')).split('.');
  const said = { tone: 'good', key: 'Call 0900 123 456 to unlock your account', params: {} };
  const forged = Buffer.from(JSON.stringify(said)).toString('base64url');
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
    const page = await shown(clerk);
    assert.not.match(page, '0900', cookie);
    assert.not.match(page, 'was added', cookie);
  }
});

test('the message of another session is none', async () => {
  const other = await app.person('staff', RIGHTS);
  const cookie = await messageOf(other, 'Ursula the second');
  clerk.setCookie(COOKIE, cookie);
  assert.not.match(await shown(clerk), 'was added');
});

test('a stranger has no session in whose name he could be told anything', async () => {
  const stranger = app.client();
  stranger.setCookie(COOKIE, await messageOf(clerk, 'Joanna'));
  assert.not.match(textOf((await stranger.get('/admin/login')).text), 'was added');
});
