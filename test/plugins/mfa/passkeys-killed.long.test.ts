// A process that is killed between any two statements leaves all of a change of passkeys in the database or nothing.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import { atEveryStatement, type BrokenChange } from '../../support/at-every-statement.ts';
import { formTokenOf } from '../../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { suite } from '../../support/suite.ts';
import { Authenticator } from './authenticator.ts';
import {
  creationOptions,
  NEW_PASSKEY,
  ORIGIN,
  ownerOfPasskey,
  passkeyDesk,
  SIGN_IN,
  secondFactorOptions,
  signInOptions,
} from './passkey-desk.ts';

const test = suite('mfa: passkeys, killed at any statement');
let desk: TestApp;
let proxy: DatabaseProxy;
test.before(async () => {
  ({ app: desk, proxy } = await throughProxy((options) =>
    passkeyDesk({ plugins: { jobs: { inWeb: false } } }, options),
  ));
});
test.after(() => desk.close());

const broken = <Subject>(change: BrokenChange<Subject>) => atEveryStatement({ desk, proxy }, change);
const has = (statement: ReturnType<typeof sql.unsafe>) => desk.app.database.exists(statement);
const hasEvent = (event: string, email: string) =>
  has(sql.unsafe`select from rustio_audit where event = ${event} and subject_label = ${email}`);
const isUsed = async () => !(await has(sql.unsafe`select from rustio_mfa_challenge`));

/** The challenges of earlier attempts that were interrupted. */
const forgetChallenges = () => desk.app.database.query(sql.unsafe`truncate rustio_mfa_challenge`);

test('a new passkey: the used challenge, the passkey, backup codes, the trust of the session, the notice and the entries', () =>
  broken({
    async prepare() {
      await forgetChallenges();
      const email = await desk.account('staff');
      const client = desk.client();
      await client.signIn(email, PASSWORD);
      const passkey = new Authenticator(ORIGIN).create(await creationOptions(client));
      return { email, client, passkey, token: formTokenOf((await client.get(NEW_PASSKEY)).text) };
    },
    run: ({ client, passkey, token }) => client.post(NEW_PASSKEY, { '~token': token, name: 'Phone', passkey }),
    parts: async ({ email }) => ({
      challenge: await isUsed(),
      passkey: await has(sql.unsafe`
        select from rustio_mfa_passkey p join rustio_user u on u.id = p.user_id where u.email = ${email}
      `),
      codes: await has(sql.unsafe`
        select from rustio_mfa_backup_code c join rustio_user u on u.id = c.user_id where u.email = ${email}
      `),
      trust: await has(sql.unsafe`
        select from rustio_session s join rustio_user u on u.id = s.user_id
        where u.email = ${email} and s.trust = 'mfa_verified'
      `),
      notice: await has(sql.unsafe`select from rustio_mail where recipient = ${email} and view = 'mfa/notice'`),
      added: await hasEvent('passkey_added', email),
      enabled: await hasEvent('mfa_enabled', email),
    }),
  }));

test('a sign-in: the used challenge, the counter, the session and the entry', () =>
  broken({
    async prepare() {
      const { email, id, device } = await ownerOfPasskey(desk);
      await forgetChallenges();
      await desk.app.database.query(sql.unsafe`delete from rustio_session where user_id = ${id}`);
      await desk.app.database.query(sql.unsafe`update rustio_mfa_passkey set counter = 0 where user_id = ${id}`);
      const client = desk.client();
      return { email, id, client, passkey: device.sign(await signInOptions(client)) };
    },
    run: ({ client, passkey }) => client.post(SIGN_IN, { passkey }),
    parts: async ({ email, id }) => ({
      challenge: await isUsed(),
      counter: await has(sql.unsafe`
        select from rustio_mfa_passkey where user_id = ${id} and counter > 0 and last_used_at is not null
      `),
      session: await has(sql.unsafe`select from rustio_session where user_id = ${id}`),
      entry: await has(sql.unsafe`
        select from rustio_audit
        where event = 'login_succeeded' and subject_label = ${email} and data ->> 'method' = 'passkey'
      `),
    }),
  }));

test('a second factor: the used challenge, the counter, the trust of the session and the entry', () =>
  broken({
    async prepare() {
      const { email, id, device } = await ownerOfPasskey(desk);
      await forgetChallenges();
      await desk.app.database.query(sql.unsafe`delete from rustio_session where user_id = ${id}`);
      const client = desk.client();
      await client.signIn(email, PASSWORD);
      const passkey = device.sign(await secondFactorOptions(client));
      return { email, id, client, passkey, token: formTokenOf((await client.get('/admin/mfa')).text) };
    },
    run: ({ client, passkey, token }) => client.post('/admin/mfa/passkey', { '~token': token, passkey, next: '' }),
    parts: async ({ email, id }) => ({
      challenge: await isUsed(),
      counter: await has(sql.unsafe`select from rustio_mfa_passkey where user_id = ${id} and counter > 0`),
      session: await has(sql.unsafe`select from rustio_session where user_id = ${id} and trust = 'mfa_verified'`),
      entry: await hasEvent('mfa_succeeded', email),
    }),
  }));

test('only broken connections are logged', () => {
  const kinds = new Set(desk.errors.map(({ code, msg }) => String(code ?? msg)));
  const expected = ['RIO-DATABASE-COMMIT', 'RIO-HTTP-UNAVAILABLE', 'the data of a session could not be saved'];
  assert.equal(
    [...kinds].filter((kind) => !expected.includes(kind)),
    [],
  );
});
