// Emails at a sign-in from a new device.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { definePlugin } from '../../../core/plugin.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { editAccount } from '../../../plugins/auth/edit-account.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { idOf, mailsTo } from '../accounts/mailbox.ts';

const test = suite('sessions: new devices');
const FIREFOX = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

/** A step that asks developers for a second factor, and denies supervisors the sign-in. */
const steps = definePlugin({
  name: 'steps',
  api: 1,
  requires: ['sessions'],
  contributes: {
    'signIn.steps': [
      {
        name: 'second-factor',
        async afterVerify(_tx, _context, user) {
          if (user.role === 'supervisor') return { denied: 'hours' };
          return user.role === 'developer' ? { pending: '/account', trust: 'authenticated' } : 'done';
        },
      },
    ],
  },
});
let desk: TestApp;
let reader: Client;

test.before(async () => {
  desk = await testApp({ name: 'Night desk', extend: [steps] });
  const email = await desk.account('staff', ['mail.mailbox']);
  reader = new Client(desk.url);
  await reader.signIn(email, PASSWORD);
});
test.before.each(async () => {
  await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

async function signIn(email: string, client = new Client(desk.url)): Promise<Client> {
  const { status } = await client.post('/admin/login', { email, password: PASSWORD }, FIREFOX);
  assert.is(status, 303);
  return client;
}

const mails = (email: string) => mailsTo(desk, reader, email);

test('a sign-in from another browser is reported with the device, the IP address and what to do', async () => {
  const email = await desk.account('staff');
  const own = await signIn(email);
  assert.equal(await mails(email), [], 'not the first one');
  await own.submit('/admin', {}, '/admin/logout');
  await signIn(email, own);
  assert.equal(await mails(email), [], 'not one from a known device');
  await signIn(email);
  const [mail = '', ...none] = await mails(email);
  assert.is(none.length, 0);
  for (const text of [
    'Firefox on Linux',
    'IP address: 127.0.0.1',
    '(UTC)',
    'If this was not you',
    `${desk.app.urls.publicOrigin}/admin/account`,
  ])
    assert.match(mail, text);
  const data = await desk.app.database.anyFirst(sql.type(z.object({ data: z.unknown() }))`
    select data from rustio_audit where event = 'login_succeeded' and subject_label = ${email} order by id
  `);
  const isNew = { method: 'password', newDevice: true };
  assert.equal([...data], [isNew, { method: 'password' }, isNew]);
});

test('the email is written in the language and time zone of the user', async () => {
  const email = await desk.account('staff');
  const id = await idOf(desk, email);
  await desk.app.database.transaction((tx) =>
    editAccount(tx, commandAuditContext(), desk.app.events, id, { locale: 'ar', timeZone: 'Asia/Amman' }),
  );
  await signIn(email);
  await signIn(email);
  const [mail = ''] = await mails(email);
  assert.match(mail, 'إن لم تكن أنت فغيّر كلمة مرورك الآن');
  assert.match(mail, '(Asia/Amman)');
  assert.match(mail, /Firefox.*على.*Linux/);
});

test('attack: a sign-in by somebody who guessed the password is reported, even if a second factor stops them', async () => {
  const email = await desk.account('developer');
  await signIn(email);
  await signIn(email);
  const [mail = ''] = await mails(email);
  assert.match(mail, /another step was still required/i);
});

test('a sign-in that is denied or fails is not reported', async () => {
  const email = await desk.account('supervisor');
  for (const password of [PASSWORD, PASSWORD, 'a wrong password'])
    assert.is((await new Client(desk.url).signIn(email, password)).status, 401);
  assert.equal(await mails(email), []);
});

test('attack: an account that has not been used for a long time is not taken over silently', async () => {
  const email = await desk.account('staff');
  await desk.app.database.query(sql.unsafe`
    update rustio_user set created_at = now() - interval '91 days' where email = ${email}
  `);
  await signIn(email);
  assert.is((await mails(email)).length, 1);
});

test('attack: nobody can flood a mailbox by signing in', async () => {
  const email = await desk.account('staff');
  for (let turn = 0; turn < 25; turn += 1) await signIn(email);
  assert.is((await mails(email)).length, 19);
});

test('nothing is sent without the plugin mail, or if the option is off', async () => {
  const quiet = await testApp({ plugins: { sessions: { newDeviceMail: false } } });
  const without = await testApp({ plugins: { mail: false, recovery: false } });
  try {
    for (const app of [quiet, without]) {
      const email = await app.account('staff');
      for (let turn = 0; turn < 2; turn += 1) assert.is((await app.client().signIn(email, PASSWORD)).status, 303);
      assert.equal(app.errors, []);
    }
    assert.is(await quiet.app.database.exists(sql.unsafe`select from rustio_mail`), false);
  } finally {
    await quiet.close();
    await without.close();
  }
});
