// What plugins add to signing in: another method, links, a limit on attempts, a second factor; and to the account page.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { constraintViolation } from '../../../core/database/errors.ts';
import { seeOther } from '../../../core/http/redirect.ts';
import { definePlugin } from '../../../core/plugin.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { auditContext } from '../../../core/request/context.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { setActive } from '../../../plugins/auth/change-account.ts';
import {
  completeSignIn,
  type FailedSignIn,
  reachesTrust,
  recordFailedSignIn,
  revokeSessions,
  rotateSession,
  setSessionCookie,
} from '../../../plugins/sessions/public.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { cookieOf, SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';

declare module 'rustio-admin/sessions' {
  interface TrustLevels {
    badge_only: true;
  }
  interface EndReasons {
    badge_lost: true;
  }
}

const failures: FailedSignIn[] = [];

/** Wrong passwords are counted in a table; after two, attempts with that address are rejected. Developers need a second factor. */
const badges = definePlugin({
  name: 'badges',
  api: 1,
  requires: ['sessions'],
  messages: { en: { 'badges.lost': 'Lost your badge?', 'badges.mine': 'Your badge' } },
  contributes: {
    'session.trust': [{ name: 'badge_only', rank: 4 }],
    'signIn.methods': [
      {
        name: 'badge',
        view: 'layout/message',
        data: () => ({ message: { tone: 'info', key: 'Hold your badge here' } }),
      },
      { name: 'not-now', view: 'layout/message', data: () => undefined },
    ],
    'signIn.links': [
      { name: 'second', rank: 2, label: 'Another link', path: '/badge' },
      { name: 'lost', rank: 1, label: 'badges.lost', path: '/badge/lost' },
    ],
    'account.pages': [
      { name: 'badge', rank: 1, label: 'badges.mine', path: '/badge/mine', access: { signedIn: true } },
      { name: 'hidden', label: 'Hidden', path: '/badge/hidden', access: { permission: 'user.delete' } },
    ],
    'signIn.steps': [
      {
        name: 'limit',
        async beforeVerify(tx, _context, { email }) {
          await tx.query(sql.unsafe`insert into badge_attempt (email, kind) values (${email}, 'tried')`);
          const failed = await tx.oneFirst(sql.type(z.object({ n: z.number() }))`
            select count(*)::integer as n from badge_attempt where email = ${email} and kind = 'failed'
          `);
          return failed >= 2 ? { retryAfter: 90.5 } : undefined;
        },
        async afterFailure(tx, _context, failure) {
          failures.push(failure);
          await tx.query(sql.unsafe`insert into badge_attempt (email, kind) values (${failure.email}, 'failed')`);
        },
      },
      {
        name: 'second-factor',
        afterVerify: async (_tx, _context, person, { method }) =>
          person.role === 'developer' && method === 'password'
            ? { pending: '/badge/hold', trust: 'badge_only' }
            : 'done',
      },
    ],
  },
  gates: [
    {
      name: 'badge',
      page: '/badge/hold',
      passes: ({ state: { session } }) => session?.trust !== 'badge_only',
    },
  ],
  routes(routes) {
    const held = { access: { signedIn: true }, skipGates: ['badge'] } as const;
    routes.get('/badge/hold', held, (ctx, app) => app.views.page(ctx, 'layout/token', { title: 'Hold your badge' }));
    routes.get('/badge/broken', held, () => {
      throw new Error('on purpose');
    });
    routes.post('/badge/hold', { ...held, csrf: 'origin' }, async (ctx, app) => {
      const { session } = ctx.state;
      if (!session) return;
      const token = await app.database.transaction((tx) => rotateSession(tx, session.id, { trust: 'mfa_verified' }));
      if (token !== undefined) setSessionCookie(ctx, app, token);
      seeOther(ctx, app.urls.to('/badge/trust'));
    });
    routes.get('/badge/trust', { access: { signedIn: true } }, (ctx, app) => {
      const { trust } = ctx.state.session ?? { trust: 'badge_only' };
      ctx.body = `${trust} ${reachesTrust(app, trust, 'elevated')}`;
    });
    routes.post('/badge', { access: { open: true }, csrf: 'origin', responses: [401] }, async (ctx, app) => {
      const { form } = ctx.state;
      const email = form?.get('email') ?? '';
      const done = await app.database.transaction(async (tx) => {
        const account = await findAccountByEmail(tx, email);
        if (form?.get('badge') !== 'shiny' || !account) {
          await recordFailedSignIn(tx, auditContext(ctx), app, { email, method: 'badge', reason: 'dull' });
          return false;
        }
        const next = form.get('next');
        return completeSignIn(ctx, app, tx, { userId: account.id, method: 'badge', trust: 'elevated', next });
      });
      if (!done) ctx.status = 401;
    });
    routes.post(
      '/badge/rolled-back',
      { access: { open: true }, csrf: 'origin', responses: [500] },
      async (ctx, app) => {
        await app.database.transaction(async (tx) => {
          const account = await findAccountByEmail(tx, ctx.state.form?.get('email') ?? '');
          await completeSignIn(ctx, app, tx, { userId: account?.id ?? 0, method: 'badge' });
          throw new Error('on purpose');
        });
      },
    );
    routes.post('/badge/lose', { access: { signedIn: true }, csrf: 'origin' }, async (ctx, app) => {
      const { actor } = ctx.state;
      if (actor.kind !== 'user') return;
      const revocation = { which: { allOf: actor.id }, reason: 'badge_lost', via: 'all' } as const;
      await app.database.transaction((tx) => revokeSessions(tx, auditContext(ctx), app.events, revocation));
      seeOther(ctx, app.urls.to('/login'));
    });
  },
});

