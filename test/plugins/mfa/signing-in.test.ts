// Proving a second factor after the password, and where users confirm their password.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';
import {
  codeNow,
  codesOn,
  type Enrolled,
  enrolled,
  eventsAbout,
  forgetPasswords,
  forgetSteps,
  idOf,
  PAGE,
  trailOf,
  VERIFY,
  whileHolding,
  withPassword,
} from './desk.ts';

const test = suite('mfa: signing in');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({});
});
test.before.each(() => desk.app.database.query(sql.unsafe`truncate rustio_attempt`).then(() => undefined));
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const verify = (client: Client, code: string, fields: Readonly<Record<string, string>> = {}) =>
  client.submit(VERIFY, { code, ...fields }, VERIFY);

test('the right code leads to the requested page, with a new token; the old token is useless', async () => {
  const { email, secret } = await enrolled(desk);
  const client = desk.client();
  const { location } = await client.post('/admin/login', { email, password: PASSWORD, next: '/admin/account' });
  assert.is(location, '/admin/mfa?next=%2Fadmin%2Faccount');
  const stolen = client.cookie(SESSION_COOKIE) ?? '';
  const done = await client.submit(location, { code: await codeNow(secret) }, VERIFY);
  assert.is(done.location, '/admin/account');
  assert.is.not(client.cookie(SESSION_COOKIE), stolen);
  const thief = desk.client();
  thief.setCookie(SESSION_COOKIE, stolen);
  assert.match((await thief.get('/admin/account')).location, '/admin/login');
  assert.is((await client.get('/admin/account')).status, 200);
  assert.is((await client.get(VERIFY)).location, '/admin', 'nothing is pending');
});

test('attack: the page after the code cannot be on another host, or the page itself', async () => {
  const { email, secret, id } = await enrolled(desk);
  for (const next of ['https://evil.example', '//evil.example', '/admin/mfa', '/admin/mfa?next=/admin/mfa']) {
    const client = await withPassword(desk, email);
    await forgetSteps(desk, id);
    assert.is((await verify(client, await codeNow(secret), { next })).location, '/admin', next);
  }
});

test('attack: a code is accepted once, even in another session', async () => {
  const { email, secret } = await enrolled(desk);
  const code = await codeNow(secret, 1);
  const [first, second] = [await withPassword(desk, email), await withPassword(desk, email)];
  assert.is((await verify(first, code)).status, 303);
  const again = await verify(second, code);
  assert.is(again.status, 401);
  assert.match(again.text, 'already been used');
  assert.is((await verify(second, await codeNow(secret))).status, 401, 'a code of an earlier step');
});

test('attack: of two sign-ins that send the same code at the same instant, one is completed', async () => {
  const { email, id, secret } = await enrolled(desk);
  const clients = [await withPassword(desk, email), await withPassword(desk, email)];
  const code = await codeNow(secret, 1);
  const statuses: number[] = [];
  await whileHolding(desk, sql.unsafe`select from rustio_user where id = ${id} for update`, 2, () =>
    Promise.all(clients.map(async (client) => statuses.push((await verify(client, code)).status))),
  );
  assert.equal(statuses.toSorted(), [303, 401]);
});

test('attack: of two reauthentications that send the same code at the same instant, one succeeds', async () => {
  const { email, id, secret, client } = await enrolled(desk);
  const other = await withPassword(desk, email);
  assert.is((await verify(other, await codeNow(secret))).status, 303);
  const code = await codeNow(secret, 1);
  const statuses: number[] = [];
  await whileHolding(desk, sql.unsafe`select from rustio_mfa_totp where user_id = ${id} for update`, 2, () =>
    Promise.all(
      [client, other].map(async (each) =>
        statuses.push((await each.submit('/admin/reauth', { password: PASSWORD, code })).status),
      ),
    ),
  );
  assert.equal(statuses.toSorted(), [303, 401]);
});

