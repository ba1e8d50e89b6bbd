// A later plugin adds a second factor to sessions without changing it: a column, a gate, a factor.

import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { definePlugin } from '../../../core/plugin.ts';
import type { Context } from '../../../core/request/context.ts';
import { rotateSession } from '../../../plugins/sessions/open-session.ts';
import { setSessionCookie } from '../../../plugins/sessions/session-cookie.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';
import { expireRecency } from './expire-recency.ts';

declare module 'rustio-admin/sessions' {
  interface SessionColumns {
    needsCode?: boolean;
  }
}

const answer = (ctx: Context, text: string) => {
  ctx.body = text;
};
/** Users whose address begins with "code" have to enter the code 123456. */
const codes = definePlugin({
  name: 'codes',
  api: 1,
  requires: ['sessions'],
  contributes: {
    'session.columns': [
      { name: 'needsCode', expression: sql.fragment`u.email like 'developer-%'`, schema: z.boolean() },
    ],
    'session.factors': [
      {
        name: 'code',
        view: 'layout/token',
        applies: async (_tx, person) => person.name.startsWith('developer-'),
        proves: async (_tx, _cause, _person, form) => form.get('code') === '123456',
      },
    ],
  },
  gates: [
    {
      name: 'code',
      page: '/code',
      passes: ({ state: { session } }) => session?.columns.needsCode !== true || session.trust === 'mfa_verified',
    },
  ],
  routes(routes) {
    routes.get('/code', { access: { signedIn: true }, skipGates: ['code'] }, (ctx) => answer(ctx, 'the code, please'));
    routes.post('/code', { access: { signedIn: true }, skipGates: ['code'], csrf: 'origin' }, async (ctx, app) => {
      const { session } = ctx.state;
      if (!session || ctx.state.form?.get('code') !== '123456') {
        ctx.status = 422;
        return;
      }
      const token = await app.database.transaction((tx) => rotateSession(tx, session.id, { trust: 'mfa_verified' }));
      if (token !== undefined) setSessionCookie(ctx, app, token);
      ctx.redirect(app.urls.to('/plain'));
      ctx.status = 303;
    });
    routes.get('/plain', { access: { signedIn: true } }, (ctx) => answer(ctx, 'plain'));
    routes.get('/delicate', { access: { role: 'staff', recent: true } }, (ctx) => answer(ctx, 'delicate'));
    routes.post('/delicate', { access: { role: 'staff', recent: true }, responses: [200] }, (ctx) =>
      answer(ctx, 'done'),
    );
  },
});

const test = suite('sessions: extensions by later plugins');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [], extend: [codes] });
});
test.after(() => desk.close());

const eventsOf = async (...names: string[]) =>
  desk.app.database.anyFirst(sql.type(z.object({ event: z.string() }))`
    select event from rustio_audit where event = any(${sql.array(names, 'text')}) order by id
  `);
const body = async (client: Client, path: string) => (await client.get(path)).text;

test('attack: a pending sign-in opens only the page of the second factor and sign-out', async () => {
  const half = await desk.signInAs('developer');
  for (const path of [
    '/admin',
    '/admin/plain',
    '/admin/delicate',
    '/admin/audit',
    '/admin/account/sessions',
    '/admin/users',
  ]) {
    const { status, location } = await half.get(path);
    assert.is(status, 303, path);
    assert.match(location, /^\/admin\/code/);
  }
  assert.is(await body(half, '/admin/code'), 'the code, please');
  assert.is((await half.post('/admin/logout', {})).status, 303);
});

test('the second factor raises the trust with a new token, and the old one is invalid', async () => {
  const client = await desk.signInAs('developer');
  const before = client.cookie(SESSION_COOKIE) ?? '';
  assert.is((await client.post('/admin/code', { code: '1' })).status, 422);
  assert.is((await client.post('/admin/code', { code: '123456' })).status, 303);
  assert.ok(client.cookie(SESSION_COOKIE) !== before);
  assert.is(await body(client, '/admin/plain'), 'plain');
  const thief = desk.client();
  thief.setCookie(SESSION_COOKIE, before);
  assert.is((await thief.get('/admin/plain')).status, 303);
});

test('a sensitive page asks for the password again after a while, and only that page', async () => {
  const client = await desk.signInAs('staff');
  assert.is(await body(client, '/admin/delicate'), 'delicate');
  await expireRecency(desk);
  assert.is(await body(client, '/admin/plain'), 'plain');
  const wall = await client.get('/admin/delicate?x=1');
  assert.is(wall.status, 303);
  assert.is(wall.location, '/admin/reauth?next=%2Fadmin%2Fdelicate%3Fx%3D1');
  const before = client.cookie(SESSION_COOKIE);
  const wrong = await client.submit(wall.location, { password: 'a wrong password' }, '/admin/reauth');
  assert.is(wrong.status, 401);
  assert.is(client.cookie(SESSION_COOKIE), before);
  assert.is((await client.get('/admin/delicate')).status, 303);
  const right = await client.submit(wall.location, { password: PASSWORD }, '/admin/reauth');
  assert.is(right.status, 303);
  assert.is(right.location, '/admin/delicate?x=1');
  assert.ok(client.cookie(SESSION_COOKIE) !== before);
  assert.is(await body(client, right.location), 'delicate');
  assert.equal(await eventsOf('reauth_failed', 'reauth_succeeded'), ['reauth_failed', 'reauth_succeeded']);
});

test('attack: a sensitive form is never processed without the password, regardless of the method', async () => {
  const client = await desk.signInAs('staff');
  await expireRecency(desk);
  const { status, location } = await client.post('/admin/delicate', {});
  assert.is(status, 303);
  assert.match(location, /^\/admin\/reauth/);
});

test('reauthentication asks for every factor of the user', async () => {
  const client = await desk.signInAs('developer');
  await client.post('/admin/code', { code: '123456' });
  await expireRecency(desk);
  assert.match((await client.get('/admin/delicate')).location, /^\/admin\/reauth/);
  const half = await client.submit('/admin/reauth?next=/admin/delicate', { password: PASSWORD }, '/admin/reauth');
  assert.is(half.status, 401);
  const complete = await client.submit(
    '/admin/reauth?next=/admin/delicate',
    { password: PASSWORD, code: '123456' },
    '/admin/reauth',
  );
  assert.is(complete.status, 303);
  assert.is(await body(client, '/admin/delicate'), 'delicate');
});

test('anonymous users are asked to sign in, not to reauthenticate', async () => {
  for (const path of ['/admin/delicate', '/admin/reauth', '/admin/code'])
    assert.match((await desk.client().get(path)).location, /^\/admin\/login/);
});