const test = suite('sessions: extended sign-in');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [], extend: [badges] });
  await desk.app.database.query(sql.unsafe`create table badge_attempt (email text, kind text)`);
});
test.before.each(() => {
  failures.length = 0;
});
test.after(() => desk.close());

const lastOf = (event: string) =>
  desk.app.database.one(sql.type(z.object({ actor: z.string().nullable(), data: z.record(z.string(), z.unknown()) }))`
    select actor_label as actor, data from rustio_audit where event = ${event} order by id desc limit 1
  `);

test('the sign-in page shows other methods and links, by rank', async () => {
  const { text } = await desk.client().get('/admin/login');
  assert.is(text.match(/Hold your badge here/g)?.length, 1);
  assert.match(
    text,
    /href="\/admin\/badge\/lost">Lost your badge\?<\/a>[\s\S]*href="\/admin\/badge">Another link<\/a>/,
  );
});

test('another method signs in: with its trust, the cookie and the audit entry, and only to pages of the application', async () => {
  const email = await desk.account('staff');
  const client = desk.client();
  const answer = await client.post('/admin/badge', { email, badge: 'shiny', next: '/admin/badge/trust' });
  assert.equal([answer.status, answer.location], [303, '/admin/badge/trust']);
  assert.is((await client.get('/admin/badge/trust')).text, 'elevated true');
  const { actor, data } = await lastOf('login_succeeded');
  assert.equal([actor, data], [email, { method: 'badge', newDevice: true }]);
  const elsewhere = await desk.client().post('/admin/badge', { email, badge: 'shiny', next: 'https://evil.example' });
  assert.is(elsewhere.location, '/admin');
});

test('a failed sign-in with another method is recorded, and the steps count it', async () => {
  const email = await desk.account('staff');
  const client = desk.client();
  assert.is((await client.post('/admin/badge', { email, badge: 'dull' })).status, 401);
  assert.equal((await lastOf('login_failed')).data, { reason: 'dull', method: 'badge' });
  assert.equal(
    failures.map(({ reason, userId }) => [reason, typeof userId]),
    [['dull', 'number']],
  );
  assert.is(client.cookie(SESSION_COOKIE), undefined);
});

test('attack: a method cannot sign in an inactive account, nor after its transaction failed', async () => {
  const email = await desk.account('staff');
  const client = desk.client();
  assert.is((await client.post('/admin/badge/rolled-back', { email })).status, 500);
  assert.is(client.cookie(SESSION_COOKIE), undefined);
  const account = await findAccountByEmail(desk.app.database, email);
  await desk.app.database.transaction((tx) =>
    setActive(tx, commandAuditContext(), desk.app.events, account?.id ?? 0, false),
  );
  assert.is((await client.post('/admin/badge', { email, badge: 'shiny' })).status, 401);
  assert.is(client.cookie(SESSION_COOKIE), undefined);
});