test('attack: of two sign-ins that send the same backup code at the same instant, one is completed', async () => {
  const { email, id, backupCodes } = await enrolled(desk);
  const clients = [await withPassword(desk, email), await withPassword(desk, email)];
  const [code = ''] = backupCodes;
  const statuses: number[] = [];
  await whileHolding(desk, sql.unsafe`select from rustio_user where id = ${id} for update`, 2, () =>
    Promise.all(clients.map(async (client) => statuses.push((await verify(client, code)).status))),
  );
  assert.equal(statuses.toSorted(), [303, 401]);
});

test('attack: of two reauthentications that send the same backup code at the same instant, one succeeds', async () => {
  const { email, id, secret, client, backupCodes } = await enrolled(desk);
  const other = await withPassword(desk, email);
  assert.is((await verify(other, await codeNow(secret))).status, 303);
  const [code = ''] = backupCodes;
  const statuses: number[] = [];
  await whileHolding(desk, sql.unsafe`select from rustio_mfa_backup_code where user_id = ${id} for update`, 2, () =>
    Promise.all(
      [client, other].map(async (each) =>
        statuses.push((await each.submit('/admin/reauth', { password: PASSWORD, code })).status),
      ),
    ),
  );
  assert.equal(statuses.toSorted(), [303, 401]);
});

test('a second click on the form completes the sign-in once and leads to the same page', async () => {
  const { email, id, secret } = await enrolled(desk);
  const client = await withPassword(desk, email);
  const code = await codeNow(secret);
  const answers: string[] = [];
  await whileHolding(desk, sql.unsafe`select from rustio_user where id = ${id} for update`, 2, () =>
    Promise.all([1, 2].map(async () => answers.push((await verify(client, code)).location))),
  );
  assert.equal(answers, ['/admin', '/admin']);
  assert.is((await client.get('/admin/account')).status, 200);
  assert.is((await eventsAbout(desk, email)).filter((event) => event === 'mfa_succeeded').length, 1);
});

test('a backup code completes the sign-in once; its use is recorded without the code, and an email names how many are left', async () => {
  const { email, backupCodes } = await enrolled(desk);
  const [code = '', other = ''] = backupCodes;
  const client = await withPassword(desk, email);
  assert.is((await verify(client, code.toLowerCase().replaceAll('-', ' '))).status, 303);
  assert.match((await client.get(PAGE)).text, '9 codes left');
  const second = await withPassword(desk, email);
  assert.is((await verify(second, code)).status, 401);
  assert.is((await verify(second, other)).status, 303);
  const trail = await trailOf(desk, email);
  const consumed = trail.filter(({ event }) => event === 'mfa_code_consumed').map(({ data }) => JSON.parse(data));
  assert.equal(
    consumed.map(({ remaining }) => remaining),
    [9, 8],
  );
  for (const hidden of backupCodes) assert.not.match(JSON.stringify(trail), hidden);
  const mails = await desk.app.database.anyFirst(sql.type(z.object({ view: z.string() }))`
    select view from rustio_mail where recipient = ${email} and view = 'mfa/notice'
  `);
  assert.is(mails.length, 3, 'for the app and both codes');
});

test('with two codes left, the account page asks the user to generate new ones', async () => {
  const { email, id, client, secret, backupCodes } = await enrolled(desk);
  await desk.app.database.query(sql.unsafe`
    update rustio_mfa_backup_code set used_at = now()
    where id in (select id from rustio_mfa_backup_code where user_id = ${id} limit 8)
  `);
  const page = await client.get(PAGE);
  assert.match(page.text, '2 codes left');
  assert.match(page.text, 'Only a few backup codes are left');
  const { location } = await client.submit(PAGE, {}, `${PAGE}/codes`);
  const codes = codesOn(await client.get(location));
  assert.is(codes.length, 10);
  assert.equal(
    codes.filter((code) => backupCodes.includes(code)),
    [],
  );
  assert.match((await client.get(PAGE)).text, '10 codes left');
  const other = await withPassword(desk, email);
  assert.is((await verify(other, backupCodes.at(-1) ?? '')).status, 401, 'the old codes no longer work');
  assert.is((await verify(other, codes[0] ?? '')).status, 303);
  assert.ok(secret);
});

