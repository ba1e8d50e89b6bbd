import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { type Client, formsOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';

const test = suite('form token');
const PAGE = '/admin/account/sessions';
const ACTION = '/admin/+theme';
let app: TestApp;
let person: Client;
test.before(async () => {
  app = await testApp({});
  person = await app.person('staff');
});
test.after(() => app.close());

async function tokenOf(client: Client): Promise<string> {
  const { text } = await client.get(PAGE);
  const token = formsOf(text).find(({ fields }) => '~token' in fields)?.fields['~token'];
  assert.type(token, 'string');
  return String(token);
}

test("a form of the person's own page is accepted, also the second time", async () => {
  const token = await tokenOf(person);
  assert.is((await person.post(ACTION, { theme: 'dark', '~token': token })).status, 303);
  assert.is((await person.post(ACTION, { theme: 'light', '~token': token })).status, 303);
});

test('a form without a token, or with a wrong one, is refused', async () => {
  const token = await tokenOf(person);
  const changed = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;
  for (const wrong of ['', 'x', changed, token.slice(0, -1), `${token}AAAA`, token.toUpperCase(), 'A'.repeat(10_000)]) {
    const { status, text } = await person.post(ACTION, { theme: 'dark', '~token': wrong });
    assert.is(status, 403, wrong.slice(0, 50));
    assert.match(text, 'RIO-HTTP-FORM-TOKEN');
  }
  assert.is((await person.post(ACTION, { theme: 'dark' })).status, 403);
});

test("a token of somebody else's session is refused", async () => {
  const other = await app.person('administrator');
  assert.is((await person.post(ACTION, { theme: 'dark', '~token': await tokenOf(other) })).status, 403);
});

test('a token in the address is none', async () => {
  const token = encodeURIComponent(await tokenOf(person));
  assert.is((await person.post(`${ACTION}?~token=${token}`, { theme: 'dark' })).status, 403);
});

test('it looks different on every page, so that compression gives nothing away (BREACH)', async () => {
  const tokens = [await tokenOf(person), await tokenOf(person), await tokenOf(person)];
  assert.is(new Set(tokens).size, 3);
});

test('a token dies with its session: after signing in anew the old page is asked to be reloaded', async () => {
  const client = await app.person('staff');
  const token = await tokenOf(client);
  const email = /staff-\d+@example\.org/.exec((await client.get('/admin')).text)?.[0] ?? '';
  await client.post('/admin/logout', {});
  assert.is((await client.signIn(email, 'correct horse battery')).status, 303);
  assert.is((await client.post(ACTION, { theme: 'dark', '~token': token })).status, 403);
});

test('a stranger has no session whose token he could need', async () => {
  assert.is((await app.client().post(ACTION, { theme: 'dark' })).status, 303);
});
