// A process that is killed between any two statements of a recovery leaves all of it in the database or nothing.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { createLink } from '../../../plugins/auth/account-links.ts';
import { setPassword } from '../../../plugins/auth/change-account.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import { atEveryStatement, type BrokenChange } from '../../support/at-every-statement.ts';
import { Client, formTokenOf } from '../../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { suite } from '../../support/suite.ts';
import { accountOf, asCommand, REASON, recoveryDesk } from './desk.ts';

const test = suite('recovery: killed at any statement');
const TEMPORARY = 'k7mwp-3xq9d-hv2ja-8rtne';
const PREPARED = await preparePassword(TEMPORARY);
let desk: TestApp;
let proxy: DatabaseProxy;
let administrator: Client;

test.before(async () => {
  ({ app: desk, proxy } = await throughProxy((options) => recoveryDesk({}, options)));
  administrator = await desk.signInAs('administrator');
});
test.after(() => desk.close());

const broken = <Subject>(change: BrokenChange<Subject>) => atEveryStatement({ desk, proxy }, change);
const has = (statement: ReturnType<typeof sql.unsafe>) => desk.app.database.exists(statement);
const hasEvent = (event: string, id: number) =>
  has(sql.unsafe`select from rustio_audit where event = ${event} and subject_key = ${String(id)}`);
const hasNotice = (email: string) =>
  has(sql.unsafe`select from rustio_mail where recipient = ${email} and view = 'recovery/notice'`);
const hasEnded = (id: number) =>
  has(sql.unsafe`select from rustio_session where user_id = ${id} and ended_at is not null`);
const hasUsedLink = (id: number) =>
  has(sql.unsafe`select from rustio_account_link where user_id = ${id} and used_at is not null`);

/** An account with an open session and a link. */
async function prepare() {
  const email = await desk.account('staff');
  const { id } = await accountOf(desk, email);
  await new Client(desk.url).signIn(email, PASSWORD);
  const link = await desk.app.database.transaction((tx) =>
    createLink(tx, { userId: id, purpose: 'password_reset', minutes: 5 }),
  );
  const page = `/admin/account-recovery/${id}`;
  return { email, id, link, page, token: formTokenOf((await administrator.get(page)).text) };
}

test('a password chosen with a link: the password, the used link, ended sessions, the notice and the entries', () =>
  broken({
    prepare,
    run: ({ link }) =>
      new Client(desk.url).post(`/admin/reset-password/${link}`, { password: 'my own brand new phrase' }),
    parts: async ({ id, email }) => ({
      link: await hasUsedLink(id),
      sessions: await hasEnded(id),
      notice: await hasNotice(email),
      changed: await hasEvent('password_changed_self', id),
      completed: await hasEvent('password_reset_completed', id),
    }),
  }));

test('a temporary password: the flag, ended links and sessions, the notice and the entry', () =>
  broken({
    prepare,
    run: ({ page, token }) =>
      administrator.post(page, { '~token': token, action: 'temporary-password', reason: REASON }),
    parts: async ({ id, email }) => ({
      flag: await has(sql.unsafe`select from rustio_user where id = ${id} and must_change_password`),
      link: await hasUsedLink(id),
      sessions: await hasEnded(id),
      notice: await hasNotice(email),
      entry: await hasEvent('password_reset_by_other', id),
    }),
  }));

test('a lock: the lock, ended links and sessions, the notice and the entry', () =>
  broken({
    prepare,
    run: ({ page, token }) =>
      administrator.post(page, { '~token': token, action: 'lock', reason: REASON, duration: 'forever' }),
    parts: async ({ id, email }) => ({
      lock: await has(sql.unsafe`select from rustio_user where id = ${id} and locked_until = 'infinity'`),
      link: await hasUsedLink(id),
      sessions: await hasEnded(id),
      notice: await hasNotice(email),
      entry: await hasEvent('account_locked', id),
    }),
  }));

test('a replaced temporary password: the flag, the other sessions and the entries', () =>
  broken({
    async prepare() {
      const email = await desk.account('staff');
      const { id } = await accountOf(desk, email);
      await asCommand(desk, (tx, context) =>
        setPassword(tx, context, desk.app.events, id, PREPARED, { temporary: true }),
      );
      const [client, other] = [new Client(desk.url), new Client(desk.url)];
      for (const each of [client, other]) await each.signIn(email, TEMPORARY);
      return { id, client, token: formTokenOf((await client.get('/admin/account/new-password')).text) };
    },
    run: ({ client, token }) =>
      client.post('/admin/account/new-password', { '~token': token, password: 'my own brand new phrase' }),
    parts: async ({ id }) => ({
      flag: await has(sql.unsafe`select from rustio_user where id = ${id} and not must_change_password`),
      sessions: await hasEnded(id),
      changed: await hasEvent('password_changed_self', id),
      completed: await hasEvent('forced_password_change_completed', id),
    }),
  }));

test('an emergency command: the flag, ended links and sessions, the notice and both entries', () =>
  broken({
    prepare,
    run: ({ email }) =>
      desk.command('user reset-password', { email, reason: REASON, yes: true }).catch(() => undefined),
    parts: async ({ id, email }) => ({
      flag: await has(sql.unsafe`select from rustio_user where id = ${id} and must_change_password`),
      link: await hasUsedLink(id),
      sessions: await hasEnded(id),
      notice: await hasNotice(email),
      entry: await hasEvent('password_reset_by_other', id),
      emergency: await hasEvent('emergency_recovery', id),
    }),
  }));

test('only broken connections are logged', () => {
  // After the commit, the session may not be saved: then the page does not show the password, and another one is needed.
  const kinds = new Set(desk.errors.map(({ code, msg }) => String(code ?? msg)));
  assert.equal([...kinds].toSorted(), [
    'RIO-DATABASE-COMMIT',
    'RIO-HTTP-UNAVAILABLE',
    'the data of a session could not be saved',
  ]);
});
