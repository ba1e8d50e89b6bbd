// Without the plugin mail, what needs no email remains.
import * as assert from 'uvu/assert';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { accountOf, eventsAbout, REASON, recover, recoveryDesk, temporaryPassword } from './desk.ts';

const test = suite('recovery: without mail');
let desk: TestApp;

test.before(async () => {
  desk = await recoveryDesk({ plugins: { mail: false, jobs: false } });
});
test.after.each(() => assert.equal(desk.errors, []));
test.after(() => desk.close());

test('there is neither a link nor a page for forgotten passwords', async () => {
  const client = new Client(desk.url);
  assert.not.match((await client.get('/admin/login')).text, 'forgot');
  for (const path of ['/admin/forgot-password', '/admin/forgot-password/sent'])
    assert.match((await client.get(path)).location, '/admin/login', path);
  const { text } = await client.get('/admin/reset-password/unknown');
  assert.match(text, 'This link cannot be used');
  assert.not.match(text, 'Forgot your password');
});

test('administrators set temporary passwords, lock, unlock and end sessions, and cannot send a link', async () => {
  const administrator = await desk.signInAs('administrator');
  const email = await desk.account('staff');
  const { text } = await administrator.get(`/admin/account-recovery/${(await accountOf(desk, email)).id}`);
  assert.not.match(text, 'value="reset-mail"');
  assert.is((await recover(desk, administrator, email, 'reset-mail')).status, 404);
  const password = await temporaryPassword(desk, administrator, email);
  const user = new Client(desk.url);
  assert.is((await user.signIn(email, password)).status, 303);
  const chosen = await user.submit('/admin/account/new-password', { password: 'my own brand new phrase' });
  assert.is(chosen.status, 303);
  for (const [action, fields] of [
    ['lock', { duration: '60' }],
    ['unlock', {}],
    ['end-sessions', {}],
  ] as const)
    assert.is((await recover(desk, administrator, email, action, fields)).status, 303, action);
});

test('emergency commands work, and so does the link that they print', async () => {
  const email = await desk.account('developer');
  await desk.command('user reset-password', { email, reason: REASON, yes: true });
  assert.is((await new Client(desk.url).signIn(email, PASSWORD)).status, 401);
  const lines = await desk.command('user emergency-access', { email, reason: REASON, yes: true });
  const path = lines.find((line) => line.includes('/reset-password/'))?.slice(desk.app.urls.publicOrigin.length) ?? '';
  assert.is((await new Client(desk.url).submit(path, { password: 'my own brand new phrase' })).status, 303);
  assert.is((await new Client(desk.url).signIn(email, 'my own brand new phrase')).status, 303);
  assert.ok((await eventsAbout(desk, email)).includes('emergency_recovery'));
});
