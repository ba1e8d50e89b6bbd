// Invariant 2: what a plugin does not declare does not exist, and `false` removes all of it.
import * as assert from 'uvu/assert';
import type { EventName } from '../../core/write/events.ts';
import { defineModel, definePlugin, field, type Plugin, type Routes } from '../../index.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { bootProblemsOf, testApp } from '../support/app.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';

declare module 'rustio-admin/plugin' {
  interface EventData {
    holiday_declared: { readonly day: string };
  }
}

const test = suite('invariant: a plugin is its declaration');
const Holiday = defineModel('holiday', { fields: { name: field.text() }, managed: false, readOnly: true });

function holidays(): Plugin {
  return definePlugin({
    name: 'holidays',
    api: 1,
    messages: { en: { 'holidays.title': 'Days off' } },
    models: [Holiday],
    permissions: [{ name: 'holidays.declare', description: 'Declare a holiday' }],
    events: ['holiday_declared' satisfies EventName],
    contributes: { 'layout.navigation': [{ label: 'holidays.title', path: '/+holidays', access: { signedIn: true } }] },
    checks: [{ name: 'holidays', needs: 'nothing', run: async () => ({ status: 'ok', message: 'yes' }) }],
    commands: [{ name: 'holiday list', description: 'Lists them', needs: 'nothing', run: async () => {} }],
    routes: (routes) =>
      routes.get('/+holidays', { access: { signedIn: true } }, (ctx) => {
        ctx.body = ctx.state.t('holidays.title');
      }),
  });
}

test('everything that a plugin declares is available', async () => {
  const running = await testApp({ extend: [holidays()] });
  try {
    const { app } = running;
    const person = await running.signInAs('staff');
    assert.is((await person.get('/admin/+holidays')).text, 'Days off');
    assert.match((await person.get('/admin')).text, 'href="/admin/+holidays"');
    assert.ok(app.models.byName('holiday'));
    assert.ok(app.permissions.includes('holidays.declare'));
    assert.ok(app.permissions.includes('holiday.view'));
    assert.is(app.messages.translate('en')('holidays.title'), 'Days off');
  } finally {
    await running.close();
  }
});

test('if disabled, nothing of it remains: no route, model, message, permission or navigation entry', async () => {
  const running = await testApp({ extend: [holidays()], plugins: { holidays: false } as object });
  try {
    const { app } = running;
    const person = await running.signInAs('staff');
    assert.is((await person.get('/admin/+holidays')).status, 404);
    assert.not.match((await person.get('/admin')).text, 'holidays');
    assert.is(app.models.byName('holiday'), undefined);
    assert.equal(
      app.permissions.filter((name) => name.startsWith('holiday')),
      [],
    );
    assert.is(app.messages.translate('en')('holidays.title'), 'holidays.title');
    assert.equal(
      app.plugins.map(({ name }) => name),
      builtIn.map(({ name }) => name),
    );
  } finally {
    await running.close();
  }
});

test('if disabled, its events cannot be recorded', async () => {
  const running = await testApp({ extend: [holidays()], plugins: { holidays: false } as object });
  try {
    const { app } = running;
    const context = {
      actor: { kind: 'job', name: 'test', permissions: 'all' },
      correlationId: 'x'.repeat(16),
      ip: null,
      credential: null,
    } as const;
    const recorded = app.database.transaction((tx) =>
      app.events.record(tx, context, 'holiday_declared', { subject: null, data: { day: '2026-12-25' } }),
    );
    assert.is((await rustioFailureOf(recorded)).code, 'RIO-EVENT-UNKNOWN');
  } finally {
    await running.close();
  }
});

test('a built-in plugin that no other requires can be disabled', async () => {
  const running = await testApp({ plugins: { theme: false } });
  try {
    assert.is((await running.client().post('/admin/+theme', { theme: 'dark' })).status, 404);
    const person = await running.signInAs('staff');
    assert.is((await person.get('/admin')).status, 200);
  } finally {
    await running.close();
  }
});

test('a misspelled plugin, a missing requirement and unknown options prevent startup', async () => {
  assert.equal(await bootProblemsOf({ plugins: { sesions: {} } as object }), [
    'plugins.sesions: There is no plugin with this name. Did you mean "sessions"?',
  ]);
  const slip: object = { idleHour: 3 };
  assert.equal(await bootProblemsOf({ plugins: { sessions: slip } }), [
    'plugins.sessions: There is no option "idleHour". Did you mean "idleHours"?',
  ]);
  const twice = definePlugin({ name: 'twice', api: 1, description: 'A plugin.' });
  assert.equal(await bootProblemsOf({ extend: [twice, twice] }), ['extend: The plugin twice is listed twice.']);
  assert.equal(await bootProblemsOf({ plugins: { audit: { keep: 3 } as never } }), [
    'plugins.audit: The plugin has no options.',
  ]);
  assert.equal(await bootProblemsOf({ extend: [definePlugin({ name: 'mine', api: 1, requires: ['yours'] })] }), [
    'plugin mine: It requires the plugin "yours", which does not exist.',
  ]);
});

test('two plugins that provide the same thing prevent startup, and the error names both', async () => {
  const twin = definePlugin({
    name: 'twin',
    api: 1,
    permissions: [{ name: 'holidays.declare', description: 'Also' }],
    events: ['holiday_declared'],
    commands: [{ name: 'holiday list', description: 'Also', needs: 'nothing', run: async () => {} }],
    checks: [{ name: 'holidays', needs: 'nothing', run: async () => ({ status: 'ok', message: 'yes' }) }],
    routes: (routes) => routes.get('/+holidays', { access: { signedIn: true } }, () => {}),
  });
  const details = await bootProblemsOf({ extend: [holidays(), twin] });
  for (const what of ['event', 'permission', 'command', 'check']) {
    const problem = details.find((line) => line.startsWith('plugin twin') && line.includes(`The ${what} "`));
    assert.match(problem ?? what, 'already belongs to holidays');
  }
  assert.ok(
    details.includes('route GET /admin/+holidays of twin: It is already a route of holidays (/admin/+holidays).'),
  );
});

test('an unknown extension point and an unknown kind of access prevent startup', async () => {
  const lost = {
    ...definePlugin({ name: 'lost', api: 1 }),
    // As a plugin in plain JavaScript could: types would reject it.
    contributes: { 'dashboard.wigets': [] } as Plugin['contributes'] & object,
    routes: (routes: Routes) => routes.get('/+lost', { access: { blessed: true } as never }, () => {}),
  };
  const details = await bootProblemsOf({ extend: [lost as Plugin] });
  assert.ok(
    details.includes(
      'plugin lost: It contributes to the extension point "dashboard.wigets", which does not exist. Did you mean "dashboard.widgets"?',
    ),
  );
  assert.ok(
    details.includes(
      'route GET /admin/+lost of lost: It requires the access "blessed", which no enabled plugin provides.',
    ),
  );
});
