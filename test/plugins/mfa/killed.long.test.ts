// A process that is killed between any two statements of a change of a second factor leaves all of it in the database or nothing.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { atEveryStatement, type BrokenChange } from '../../support/at-every-statement.ts';
import { formTokenOf } from '../../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { suite } from '../../support/suite.ts';
import { codeNow, ENROL, enrolled, forgetSteps, PAGE, secretOn, signedIn, VERIFY, withPassword } from './desk.ts';

const test = suite('mfa: killed at any statement');
const secretKeys = [Buffer.alloc(32, 'a').toString('base64url')];
let desk: TestApp;
let proxy: DatabaseProxy;

test.before(async () => {
  ({ app: desk, proxy } = await throughProxy((options) => testApp({}, { ...options, environment: { secretKeys } })));
});
test.after(() => desk.close());

const broken = <Subject>(change: BrokenChange<Subject>) => atEveryStatement({ desk, proxy }, change);
const has = (statement: ReturnType<typeof sql.unsafe>) => desk.app.database.exists(statement);
const hasEvent = (event: string, id: number) =>
  has(sql.unsafe`select from rustio_audit where event = ${event} and subject_key = ${String(id)}`);
const isRaised = (id: number) =>
  has(sql.unsafe`select from rustio_session where user_id = ${id} and ended_at is null and trust = 'mfa_verified'`);
/** Emails of changes after the first one, of the enrolment. */
const hasNotice = (email: string, n = 1) =>
  has(sql.unsafe`
    select from rustio_mail where recipient = ${email} and view = 'mfa/notice' having count(*) >= ${n}
  `);

test('an enrolment: the app, its codes, ended sessions, the new trust level, the notice and the entry', () =>
  broken({
    async prepare() {
      const { email, id, client } = await signedIn(desk);
      await withPassword(desk, email);
      const page = await client.get(ENROL);
      return { email, id, client, code: await codeNow(secretOn(page)), token: formTokenOf(page.text) };
    },
    run: ({ client, code, token }) => client.post(ENROL, { '~token': token, code }),
    parts: async ({ id, email }) => ({
      app: await has(sql.unsafe`select from rustio_mfa_totp where user_id = ${id}`),
      codes: await has(sql.unsafe`select from rustio_mfa_backup_code where user_id = ${id} having count(*) = 10`),
      ended: await has(sql.unsafe`select from rustio_session where user_id = ${id} and ended_reason = 'mfa_enabled'`),
      trust: await isRaised(id),
      notice: await hasNotice(email),
      entry: await hasEvent('mfa_enabled', id),
    }),
  }));

/** A user with a session in which the second factor is pending. */
async function pending() {
  const { email, id, secret, backupCodes } = await enrolled(desk);
  await desk.app.database.query(sql.unsafe`update rustio_session set trust = 'authenticated' where user_id = ${id}`);
  const client = await withPassword(desk, email);
  return { email, id, secret, backupCodes, client, token: formTokenOf((await client.get(VERIFY)).text) };
}

test('a code: its step, the new trust level, the remembered device and the entries', () =>
  broken({
    prepare: pending,
    run: async ({ client, secret, token }) =>
      client.post(VERIFY, { '~token': token, code: await codeNow(secret), remember: 'on' }),
    parts: async ({ id }) => ({
      step: await has(sql.unsafe`select from rustio_mfa_totp where user_id = ${id} and last_step > 0`),
      trust: await isRaised(id),
      device: await has(sql.unsafe`select from rustio_mfa_remembered_device where user_id = ${id}`),
      remembered: await hasEvent('mfa_device_remembered', id),
      entry: await hasEvent('mfa_succeeded', id),
    }),
  }));

test('a backup code: its use, the new trust level, the notice and the entries', () =>
  broken({
    prepare: pending,
    run: ({ client, backupCodes, token }) => client.post(VERIFY, { '~token': token, code: backupCodes[0] ?? '' }),
    parts: async ({ id, email }) => ({
      used: await has(sql.unsafe`select from rustio_mfa_backup_code where user_id = ${id} and used_at is not null`),
      trust: await isRaised(id),
      notice: await hasNotice(email, 2),
      consumed: await hasEvent('mfa_code_consumed', id),
      entry: await hasEvent('mfa_succeeded', id),
    }),
  }));

test('new backup codes: all old ones are replaced, with the notice and the entry', () =>
  broken({
    async prepare() {
      const { email, id, client } = await enrolled(desk);
      await desk.app.database.query(
        sql.unsafe`update rustio_mfa_backup_code set used_at = now() where user_id = ${id}`,
      );
      return { email, id, client, token: formTokenOf((await client.get(PAGE)).text) };
    },
    run: ({ client, token }) => client.post(`${PAGE}/codes`, { '~token': token }),
    parts: async ({ id, email }) => ({
      replaced: await has(sql.unsafe`
        select from rustio_mfa_backup_code where user_id = ${id} having count(*) = 10 and bool_and(used_at is null)
      `),
      notice: await hasNotice(email, 2),
      entry: await hasEvent('backup_codes_regenerated', id),
    }),
  }));

test('turning it off: the app, the codes, the other sessions, the notice and the entry', () =>
  broken({
    async prepare() {
      const { email, id, client, secret } = await enrolled(desk);
      const other = await withPassword(desk, email);
      await other.submit(VERIFY, { code: await codeNow(secret), remember: 'on' });
      await forgetSteps(desk, id);
      return { email, id, client, token: formTokenOf((await client.get(PAGE)).text) };
    },
    run: ({ client, token }) => client.post(`${PAGE}/remove`, { '~token': token }),
    parts: async ({ id, email }) => ({
      app: !(await has(sql.unsafe`select from rustio_mfa_totp where user_id = ${id}`)),
      codes: !(await has(sql.unsafe`select from rustio_mfa_backup_code where user_id = ${id}`)),
      devices: !(await has(sql.unsafe`select from rustio_mfa_remembered_device where user_id = ${id}`)),
      ended: await has(sql.unsafe`select from rustio_session where user_id = ${id} and ended_reason = 'mfa_disabled'`),
      trust: !(await isRaised(id)),
      notice: await hasNotice(email, 2),
      entry: await hasEvent('mfa_disabled', id),
    }),
  }));

test('rekey: a process that is killed leaves every value readable, and can be repeated', async () => {
  await enrolled(desk);
  secretKeys.unshift(Buffer.alloc(32, 'b').toString('base64url'));
  for (let n = 0; (await desk.check('mfa-keys')).status === 'warning'; n += 1) {
    assert.ok(n < 50);
    const stop = proxy.breakAfter(n);
    await desk.command('mfa rekey').catch(() => undefined);
    stop();
  }
  assert.is((await desk.check('mfa-keys')).status, 'ok');
});

test('only broken connections are logged', () => {
  // After the commit, the session may not be saved: then the backup codes are not shown, and new ones are needed.
  const kinds = new Set(desk.errors.map(({ code, msg }) => String(code ?? msg)));
  for (const kind of kinds)
    assert.ok(
      ['RIO-DATABASE-COMMIT', 'RIO-HTTP-UNAVAILABLE', 'the data of a session could not be saved'].includes(kind),
      kind,
    );
});
