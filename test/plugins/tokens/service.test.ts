// Service accounts never sign in, have no password, get no email and do not count as administrators.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { definePlugin, RustioError } from '../../../index.ts';
import { sendInvitation } from '../../../plugins/accounts/invitation.ts';
import { changeRole, setActive, setPassword } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { editAccount } from '../../../plugins/auth/edit-account.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { promoteTo } from '../../../plugins/recovery/emergency.ts';
import { sendResetMail, setTemporaryPassword, unlockAccount } from '../../../plugins/recovery/recover-account.ts';
import { completeSignIn } from '../../../plugins/sessions/complete-sign-in.ts';
import { openSession } from '../../../plugins/sessions/open-session.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { cli, idOf } from './programs.ts';

const test = suite('tokens: service accounts');
const NEW_PASSWORD = await preparePassword('another good phrase');
let desk: TestApp;
/** A sign-in method of a plugin that lets anybody in. */
const careless = definePlugin({
  name: 'careless',
  api: 1,
  requires: ['sessions'],
  routes: (routes) =>
    routes.post(
      '/careless/:id',
      { access: { open: true }, csrf: 'origin', responses: [303, 401] },
      async (ctx, app) => {
        const userId = Number(ctx.state.params.id);
        const done = await app.database.transaction((tx) =>
          completeSignIn(ctx, app, tx, { userId, method: 'careless' }),
        );
        if (!done) {
          ctx.status = 401;
          ctx.body = 'no';
        }
      },
    ),
});
test.before(async () => {
  desk = await testApp({ extend: [careless] });
});
test.after(() => desk.close());

async function service(
  email: string,
  role: 'staff' | 'administrator' = 'staff',
): Promise<{ id: number; email: string }> {
  const { app } = desk;
  const created = await app.database.transaction((tx) =>
    createUser(tx, cli, app.events, { email, role, service: true }),
  );
  if (created.outcome !== 'done') throw new Error(JSON.stringify(created));
  return created;
}

/** The message and the reason of a failure; `done` if there was none. */
const failureOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => `${error} ${error instanceof RustioError ? error.parts.why : ''}`,
  );

test('attack: nobody can sign in as a service account, with any password or sign-in method', async () => {
  const { id, email } = await service('never');
  for (const name of [email, 'never', email.toUpperCase()])
    assert.is((await desk.client().signIn(name, PASSWORD)).status, 401, name);
  assert.is((await desk.client().post(`/admin/careless/${id}`, {})).status, 401);
  const person = await idOf(desk, await desk.account('staff'));
  assert.is((await desk.client().post(`/admin/careless/${person}`, {})).status, 303, 'a person is let in');
  const { app } = desk;
  const session = { userId: id, ip: null, userAgent: '' };
  const opened = app.database.transaction((tx) => openSession(tx, session, app.options('sessions')));
  assert.is.not(await failureOf(opened), 'done');
  assert.is(await app.database.exists(sql.unsafe`select from rustio_session where user_id = ${id}`), false);
});

test('attack: a service account cannot be given a password, not even in the database', async () => {
  const { app } = desk;
  const { id, email } = await service('no-password');
  const set = await app.database.transaction((tx) => setPassword(tx, cli, app.events, id, NEW_PASSWORD));
  assert.equal(set, { outcome: 'rejected', issue: { key: 'auth.rejected.service' } });
  const created = await app.database.transaction((tx) =>
    createUser(tx, cli, app.events, { email: 'both', role: 'staff', service: true, password: NEW_PASSWORD }),
  );
  assert.is(created.outcome, 'rejected');
  assert.match(await failureOf(desk.command('user password', { email })), 'It never signs in and has no password');
  const hash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';
  const inDatabase = runSql(app.database.url, `update rustio_user set password_hash = '${hash}' where id = ${id}`);
  assert.match(await failureOf(inDatabase), 'rustio_user_service_check');
});

test('attack: no email is sent to a service account, not even by recovery or an invitation, and its address cannot receive any', async () => {
  const { app } = desk;
  const { id, email } = await service('no-mail');
  const client = desk.client();
  assert.is((await client.submit('/admin/forgot-password', { email })).status, 303);
  await app.service('jobs').runDue();
  assert.is(await app.database.exists(sql.unsafe`select from rustio_mail`), false);
  assert.is(await app.database.exists(sql.unsafe`select from rustio_account_link`), false);
  const recovery = { userId: id, reason: 'the program is broken', password: NEW_PASSWORD };
  for (const rule of [sendResetMail, setTemporaryPassword, unlockAccount] as const) {
    const outcome = await app.database.transaction((tx): Promise<object> => rule(tx, cli, app, recovery));
    assert.equal(outcome, { outcome: 'rejected', issue: { key: 'auth.rejected.service' } }, rule.name);
  }
  await app.database.transaction((tx) => promoteTo('supervisor')(tx, cli, app, recovery));
  await app.service('jobs').runDue();
  assert.is(await app.database.exists(sql.unsafe`select from rustio_mail`), false);
  const invited = await app.database.transaction((tx) => sendInvitation(tx, cli, app, id));
  assert.equal(invited, { outcome: 'rejected', issue: { key: 'auth.rejected.service' } });
  const edited = await app.database.transaction((tx) =>
    editAccount(tx, cli, app.events, id, { email: 'ana@desk.example' }),
  );
  assert.equal(edited.outcome === 'invalid' && edited.problems[0]?.issue.key, 'auth.problem.serviceEmail');
  const renamed = await app.database.transaction((tx) => editAccount(tx, cli, app.events, id, { email: 'renamed' }));
  assert.is(renamed.outcome, 'done');
  assert.is(await idOf(desk, 'renamed@service.invalid'), id);
  const inDatabase = runSql(app.database.url, `update rustio_user set email = 'ana@desk.example' where id = ${id}`);
  assert.match(await failureOf(inDatabase), 'rustio_user_service_check');
});

test('attack: a service account does not count as the last administrator', async () => {
  const { app } = desk;
  await service('powerful', 'administrator');
  const email = await desk.account('administrator');
  const id = await idOf(desk, email);
  const demoted = await app.database.transaction((tx) => changeRole(tx, cli, app.events, id, 'staff'));
  assert.equal(demoted.outcome === 'rejected' && demoted.issue.key, 'auth.rejected.lastAdministrator');
  const deactivated = await app.database.transaction((tx) => setActive(tx, cli, app.events, id, false));
  assert.is(deactivated.outcome, 'rejected');
  // Whereas a service account with the role can go.
  const program = await idOf(desk, 'powerful@service.invalid');
  assert.is((await app.database.transaction((tx) => setActive(tx, cli, app.events, program, false))).outcome, 'done');
});

test('the command line creates service accounts and marks them in lists', async () => {
  assert.equal(await desk.command('user create', { email: 'nightly-import', role: 'staff', service: true }), [
    'Created nightly-import@service.invalid as staff.',
  ]);
  const lines = await desk.command('user list');
  assert.ok(
    lines.some((line) => /^nightly-import@service\.invalid .*\(service account\)$/.test(line)),
    lines.join('\n'),
  );
  const password = desk.command('user create', { email: 'other', service: true, password: 'another good phrase' });
  assert.match(await failureOf(password), 'It never signs in and has no password');
  const entry = await desk.app.database.one(sql.type(z.object({ after: z.record(z.string(), z.unknown()) }))`
    select after from rustio_audit
    where event = 'user_created' and subject_label = 'nightly-import@service.invalid'
  `);
  assert.is(entry.after.kind, 'service');
});

test('nothing unexpected was logged', () => assert.equal(desk.errors, []));
