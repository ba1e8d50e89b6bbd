// Results that violate the types, as plain JavaScript can return them, do not grant access.
import * as assert from 'uvu/assert';
import type { Gate } from '../../../core/app.ts';
import { type AccessChecks, accessControl } from '../../../core/http/access.ts';
import type { Handler } from '../../../core/http/route.ts';
import { definePlugin } from '../../../core/plugin.ts';
import { jobActor } from '../../../core/policy/actor.ts';
import type { Context } from '../../../core/request/context.ts';
import type { Access } from '../../../core/request/route-info.ts';
import { testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const test = suite('fail closed');

declare module '../../../core/request/route-info.ts' {
  interface AccessKinds {
    odd: unknown;
  }
}

const text =
  (body: string): Handler =>
  (ctx) => {
    ctx.body = body;
  };

/** The types reject a promise; plain JavaScript can return one. */
const later = (): never => Promise.resolve('allow') as never;

test('an access check that returns anything but a decision denies access', async () => {
  for (const decision of [Promise.resolve('allow'), true, undefined, 'yes', null]) {
    const plugin = definePlugin({
      name: 'odd',
      api: 1,
      accessChecks: { odd: () => decision as never },
      routes: (routes) => routes.get('/odd', { access: { odd: true } }, text('secret')),
    });
    const app = await testApp({ extend: [plugin] });
    try {
      const { status, text: page } = await (await app.signInAs('developer')).get('/admin/odd');
      assert.is(status, 403);
      assert.not.match(page, 'secret');
    } finally {
      await app.close();
    }
  }
});

test('access is open only with `open: true`', () => {
  const checks: AccessChecks = { odd: later };
  const control = accessControl([checks], () => {
    throw new Error('no check uses the application');
  });
  const ctx = { state: { actor: { kind: 'anonymous', name: 'anonymous' } } } as unknown as Context;
  const decide = (access: object) => control.decide(ctx, access as Access);
  assert.is(decide({ open: true }), 'allow');
  for (const access of [{ open: false }, { open: undefined }, { open: true, signedIn: true }, {}])
    assert.is.not(decide(access), 'allow', JSON.stringify(access));
});

test('a page that checks an unknown permission fails, and the log suggests a similar name', async () => {
  const plugin = definePlugin({
    name: 'odd',
    api: 1,
    permissions: [{ name: 'odd.add', description: 'Add odd things' }],
    routes(routes) {
      routes.get('/odd', { access: { signedIn: true } }, (ctx, app) => {
        const name = new URLSearchParams(ctx.querystring).get('name') ?? '';
        ctx.body = app.access.decide(ctx, { permission: name });
      });
    },
  });
  const app = await testApp({ extend: [plugin] });
  try {
    const developer = await app.signInAs('developer');
    assert.is((await developer.get('/admin/odd?name=odd.add')).text, 'allow');
    assert.is((await developer.get('/admin/odd?name=add')).text, 'deny', 'a verb of models, but there is no model');
    for (const [name, suggestion] of [
      ['oddNot.add', 'odd.add'],
      ['chnage', 'change'],
    ]) {
      assert.is((await developer.get(`/admin/odd?name=${name}`)).status, 500);
      const error = app.errors.at(-1);
      assert.is(error?.code, 'RIO-HTTP-PERMISSION');
      assert.match(JSON.stringify(error), `Did you mean \\"${suggestion}\\"?`);
    }
  } finally {
    await app.close();
  }
});

test('a gate that returns a promise counts as closed', async () => {
  const gate: Gate = { name: 'later', page: '/later', passes: () => Promise.resolve(true) as never };
  const plugin = definePlugin({
    name: 'odd',
    api: 1,
    gates: [gate],
    routes(routes) {
      routes.get('/odd', { access: { signedIn: true } }, text('secret'));
      routes.get('/later', { access: { signedIn: true }, skipGates: ['later'] }, text('the gate'));
    },
  });
  const app = await testApp({ extend: [plugin] });
  try {
    const { status, location } = await (await app.signInAs('developer')).get('/admin/odd');
    assert.is(status, 303);
    assert.match(location, /^\/admin\/later/);
  } finally {
    await app.close();
  }
});

test('an ambient authenticator without a csrfSecret authenticates nobody', async () => {
  const plugin = definePlugin({
    name: 'odd',
    api: 1,
    authenticators: () => [{ scheme: 'odd', ambient: true, authenticate: () => ({ actor: jobActor('odd', 'all') }) }],
    routes(routes) {
      routes.get('/odd', { access: { signedIn: true }, authenticate: 'odd' }, text('secret'));
      routes.post('/odd', { access: { signedIn: true }, authenticate: 'odd', responses: [200] }, text('done'));
    },
  });
  const app = await testApp({ extend: [plugin] });
  try {
    const client = app.client();
    for (const { status, text: page } of [await client.get('/admin/odd'), await client.post('/admin/odd', {})]) {
      assert.is(status, 500);
      assert.not.match(page, /secret|done/);
    }
    assert.is(app.errors.length, 2);
  } finally {
    await app.close();
  }
});
