// Names with two owners, and references to what does not exist, prevent startup; the problem names both owners.
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import type { Plugin } from '../../../core/plugin.ts';
import { defineModel, definePlugin, defineRules, field } from '../../../index.ts';
import { bootProblemsOf, testApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

declare module 'rustio-admin/plugin' {
  interface Services {
    'test.clock': () => string;
  }
  interface EventData {
    lunch_served: object;
  }
}

const test = suite('boot: conflicts');
const HERE = new URL('./', import.meta.url);
const NOWHERE = new URL('./nowhere/', import.meta.url);
const Lunch = defineModel('lunch', { fields: { name: field.text(), price: field.integer() } });

/** What both `one` and `two` contribute, and the problem that is reported. */
const duplicates: readonly (readonly [string, Partial<Plugin>, string])[] = [
  ['event', { events: ['lunch_served'] }, 'The event "lunch_served" already belongs to one.'],
  [
    'permission',
    { permissions: [{ name: 'lunch.eat', description: 'x' }] },
    'The permission "lunch.eat" already belongs to one.',
  ],
  [
    'command, regardless of its argument names',
    { commands: [{ name: 'lunch serve [WHEN]', description: 'x', needs: 'nothing', run: async () => {} }] },
    'The command "lunch serve" already belongs to one.',
  ],
  ['service', { provides: { 'test.clock': () => () => 'now' } }, 'The service "test.clock" already belongs to one.'],
  [
    'message',
    { messages: { en: { 'lunch.title': 'Lunch' } } },
    'The message "lunch.title" (en) already belongs to one.',
  ],
  [
    'authentication scheme',
    { authenticators: () => [{ scheme: 'lunch', ambient: false, authenticate: () => undefined }] },
    'The authentication scheme "lunch" already belongs to one.',
  ],
  [
    'check',
    { checks: [{ name: 'lunch', needs: 'nothing', run: async () => ({ status: 'ok', message: 'x' }) }] },
    'The check "lunch" already belongs to one.',
  ],
];
for (const [what, contributed, problem] of duplicates) {
  test(`two plugins with the same ${what} prevent startup`, async () => {
    const plugin = (name: string): Plugin => definePlugin({ api: 1, ...contributed, name });
    const problems = await bootProblemsOf({ extend: [plugin('one'), plugin('two')] });
    assert.equal(problems, [`plugin two: ${problem}`]);
  });
}

/** Names of core and built-in plugins that a plugin cannot use. */
const reserved: readonly (readonly [string, Partial<Plugin>, string])[] = [
  [
    'an access check of core',
    { accessChecks: { permission: () => 'allow' } },
    'The access check "permission" already belongs to core.',
  ],
  [
    'an access check of a plugin',
    { accessChecks: { role: () => 'allow' } },
    'The access check "role" already belongs to auth.',
  ],
  ['the sign-in page', { signInPage: '/elsewhere' }, 'The sign-in page "signInPage" already belongs to sessions.'],
  [
    'a permission of a model',
    { permissions: [{ name: 'lunch.view', description: 'x' }] },
    'The permission "lunch.view" already belongs to core.',
  ],
  ['an event of core', { events: ['create'] }, 'The event "create" already belongs to core.'],
  [
    'a message of core',
    { messages: { en: { 'layout.skip': 'x' } } },
    'The message "layout.skip" (en) already belongs to core.',
  ],
  [
    'a message of a plugin',
    { messages: { ar: { 'audit.title': 'x' } } },
    'The message "audit.title" (ar) already belongs to audit.',
  ],
  [
    'the extension point of a plugin',
    { extensionPoints: ['dashboard.widgets'] },
    'The extension point "dashboard.widgets" already belongs to',
  ],
];
for (const [what, contributed, problem] of reserved) {
  test(`a plugin cannot define ${what}`, async () => {
    const mine = definePlugin({ api: 1, ...contributed, name: 'mine' });
    const problems = await bootProblemsOf({ models: [Lunch], extend: [mine] });
    assert.is(problems.length, 1, problems.join('\n'));
    const [first = '', ...rest] = problems.join('\n').split(': ');
    assert.ok(first.startsWith('plugin '), first);
    assert.ok(rest.join(': ').startsWith(problem), rest.join(': '));
  });
}

test('a plugin cannot have the name of core, of the project, or of the views of the layout', async () => {
  for (const name of ['core', 'project', 'layout']) {
    const [problem = '', ...more] = await bootProblemsOf({ extend: [definePlugin({ api: 1, name })] });
    assert.equal(more, []);
    assert.match(problem, new RegExp(`^plugin ${name}: .*core, project, layout`));
  }
});

/** References to what does not exist. */
const broken: readonly (readonly [string, Partial<Plugin>, string])[] = [
  ['a hook', { fils: [] } as Partial<Plugin>, 'plugin mine: There is no hook "fils".'],
  [
    'an extension point',
    { contributes: { 'layout.banners': [] } as object },
    'plugin mine: It contributes to the extension point "layout.banners", which does not exist. Did you mean "layout.banner"?',
  ],
  [
    'a view',
    { contributes: { 'layout.banner': [{ name: 'x', view: 'mine/nowhere' }] } },
    'plugin mine, extension point layout.banner: The view "mine/nowhere" does not exist.',
  ],
  [
    'a permission of an item',
    { contributes: { 'layout.navigation': [{ label: 'x', path: '/x', access: { permission: 'lunch.veiw' } }] } },
    'plugin mine, extension point layout.navigation: It requires the permission "lunch.veiw", which is not declared. Did you mean "lunch.view"?',
  ],
  [
    'a kind of access of an item',
    {
      contributes: { 'layout.navigation': [{ label: 'x', path: '/x', access: { permisson: 'lunch.view' } as never }] },
    },
    'plugin mine, extension point layout.navigation: It requires the access "permisson", which no enabled plugin provides. Did you mean "permission"?',
  ],
  [
    'an event',
    { on: () => ({ crate: async () => {} }) as object },
    'plugin mine: It handles the event "crate", which no plugin declares. Did you mean "create"?',
  ],
  [
    'a plugin to come after',
    { after: ['sesions'] },
    'plugin mine: It comes after "sesions", which does not exist. Did you mean "sessions"?',
  ],
  [
    'a plugin that it requires',
    { requires: ['admn'] },
    'plugin mine: It requires the plugin "admn", which does not exist. Did you mean "admin"?',
  ],
  [
    'a folder of templates',
    { templates: NOWHERE, contributes: { 'layout.banner': [{ name: 'x', view: 'mine/x' }] } },
    `plugin mine: Its folder of templates does not exist: ${fileURLToPath(NOWHERE)}`,
  ],
  [
    'a folder of assets',
    { assets: NOWHERE },
    `plugin mine: Its folder of assets does not exist: ${fileURLToPath(NOWHERE)}`,
  ],
  [
    'a gate to skip',
    { routes: (routes) => routes.get('/x', { access: { open: true }, skipGates: ['reauth'] }, () => {}) },
    'route GET /admin/x of mine: It skips the gate "reauth", which does not exist.',
  ],
  [
    'the page of a gate',
    { gates: [{ name: 'g', page: '/+there', passes: () => true }] },
    'gate g of mine: Its page "/+there" does not exist.',
  ],
  [
    'a page that skips the gate',
    {
      gates: [{ name: 'g', page: '/+there', passes: () => true }],
      routes: (routes) => routes.get('/+there', { access: { signedIn: true } }, () => {}),
    },
    'gate g of mine: Its page "/+there" does not skip the gate: set `skipGates` on the route.',
  ],
  [
    'an interval',
    { schedule: [{ name: 't', every: '5 parsecs' as never, run: async () => {} }] },
    'plugin mine: The task "t" has the invalid interval "5 parsecs"; use a value such as "5 minutes", at least "1 second".',
  ],
  [
    'a view to override',
    { templates: HERE, overrides: ['layout/frames'] },
    'plugin mine: It overrides the view "layout/frames", which does not exist. Did you mean "layout/frame"?',
  ],
  [
    'the file of an override',
    { templates: HERE, overrides: ['layout/frame'] },
    'plugin mine: It overrides the view "layout/frame" but has no file layout/frame.ejs in its templates.',
  ],
  [
    'a valid message',
    { messages: { en: { 'mine.broken': '{n, plural, one {#}' } } },
    'message "mine.broken" (en): It is not a valid ICU message: ',
  ],
];
for (const [what, contributed, problem] of broken) {
  test(`a plugin that refers to ${what} that does not exist prevents startup`, async () => {
    const mine = definePlugin({ api: 1, ...contributed, name: 'mine' });
    const problems = await bootProblemsOf({ models: [Lunch], extend: [mine] });
    assert.is(problems.length, 1, problems.join('\n'));
    assert.ok(problems[0]?.startsWith(problem), problems[0]);
  });
}

test('two items with the same name in an extension point prevent startup', async () => {
  const entry = { name: 'x', view: 'layout/message' };
  const one = definePlugin({ name: 'one', api: 1, contributes: { 'layout.banner': [entry] } });
  const two = definePlugin({ name: 'two', api: 1, contributes: { 'layout.banner': [entry] } });
  assert.equal(await bootProblemsOf({ extend: [one, two] }), [
    'extension point layout.banner: Two items have the name "x" (of one and two).',
  ]);
});

test('rules of a config for a model or field that does not exist prevent startup', async () => {
  const Other = defineModel('other', { fields: { name: field.text() } });
  const rules = [defineRules(Other, {}), defineRules(Lunch, { fields: { prize: () => true } as object })];
  assert.equal(await bootProblemsOf({ models: [Lunch], rules }), [
    'rules for other: The model is not part of the application. Add it to `models` in rustio.config.ts or of a plugin.',
    'rules for lunch: The model lunch has no field "prize". Did you mean "price"?',
  ]);
});

test("an error in a plugin's function at startup names the plugin and the hook", async () => {
  const failing = (name: string, hook: Partial<Plugin>) => definePlugin({ api: 1, ...hook, name });
  const fail = (): never => {
    throw new Error('out of soup');
  };
  for (const hook of ['routes', 'on', 'policies', 'hooks', 'authenticators', 'middleware', 'verify'] as const) {
    const error = await rustioFailureOf(testApp({ extend: [failing('kitchen', { [hook]: fail })] }));
    assert.is(error.code, 'RIO-PLUGIN-HOOK', hook);
    assert.is(error.parts.problem, `The plugin "kitchen" failed in \`${hook}\`: out of soup`);
  }
});

test('a contribution that throws prevents startup instead of failing the first page', async () => {
  const kitchen = definePlugin({
    name: 'kitchen',
    api: 1,
    contributes: {
      'layout.navigation': () => {
        throw new Error('out of soup');
      },
    },
  });
  const error = await rustioFailureOf(testApp({ extend: [kitchen] }));
  assert.is(error.parts.problem, 'The plugin "kitchen" failed in `contributes`: out of soup');
});

test('startup fails without a policy', async () => {
  const error = await rustioFailureOf(
    testApp({
      plugins: {
        auth: false,
        sessions: false,
        accounts: false,
        recovery: false,
        mfa: false,
        tokens: false,
        audit: false,
        admin: false,
      },
    }),
  );
  assert.is(error.code, 'RIO-BOOT-POLICY');
});

test("a project's plugin follows the last plugin of its `after` list, or all plugins without one", async () => {
  const plugin = (name: string, after?: readonly string[]) => definePlugin({ name, api: 1, ...(after && { after }) });
  const extend = [
    plugin('last'),
    plugin('early', ['auth', 'sessions']),
    plugin('earlier', ['auth']),
    plugin('first', []),
  ];
  const running = await testApp({ extend });
  try {
    assert.equal(
      running.app.plugins.map(({ name }) => name),
      [
        'first',
        'auth',
        'earlier',
        'sessions',
        'early',
        'jobs',
        'mail',
        'recovery',
        'mfa',
        'tokens',
        'audit',
        'theme',
        'admin',
        'accounts',
        'last',
      ],
    );
  } finally {
    await running.close();
  }
});

test('a config can override any message, and add its own', async () => {
  const running = await testApp({ messages: { en: { 'layout.skip': 'Jump', 'desk.hello': 'Hello {name}' } } });
  try {
    const t = running.app.messages.translate('en');
    assert.equal([t('layout.skip'), t('desk.hello', { name: 'Ana' })], ['Jump', 'Hello Ana']);
  } finally {
    await running.close();
  }
});

test('environment variables of a plugin are parsed at startup, and reported without their values', async () => {
  const { z } = await import('zod');
  const mailer = definePlugin({
    name: 'mailer',
    api: 1,
    environment: ({ production }) => ({ MAILER_URL: production ? z.url() : z.url().default('smtp://localhost:25') }),
  });
  const running = await testApp({ extend: [mailer] });
  try {
    assert.equal(running.app.pluginEnvironment('mailer' as never), { MAILER_URL: 'smtp://localhost:25' });
  } finally {
    await running.close();
  }
  const strict = definePlugin({ name: 'strict', api: 1, environment: { MAILER_SECRET: z.string().min(20) } });
  const problems = await bootProblemsOf({ extend: [strict] });
  assert.is(problems.length, 1);
  assert.match(problems[0] ?? '', 'environment variable of strict: MAILER_SECRET: ');
});