test('attack: wrong codes are limited per account, whatever the session, and a right code is then rejected as well', async () => {
  const { email, secret } = await enrolled(desk);
  const statuses: number[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    const client = await withPassword(desk, email);
    statuses.push((await verify(client, '000000')).status);
  }
  assert.equal(statuses, [401, 401, 401, 401, 401, 429]);
  const client = await withPassword(desk, email);
  const throttled = await verify(client, await codeNow(secret));
  assert.is(throttled.status, 429);
  assert.ok(Number(throttled.headers.get('retry-after')) > 0);
  assert.match((await client.get('/admin/account')).location, VERIFY);
  const reasons = (await trailOf(desk, email))
    .filter(({ event }) => event === 'mfa_failed')
    .map(({ data }) => JSON.parse(data).reason);
  assert.equal([...new Set(reasons)].toSorted(), ['rejected', 'throttled']);
});

test('attack: before the password is right, accounts with and without a second factor get the same responses', async () => {
  const withFactor = (await enrolled(desk)).email;
  const without = await desk.account('staff');
  const unknown = 'nobody@example.org';
  const answer = async (email: string) => {
    await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
    const client = desk.client();
    const { status, text } = await client.post('/admin/login', { email, password: 'not this one', next: '/admin' });
    const { status: page, location } = await client.get(VERIFY);
    return { status, text: text.replaceAll(email, 'EMAIL'), page, location };
  };
  const expected = await answer(without);
  assert.is(expected.status, 401);
  assert.equal(await answer(withFactor), expected);
  assert.equal(await answer(unknown), expected);
});

