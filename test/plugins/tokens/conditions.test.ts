// Conditions of a sign-in that apply to tokens as well.
import * as assert from 'uvu/assert';
import type { Circumstances, SignInCondition } from '../../../plugins/sessions/public.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { bearer, call, config, newToken } from './programs.ts';

const test = suite('tokens: conditions of a sign-in');
const asked: Circumstances[] = [];
let isInOffice = true;
let isOpen = true;
const network: SignInCondition = {
  name: 'network',
  message: 'Not from here.',
  everyRequest: true,
  tokens: true,
  allows(circumstances) {
    asked.push(circumstances);
    return isInOffice;
  },
};
const hours: SignInCondition = { name: 'hours', message: 'Not now.', everyRequest: true, allows: () => isOpen };
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ ...config, plugins: { ...config.plugins, sessions: { conditions: [network, hours] } } });
});
test.before.each(() => {
  asked.length = 0;
  isInOffice = true;
  isOpen = true;
});
test.after(() => desk.close());

test('attack: what users can sign in to from one network, they cannot reach with a token from another', async () => {
  const token = await newToken(desk, 'staff', ['crate.view']);
  const whoami = () => call(desk, 'GET', '/api/whoami', bearer(token));
  assert.is((await whoami()).status, 200);
  const [circumstances] = asked;
  assert.is(circumstances?.user.id, token.userId);
  assert.is(circumstances?.method, 'token');
  assert.is(circumstances?.ip, '127.0.0.1');
  isInOffice = false;
  const refused = await whoami();
  const invalid = await call(desk, 'GET', '/api/whoami', `Bearer ${token.text.slice(0, -1)}x`);
  assert.is(refused.status, 401);
  assert.is(refused.text.replace(/[0-9a-f-]{36}/, ''), invalid.text.replace(/[0-9a-f-]{36}/, ''));
  isInOffice = true;
  assert.is((await whoami()).status, 200, 'the token has not ended');
});

test('a condition without `tokens` does not apply to them', async () => {
  const token = await newToken(desk, 'staff', ['crate.view']);
  isOpen = false;
  assert.is((await call(desk, 'GET', '/api/whoami', bearer(token))).status, 200);
});

test('no error was logged', () => {
  assert.equal(desk.errors, []);
});
