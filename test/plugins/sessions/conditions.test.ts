// What a sign-in depends on besides its proof, declared in the config or by plugins.
import argon2 from 'argon2';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { definePlugin } from '../../../core/plugin.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { type Circumstances, completeSignIn, type SignInCondition } from '../../../plugins/sessions/public.ts';
import { bootProblemsOf, PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { type DatabaseProxy, databaseProxy } from '../../support/database-proxy.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';

const test = suite('sessions: conditions');

const asked: Circumstances[] = [];
let decide: () => unknown = () => true;
/** A condition in the config, and one of a plugin that every request must meet. */
const own: SignInCondition = {
  name: 'own',
  message: 'Not now.',
  allows(given) {
    asked.push(given);
    return decide() as boolean;
  },
};
let isAllowed = true;
let isInvited = true;
const keys = definePlugin({
  name: 'keys',
  api: 1,
  requires: ['sessions'],
  contributes: {
    'signIn.steps': [
      {
        name: 'invited',
        afterVerify: async () => (isInvited ? 'done' : { denied: 'not_invited', message: 'You are not invited.' }),
      },
    ],
    'signIn.conditions': [{ name: 'place', message: 'Not here.', everyRequest: true, allows: () => isAllowed }],
  },
  routes(routes) {
    routes.post('/key', { access: { open: true }, csrf: 'origin', responses: [401] }, async (ctx, app) => {
      const account = await findAccountByEmail(app.database, ctx.state.form?.get('email') ?? '');
      const isSignedIn = await app.database.transaction((tx) =>
        completeSignIn(ctx, app, tx, { userId: account?.id ?? 0, method: 'key' }),
      );
      if (isSignedIn) return;
      ctx.status = 401;
      ctx.body = ctx.state.signInRefusal ?? 'rejected';
    });
  },
});

let desk: TestApp;
let proxy: DatabaseProxy;
test.before(async () => {
  desk = await testApp(
    { models: [], extend: [keys], plugins: { sessions: { conditions: [own] } } },
    {
      async connectVia(url) {
        proxy = await databaseProxy(url);
        return proxy.url;
      },
    },
  );
});
test.before.each(() => {
  asked.length = 0;
  decide = () => true;
  isAllowed = true;
  isInvited = true;
});
test.after(() => desk.close());

const failuresOf = (email: string) =>
  desk.app.database.any(sql.type(z.object({ event: z.string(), data: z.record(z.string(), z.unknown()) }))`
    select event, data from rustio_audit where subject_label = ${email} and event = any('{login_failed,reauth_failed,session_refused}') order by id
  `);
async function signedIn(email: string): Promise<Client> {
  const client = desk.client();
  assert.is((await client.signIn(email, PASSWORD)).status, 303);
  return client;
}
const expireRecency = () =>
  desk.app.database.query(sql.unsafe`update rustio_session set authenticated_at = now() - interval '1 hour'`);

test('a condition in the config receives the user, the IP address, the time and the method', async () => {
  const email = await desk.account('staff');
  await signedIn(email);
  const [given] = asked;
  assert.is(given?.user.name, email);
  assert.is(given?.user.role, 'staff');
  assert.is(given?.ip, '127.0.0.1');
  assert.ok(Math.abs(Date.now() - Number(given?.now)) < 60_000);
  assert.is(given?.method, 'password');
});

test('a condition that is not met refuses the sign-in with its message, and is in the audit trail', async () => {
  const email = await desk.account('staff');
  decide = () => false;
  const client = desk.client();
  const refused = await client.signIn(email, PASSWORD);
  assert.is(refused.status, 403);
  assert.match(refused.text, 'Not now.');
  assert.is(client.cookie(SESSION_COOKIE), undefined);
  const [failure] = await failuresOf(email);
  assert.equal(failure, { event: 'login_failed', data: { reason: 'refused', method: 'password', condition: 'own' } });
});

test('attack: only the right password reveals a condition; other attempts do not check it, and cost the same', async () => {
  const email = await desk.account('staff');
  decide = () => false;
  const verify = argon2.verify;
  let verifications = 0;
  argon2.verify = (...given) => {
    verifications += 1;
    return verify(...given);
  };
  try {
    for (const [who, password] of [
      [email, 'a wrong password'],
      ['nobody@example.org', PASSWORD],
    ] as const) {
      const { status, text } = await desk.client().signIn(who, password);
      assert.is(status, 401);
      assert.not.match(text, 'Not now.');
    }
    assert.equal(asked, []);
    await desk.client().signIn(email, PASSWORD);
    assert.is(verifications, 3);
  } finally {
    argon2.verify = verify;
  }
});

test('attack: a condition that throws or returns a promise refuses the sign-in', async () => {
  const email = await desk.account('staff');
  for (const broken of [
    () => {
      throw new Error('on purpose');
    },
    async () => true,
    () => 'yes',
    () => undefined,
  ]) {
    decide = broken;
    assert.is((await desk.client().signIn(email, PASSWORD)).status, 403);
  }
});

test('attack: sign-in methods of plugins cannot bypass a condition, and can show its message', async () => {
  const email = await desk.account('staff');
  isAllowed = false;
  const refused = await desk.client().post('/admin/key', { email });
  assert.equal([refused.status, refused.text], [401, 'Not here.']);
  assert.is((await failuresOf(email))[0]?.data.condition, 'place');
  isAllowed = true;
  assert.is((await desk.client().post('/admin/key', { email })).status, 303);
  assert.is(asked.at(-1)?.method, 'key');
});

test('a step that denies a sign-in can add a message', async () => {
  const email = await desk.account('staff');
  isInvited = false;
  const denied = await desk.client().signIn(email, PASSWORD);
  assert.is(denied.status, 403);
  assert.match(denied.text, 'You are not invited.');
  assert.equal(
    (await failuresOf(email)).map(({ data }) => data),
    [{ reason: 'not_invited', method: 'password' }],
  );
});

test('attack: the conditions apply to reauthentication as well', async () => {
  const email = await desk.account('staff');
  const client = await signedIn(email);
  await expireRecency();
  decide = () => false;
  const refused = await client.submit('/admin/reauth', { password: PASSWORD });
  assert.is(refused.status, 403);
  assert.match(refused.text, 'Not now.');
  assert.is((await client.submit('/admin/reauth', { password: 'a wrong password' })).status, 401);
  assert.equal(await failuresOf(email), [
    { event: 'reauth_failed', data: { reason: 'refused', condition: 'own' } },
    { event: 'reauth_failed', data: { reason: 'wrong_password' } },
  ]);
  assert.is((await client.get('/admin/account')).status, 200, 'this condition is not for every request');
});

test('attack: a session that no longer meets a condition for every request ends, in every browser that has it', async () => {
  const email = await desk.account('staff');
  const client = await signedIn(email);
  isAllowed = false;
  assert.is((await client.get('/admin/account')).status, 303);
  isAllowed = true;
  assert.is((await client.get('/admin/account')).status, 303);
  const page = await client.get('/admin/login');
  assert.match(page.text, 'cannot be used from this location or at this time');
  assert.equal(
    (await failuresOf(email)).map(({ event }) => event),
    ['session_refused'],
  );
  assert.is((await failuresOf(email)).length, 1, 'once');
});

test('while the conditions are met, a request costs one statement', async () => {
  const client = await signedIn(await desk.account('staff'));
  await client.get('/admin/account/sessions');
  proxy.statements();
  assert.is((await client.get('/admin/account')).status, 200);
  assert.is(proxy.statements(), 1);
});

test('a condition of the config without a name, a message or a function is reported at startup', async () => {
  const conditions = [{ name: 'Office Hours', message: 'No.', allows: () => true }];
  const problems = await bootProblemsOf({ plugins: { sessions: { conditions } } });
  assert.match(problems.join('\n'), /plugins\.sessions\.conditions.*must have a name/);
});

test('only the expected errors were logged', () => {
  assert.equal(
    desk.errors.filter((entry) => !JSON.stringify(entry).includes('on purpose')),
    [],
  );
});