test('attack: wrong, used, malformed and overlong codes get the same response', async () => {
  const { email, secret, backupCodes } = await enrolled(desk);
  const [used = ''] = backupCodes;
  const code = await codeNow(secret);
  const client = await withPassword(desk, email);
  await verify(client, used);
  await verify(await withPassword(desk, email), code);
  const pages = new Set<string>();
  for (const typed of ['000000', code, used, 'AAAA-AAAA-AAAA', '', 'x', '\0', '1'.repeat(5_000)]) {
    await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
    const answer = await verify(await withPassword(desk, email), typed);
    assert.is(answer.status, 401, typed.slice(0, 20));
    pages.add(answer.text.replaceAll(/value="[^"]{30,}"/g, ''));
  }
  assert.is(pages.size, 1);
});

test('attack: a session of which the second factor is pending cannot reach any other route', async () => {
  const { email } = await enrolled(desk, 'developer');
  const client = await withPassword(desk, email);
  for (const { method, path, skipGates, access } of desk.app.routes) {
    // The pages of the second factor itself.
    if (path.includes(':') || skipGates === 'all' || 'open' in access || path.startsWith('/admin/mfa')) continue;
    const { status, location } = method === 'GET' ? await client.get(path) : await client.post(path, {});
    // Routes for programs do not accept a session.
    if (status === 401 || status === 403) continue;
    assert.is(status, 303, `${method} ${path}`);
    assert.match(location, /^\/admin\/mfa/, `${method} ${path}`);
  }
});

test('attack: a session that was opened without the second factor is asked for it', async () => {
  const { email, id } = await enrolled(desk);
  const client = await withPassword(desk, email);
  // As if it had been opened while the plugin was disabled.
  await desk.app.database.query(sql.unsafe`update rustio_session set trust = 'authenticated' where user_id = ${id}`);
  assert.match((await client.get('/admin/account')).location, VERIFY);
});

test('attack: a code that arrives after the user was deactivated or signed out completes nothing', async () => {
  for (const end of ['deactivated', 'signed out'] as const) {
    const { email, id, secret } = await enrolled(desk);
    const client = await withPassword(desk, email);
    const code = await codeNow(secret);
    const ending =
      end === 'deactivated'
        ? sql.unsafe`update rustio_user set active = false where id = ${id}`
        : sql.unsafe`
            update rustio_session set ended_at = now(), ended_reason = 'logout', data = '{}' where user_id = ${id}
          `;
    let location = '';
    const hold = sql.unsafe`select from rustio_user where id = ${id} for update`;
    await whileHolding(
      desk,
      hold,
      1,
      async () => {
        ({ location } = await verify(client, code));
      },
      ending,
    );
    assert.match(location, '/admin/login', end);
    assert.not.ok((await eventsAbout(desk, email)).includes('mfa_succeeded'));
  }
});

test('where users confirm their password, they also enter a code; a used one is rejected', async () => {
  const { client, secret, email } = await enrolled(desk);
  await forgetPasswords(desk);
  const code = await codeNow(secret, 1);
  const confirm = (fields: Readonly<Record<string, string>>) => client.submit('/admin/reauth', fields);
  assert.is((await confirm({ password: PASSWORD })).status, 401);
  assert.is((await confirm({ password: PASSWORD, code: '000000' })).status, 401);
  const wrong = await confirm({ password: 'not this one', code });
  assert.is(wrong.status, 401);
  assert.match(wrong.text, 'Incorrect password or code');
  assert.is((await confirm({ password: PASSWORD, code })).status, 303, 'a wrong password has not used up the code');
  assert.is((await confirm({ password: PASSWORD, code })).status, 401);
  const reasons = (await trailOf(desk, email)).filter(({ event }) => event === 'reauth_failed').length;
  assert.ok(reasons > 0);
});

test('neither the audit trail nor an email contains a secret or a code', async () => {
  const user: Enrolled = await enrolled(desk);
  const client = await withPassword(desk, user.email);
  const code = await codeNow(user.secret);
  await verify(client, code);
  const [used = ''] = user.backupCodes;
  await verify(await withPassword(desk, user.email), used);
  const developer = await desk.signInAs('developer');
  const ids = await desk.app.database.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id from rustio_mail where recipient = ${user.email}
  `);
  const texts = [JSON.stringify(await trailOf(desk, user.email))];
  for (const id of ids) texts.push((await developer.get(`/admin/dev/mail/${id}`)).text);
  assert.ok(texts.length > 2);
  for (const text of texts)
    for (const hidden of [user.secret, ...user.backupCodes, `"${code}"`]) assert.not.match(text, hidden);
  assert.is(await idOf(desk, user.email), user.id);
});

test('the whole life: enrolment, sign-in, confirmation, backup code, new codes, off', async () => {
  const { email, id, secret, backupCodes } = await enrolled(desk);
  const client = await withPassword(desk, email);
  assert.is((await verify(client, await codeNow(secret))).status, 303);
  const code = await codeNow(secret, 1);
  assert.is((await client.submit('/admin/reauth', { password: PASSWORD, code })).status, 303);
  const other = await withPassword(desk, email);
  assert.is((await verify(other, backupCodes[0] ?? '')).status, 303);
  const { location } = await other.submit(PAGE, {}, `${PAGE}/codes`);
  const [fresh = ''] = codesOn(await other.get(location));
  await forgetSteps(desk, id);
  assert.is((await other.submit('/admin/reauth', { password: PASSWORD, code: fresh })).status, 303);
  assert.is((await other.submit(PAGE, {}, `${PAGE}/remove`)).status, 303);
  assert.match((await client.get('/admin/account')).location, '/admin/login');
  assert.is((await desk.client().signIn(email, PASSWORD)).location, '/admin');
  const own = ['mfa_enabled', 'mfa_code_consumed', 'backup_codes_regenerated', 'mfa_disabled'];
  assert.equal(
    (await eventsAbout(desk, email)).filter((event) => own.includes(event)),
    ['mfa_enabled', 'mfa_code_consumed', 'backup_codes_regenerated', 'mfa_code_consumed', 'mfa_disabled'],
  );
});
