// A process that is killed between any two statements of a change leaves all of the change in the database or nothing.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { eraseAccount } from '../../../plugins/auth/change-account.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { type BrokenChange, atEveryStatement as breakAtEveryStatement } from '../../support/at-every-statement.ts';
import { Client, formTokenOf } from '../../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { suite } from '../../support/suite.ts';
import { idOf, linkIn, mailsTo, runJobs } from './mailbox.ts';

const test = suite('accounts: killed at any statement');
let desk: TestApp;
let proxy: DatabaseProxy;
let developer: Client;

test.before(async () => {
  const opened = await throughProxy((options) => testApp({ name: 'Night desk' }, options));
  desk = opened.app;
  proxy = opened.proxy;
  developer = await desk.signInAs('developer');
  await desk.command('group create', { name: 'Editors' });
});
test.after(() => desk.close());

const atEveryStatement = <Subject>(change: BrokenChange<Subject>) => breakAtEveryStatement({ desk, proxy }, change);

const has = (statement: ReturnType<typeof sql.unsafe>) => desk.app.database.exists(statement);
const hasEvent = (event: string, id: number) =>
  has(sql.unsafe`select from rustio_audit where event = ${event} and subject_key = ${String(id)}`);

async function tokenOn(path: string, client = developer): Promise<string> {
  return formTokenOf((await client.get(path)).text);
}

test('an invitation: the account, its group, the link, the email and the entries of the audit trail', () =>
  atEveryStatement({
    prepare: async (n) => ({ email: `invited-${n}@example.org`, token: await tokenOn('/admin/accounts/+new') }),
    run: ({ email, token }) =>
      developer.post('/admin/accounts/+invite', { '~token': token, email, role: 'staff', group: 'Editors' }),
    async parts({ email }) {
      const id = await idOf(desk, email);
      return {
        account: id > 0,
        group: await has(sql.unsafe`select from rustio_user_group where user_id = ${id}`),
        link: await has(sql.unsafe`select from rustio_account_link where user_id = ${id}`),
        mail: await has(sql.unsafe`select from rustio_mail where recipient = ${email}`),
        entry: await has(
          sql.unsafe`select from rustio_audit where event = 'user_invited' and subject_label = ${email}`,
        ),
      };
    },
  }));

test('an accepted invitation: the password, the used link and the entries', () =>
  atEveryStatement({
    async prepare(n) {
      const email = `accepting-${n}@example.org`;
      await desk.command('user invite', { email });
      return { id: await idOf(desk, email), link: linkIn((await mailsTo(desk, developer, email))[0], '/invitation') };
    },
    run: ({ link }) => new Client(desk.url).post(link, { password: 'a phrase chosen by the guest' }),
    parts: async ({ id }) => ({
      password: await has(sql.unsafe`select from rustio_user where id = ${id} and password_hash is not null`),
      link: await has(sql.unsafe`select from rustio_account_link where user_id = ${id} and used_at is not null`),
      changed: await hasEvent('password_changed_self', id),
      accepted: await hasEvent('invitation_accepted', id),
    }),
  }));

test('a confirmed address: the address, the used link, ended sessions, the notice and the entry', () =>
  atEveryStatement({
    async prepare(n) {
      const email = await desk.account('staff');
      const [client, other] = [new Client(desk.url), new Client(desk.url)];
      for (const each of [client, other]) await each.signIn(email, PASSWORD);
      const profile = '/admin/account/profile';
      await client.submit(profile, { email: `confirmed-${n}@example.org` }, `${profile}/email`);
      await runJobs(desk);
      const [mail] = await mailsTo(desk, developer, `confirmed-${n}@example.org`);
      const link = linkIn(mail, '/account/new-address');
      return { id: await idOf(desk, email), email, client, link, token: await tokenOn(link, client) };
    },
    run: ({ client, link, token }) => client.post(link, { '~token': token }),
    parts: async ({ id, email }) => ({
      address: await has(sql.unsafe`select from rustio_user where id = ${id} and email <> ${email}`),
      link: await has(sql.unsafe`select from rustio_account_link where user_id = ${id} and used_at is not null`),
      sessions: await has(
        sql.unsafe`select from rustio_session where user_id = ${id} and ended_reason = 'address_changed'`,
      ),
      notice: await has(sql.unsafe`
        select from rustio_mail where recipient = ${email} and view = 'accounts/address-changed'
      `),
      entry: await hasEvent('user_updated', id),
    }),
  }));

test('an erasure: the account, its groups, its sessions, the outbox, and the audit trail', () =>
  atEveryStatement({
    async prepare(n) {
      const email = `erased-soon-${n}@example.org`;
      await desk.command('user create', { email, password: PASSWORD, name: `Somebody ${n}` });
      await desk.command('group add', { name: 'Editors', email });
      const id = await idOf(desk, email);
      for (let turn = 0; turn < 2; turn += 1) await new Client(desk.url).signIn(email, PASSWORD);
      return { id, email };
    },
    run: ({ id }) =>
      desk.app.database
        .transaction((tx) => eraseAccount(tx, commandAuditContext(), desk.app.events, id))
        .catch(() => undefined),
    async parts({ id, email }) {
      const without = async (statement: ReturnType<typeof sql.unsafe>) => !(await has(statement));
      return {
        account: await without(sql.unsafe`select from rustio_user where email = ${email}`),
        groups: await without(sql.unsafe`select from rustio_user_group where user_id = ${id}`),
        sessions: await without(sql.unsafe`select from rustio_session where user_id = ${id} and ended_at is null`),
        outbox: await without(sql.unsafe`select from rustio_mail where recipient = ${email}`),
        labels: await without(
          sql.unsafe`select from rustio_audit where actor_label = ${email} or subject_label = ${email}`,
        ),
        values: await without(sql.unsafe`select from rustio_audit a where strpos(a::text, ${email}) > 0`),
        entry: await hasEvent('user_erased', id),
      };
    },
  }));

test('a sign-in from a new device: the session, the email and the entry', () =>
  atEveryStatement({
    async prepare() {
      const email = await desk.account('staff');
      await new Client(desk.url).signIn(email, PASSWORD);
      return { email, id: await idOf(desk, email) };
    },
    run: ({ email }) => new Client(desk.url).signIn(email, PASSWORD),
    async parts({ email, id }) {
      const count = (what: string, statement: ReturnType<typeof sql.unsafe>) => [what, statement] as const;
      const parts = [
        count('session', sql.unsafe`select from rustio_session where user_id = ${id} offset 1`),
        count('mail', sql.unsafe`select from rustio_mail where recipient = ${email}`),
        count(
          'entry',
          sql.unsafe`
          select from rustio_audit where event = 'login_succeeded' and actor_id = ${id} offset 1
        `,
        ),
      ];
      return Object.fromEntries(
        await Promise.all(parts.map(async ([what, statement]) => [what, await has(statement)])),
      );
    },
  }));

test('only broken connections are logged', () => {
  // The last is a message for the next page, which is saved after the commit.
  const expected = ['RIO-DATABASE-COMMIT', 'RIO-HTTP-UNAVAILABLE', 'the data of a session could not be saved'];
  const others = desk.errors.map(({ code, msg }) => String(code ?? msg)).filter((text) => !expected.includes(text));
  assert.equal(others, []);
});