test('attack: a step that counts failures stops guessing before the password is verified, even at /reauth', async () => {
  const email = await desk.account('staff');
  const signedIn = desk.client();
  await signedIn.signIn(email, PASSWORD);
  const client = desk.client();
  for (const password of ['wrong one', 'wrong two']) assert.is((await client.signIn(email, password)).status, 401);
  const rejected = await client.signIn(email, PASSWORD);
  assert.is(rejected.status, 429);
  assert.is(rejected.headers.get('retry-after'), '91');
  assert.match(rejected.text, 'Too many attempts. Try again in 2 minutes.');
  assert.is(client.cookie(SESSION_COOKIE), undefined);
  const again = await signedIn.submit('/admin/reauth', { password: PASSWORD });
  assert.is(again.status, 429);
  assert.is((await signedIn.get('/admin/account')).status, 200);
  const tried = await desk.app.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n from badge_attempt where email = ${email} and kind = 'tried'
  `);
  assert.is(tried, 5, 'what a rejected attempt counts is committed');
});

test('a wrong password at /reauth counts as a failure', async () => {
  const client = await desk.signInAs('staff');
  assert.is((await client.submit('/admin/reauth', { password: 'a wrong one' })).status, 401);
  assert.equal(
    failures.map(({ reason }) => reason),
    ['wrong_password'],
  );
});

test('a pending second factor lowers the trust and redirects to its page, which completes the sign-in', async () => {
  const email = await desk.account('developer');
  const client = desk.client();
  const answer = await client.post('/admin/login', { email, password: PASSWORD, next: '/admin/badge/trust' });
  assert.is(answer.location, '/admin/badge/hold?next=%2Fadmin%2Fbadge%2Ftrust');
  assert.equal((await lastOf('login_succeeded')).data, {
    method: 'password',
    pending: '/badge/hold',
    newDevice: true,
  });
  assert.is(client.cookie(cookieOf('rustio-device')), undefined, 'the device is not known yet');
  assert.match((await client.get('/admin/badge/trust')).location, /^\/admin\/badge\/hold/);
  assert.is((await client.post('/admin/badge/hold', {})).status, 303);
  assert.is((await client.get('/admin/badge/trust')).text, 'mfa_verified true');
});

test('attack: a pending sign-in does not reveal what the account can access, not even on error pages', async () => {
  const email = await desk.account('developer');
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  const pages = [
    await client.get('/admin/badge/hold'),
    await client.get('/admin/badge/broken'),
    await client.get('/admin/nothing-here'),
    await client.post('/admin/badge/hold', {}, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
  ];
  assert.equal(
    pages.map(({ status }) => status),
    [200, 500, 404, 403],
  );
  for (const { text } of pages) {
    assert.not.match(text, email);
    assert.not.match(text, '/admin/users');
    assert.not.match(text, 'Developer');
  }
  for (const path of ['/admin', '/admin/users', '/admin/audit', '/admin/account'])
    assert.match((await client.get(path)).location, /^\/admin\/badge\/hold/, path);
});

test('a plugin ends sessions for its own reason', async () => {
  const client = await desk.signInAs('staff');
  assert.is((await client.post('/admin/badge/lose', {})).status, 303);
  assert.is((await client.get('/admin/account')).status, 303);
  assert.is((await lastOf('sessions_revoked_self')).data.reason, 'badge_lost');
});

test('an unknown trust level counts as the lowest', async () => {
  const client = await desk.signInAs('staff');
  await desk.app.database.query(
    sql.unsafe`update rustio_session set trust = 'of_a_plugin_that_left' where ended_at is null`,
  );
  assert.match((await client.get('/admin/account')).location, /^\/admin\/badge\/hold/);
  for (const word of ['', 'Upper', 'two words', 'x'.repeat(41)])
    await desk.app.database.query(sql.unsafe`update rustio_session set trust = ${word} where ended_at is null`).then(
      () => assert.unreachable(word),
      (error: unknown) => assert.is(constraintViolation(error)?.constraint, 'rustio_session_trust_check'),
    );
});

test('the account page shows the user and, by rank, the links that they can open', async () => {
  const client = await desk.signInAs('staff');
  const { status, text } = await client.get('/admin/account');
  assert.is(status, 200);
  assert.match(text, /staff-\d+@example\.org/);
  assert.match(text, />Staff</);
  assert.match(
    text,
    /href="\/admin\/badge\/mine">Your badge<\/a>[\s\S]*href="\/admin\/account\/sessions">Active sessions<\/a>/,
  );
  assert.not.match(text, 'Hidden');
  assert.match((await client.get('/admin')).text, 'href="/admin/account"');
  assert.is((await desk.client().get('/admin/account')).status, 303);
});
