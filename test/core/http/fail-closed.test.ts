// Answers that are not what the types promise, as plain JavaScript may give them, open nothing.
import * as assert from 'uvu/assert';
import { jobActor } from '../../../core/actor.ts';
import { accessControl } from '../../../core/http/access.ts';
import type { Access, Context } from '../../../core/http/context.ts';
import type { Handler } from '../../../core/http/route.ts';
import { type AccessChecks, definePlugin, type Gate } from '../../../core/plugin.ts';
import { testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const test = suite('fail closed');

declare module '../../../core/http/context.ts' {
  interface AccessKinds {
    odd: unknown;
  }
}

const text =
  (body: string): Handler =>
  (ctx) => {
    ctx.body = body;
  };

/** Types would refuse a promise; a plugin in JavaScript finds out here. */
const later = (): never => Promise.resolve('allow') as never;

test('an access check whose answer is no decision denies', async () => {
  for (const answer of [Promise.resolve('allow'), true, undefined, 'yes', null]) {
    const plugin = definePlugin({
      name: 'odd',
      api: 1,
      accessChecks: { odd: () => answer as never },
      routes: (routes) => routes.get('/odd', { access: { odd: true } }, text('secret')),
    });
    const app = await testApp({ extend: [plugin] });
    try {
      const { status, text: shown } = await (await app.person('developer')).get('/admin/odd');
      assert.is(status, 403);
      assert.not.match(shown, 'secret');
    } finally {
      await app.close();
    }
  }
});

test('access is open when it is `open: true` and nothing else', () => {
  const checks: AccessChecks = { odd: later };
  const control = accessControl([checks], () => {
    throw new Error('nobody asks for the application');
  });
  const ctx = { state: { actor: { kind: 'anonymous', name: 'anonymous' } } } as unknown as Context;
  const decide = (access: object) => control.decide(ctx, access as Access);
  assert.is(decide({ open: true }), 'allow');
  for (const access of [{ open: false }, { open: undefined }, { open: true, signedIn: true }, {}])
    assert.is.not(decide(access), 'allow', JSON.stringify(access));
});

test('a page that asks for a permission that does not exist fails, and the log names what was meant', async () => {
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
    const developer = await app.person('developer');
    assert.is((await developer.get('/admin/odd?name=odd.add')).text, 'allow');
    assert.is(
      (await developer.get('/admin/odd?name=add')).text,
      'deny',
      'a word that some model has, and no model here',
    );
    for (const [name, meant] of [
      ['oddNot.add', 'odd.add'],
      ['chnage', 'change'],
    ]) {
      assert.is((await developer.get(`/admin/odd?name=${name}`)).status, 500);
      const error = app.errors.at(-1);
      assert.is(error?.code, 'RIO-HTTP-PERMISSION');
      assert.match(JSON.stringify(error), `Did you mean \\"${meant}\\"?`);
    }
  } finally {
    await app.close();
  }
});

test('a gate that answers with a promise is closed', async () => {
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
    const { status, location } = await (await app.person('developer')).get('/admin/odd');
    assert.is(status, 303);
    assert.match(location, /^\/admin\/later/);
  } finally {
    await app.close();
  }
});

test('a scheme that browsers send by themselves, and that brings nothing to key form tokens with, lets nobody in', async () => {
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
    for (const { status, text: shown } of [await client.get('/admin/odd'), await client.post('/admin/odd', {})]) {
      assert.is(status, 500);
      assert.not.match(shown, /secret|done/);
    }
    assert.is(app.errors.length, 2);
  } finally {
    await app.close();
  }
});
