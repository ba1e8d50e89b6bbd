// Two owners of one name, and references to what does not exist, stop the boot: with both owners named.
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import type { Plugin } from '../../../core/plugin.ts';
import { type Config, defineModel, definePlugin, defineRules, field } from '../../../index.ts';
import { testApp } from '../../support/app.ts';
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

async function problemsOf(config: Partial<Config>): Promise<readonly string[]> {
  const error = await rustioFailureOf(testApp(config));
  assert.is(error.code, 'RIO-BOOT-PROBLEMS');
  return error.details;
}

/** What is contributed by both `one` and `two`, and how the second one is told. */
const twice: readonly (readonly [string, Partial<Plugin>, string])[] = [
  ['event', { events: ['lunch_served'] }, 'the event "lunch_served" already belongs to one.'],
  [
    'permission',
    { permissions: [{ name: 'lunch.eat', description: 'x' }] },
    'the permission "lunch.eat" already belongs to one.',
  ],
  [
    'command, whatever its positions are called',
    { commands: [{ name: 'lunch serve [WHEN]', description: 'x', needs: 'nothing', run: async () => {} }] },
    'the command "lunch serve" already belongs to one.',
  ],
  ['service', { provides: { 'test.clock': () => () => 'now' } }, 'the service "test.clock" already belongs to one.'],
  [
    'message',
    { messages: { en: { 'lunch.title': 'Lunch' } } },
    'the message "lunch.title" (en) already belongs to one.',
  ],
  [
    'authentication scheme',
    { authenticators: () => [{ scheme: 'lunch', ambient: false, authenticate: () => undefined }] },
    'the authentication scheme "lunch" already belongs to one.',
  ],
  [
    'check',
    { checks: [{ name: 'lunch', needs: 'nothing', run: async () => ({ status: 'ok', message: 'x' }) }] },
    'the check "lunch" already belongs to one.',
  ],
];
for (const [what, contributed, problem] of twice) {
  test(`two plugins with the same ${what}`, async () => {
    const plugin = (name: string): Plugin => definePlugin({ api: 1, ...contributed, name });
    const problems = await problemsOf({ extend: [plugin('one'), plugin('two')] });
    assert.equal(problems, [`plugin two: ${problem}`]);
  });
}

/** What a plugin called `mine` must not take from core or from a built-in plugin. */
const taken: readonly (readonly [string, Partial<Plugin>, string])[] = [
  [
    'an access check of core',
    { accessChecks: { permission: () => 'allow' } },
    'the access check "permission" already belongs to core.',
  ],
  [
    'an access check of a plugin',
    { accessChecks: { role: () => 'allow' } },
    'the access check "role" already belongs to auth.',
  ],
  ['the sign-in page', { signInPage: '/elsewhere' }, 'the sign-in page "signInPage" already belongs to sessions.'],
  [
    'a permission of a model',
    { permissions: [{ name: 'lunch.view', description: 'x' }] },
    'the permission "lunch.view" already belongs to core.',
  ],
  ['an event of core', { events: ['create'] }, 'the event "create" already belongs to core.'],
  [
    'a message of core',
    { messages: { en: { 'layout.skip': 'x' } } },
    'the message "layout.skip" (en) already belongs to core.',
  ],
  [
    'a message of a plugin',
    { messages: { ar: { 'audit.title': 'x' } } },
    'the message "audit.title" (ar) already belongs to audit.',
  ],
  [
    'the extension point of a plugin',
    { extensionPoints: ['dashboard.widgets'] },
    'the extension point "dashboard.widgets" already belongs to',
  ],
];
for (const [what, contributed, problem] of taken) {
  test(`a plugin does not take over ${what}`, async () => {
    const mine = definePlugin({ api: 1, ...contributed, name: 'mine' });
    const problems = await problemsOf({ models: [Lunch], extend: [mine] });
    assert.is(problems.length, 1, problems.join('\n'));
    const [first = '', ...rest] = problems.join('\n').split(': ');
    assert.ok(first.startsWith('plugin '), first);
    assert.ok(rest.join(': ').startsWith(problem), rest.join(': '));
  });
}

/** References to what does not exist. */
const lost: readonly (readonly [string, Partial<Plugin>, string])[] = [
  ['a hook', { fils: [] } as Partial<Plugin>, 'plugin mine: there is no hook "fils".'],
  [
    'an extension point',
    { contributes: { 'layout.banners': [] } as object },
    'plugin mine: contributes to "layout.banners", which no plugin opens. Did you mean "layout.banner"?',
  ],
  [
    'a view',
    { contributes: { 'layout.banner': [{ name: 'x', view: 'mine/nowhere' }] } },
    'plugin mine, extension point layout.banner: there is no view "mine/nowhere".',
  ],
  [
    'a permission of an item',
    { contributes: { 'layout.navigation': [{ label: 'x', path: '/x', access: { permission: 'lunch.veiw' } }] } },
    'plugin mine, extension point layout.navigation: it requires the permission "lunch.veiw", which nothing declares. Did you mean "lunch.view"?',
  ],
  [
    'a kind of access of an item',
    {
      contributes: { 'layout.navigation': [{ label: 'x', path: '/x', access: { permisson: 'lunch.view' } as never }] },
    },
    'plugin mine, extension point layout.navigation: it requires the access "permisson", which no enabled plugin checks. Did you mean "permission"?',
  ],
  [
    'an event',
    { on: () => ({ crate: async () => {} }) as object },
    'plugin mine: it handles the event "crate", which no plugin records. Did you mean "create"?',
  ],
  [
    'a plugin to come after',
    { after: ['sesions'] },
    'plugin mine: comes after "sesions", which does not exist. Did you mean "sessions"?',
  ],
  [
    'a plugin that it requires',
    { requires: ['admn'] },
    'plugin mine: requires the plugin "admn", which does not exist. Did you mean "admin"?',
  ],
  [
    'a folder of templates',
    { templates: NOWHERE, contributes: { 'layout.banner': [{ name: 'x', view: 'mine/x' }] } },
    `plugin mine: its folder of templates does not exist: ${fileURLToPath(NOWHERE)}`,
  ],
  [
    'a folder of assets',
    { assets: NOWHERE },
    `plugin mine: its folder of assets does not exist: ${fileURLToPath(NOWHERE)}`,
  ],
  [
    'a gate to skip',
    { routes: (routes) => routes.get('/x', { access: { open: true }, skipGates: ['reauth'] }, () => {}) },
    'route GET /admin/x of mine: it skips the gate "reauth", which does not exist.',
  ],
  [
    'the page of a gate',
    { gates: [{ name: 'g', page: '/+there', passes: () => true }] },
    'gate g of mine: its page "/+there" does not exist.',
  ],
  [
    'a way past a gate',
    {
      gates: [{ name: 'g', page: '/+there', passes: () => true }],
      routes: (routes) => routes.get('/+there', { access: { signedIn: true } }, () => {}),
    },
    'gate g of mine: its page "/+there" does not skip the gate: set `skipGates` on the route.',
  ],
  [
    'an interval',
    { schedule: [{ name: 't', every: '5 parsecs' as never, run: async () => {} }] },
    'plugin mine: the task "t" runs every "5 parsecs"; write "5 minutes", and at least "1 second".',
  ],
  [
    'a view to override',
    { templates: HERE, overrides: ['layout/frames'] },
    'plugin mine: it overrides the view "layout/frames", which does not exist. Did you mean "layout/frame"?',
  ],
  [
    'the file of an override',
    { templates: HERE, overrides: ['layout/frame'] },
    'plugin mine: it overrides the view "layout/frame" but has no file layout/frame.ejs in its templates.',
  ],
  [
    'a valid message',
    { messages: { en: { 'mine.broken': '{n, plural, one {#}' } } },
    'message "mine.broken" (en): it is not a valid ICU message: ',
  ],
];
for (const [what, contributed, problem] of lost) {
  test(`a plugin that refers to ${what} that is not there`, async () => {
    const mine = definePlugin({ api: 1, ...contributed, name: 'mine' });
    const problems = await problemsOf({ models: [Lunch], extend: [mine] });
    assert.is(problems.length, 1, problems.join('\n'));
    assert.ok(problems[0]?.startsWith(problem), problems[0]);
  });
}

test('two items of one name in an extension point', async () => {
  const entry = { name: 'x', view: 'layout/message' };
  const one = definePlugin({ name: 'one', api: 1, contributes: { 'layout.banner': [entry] } });
  const two = definePlugin({ name: 'two', api: 1, contributes: { 'layout.banner': [entry] } });
  assert.equal(await problemsOf({ extend: [one, two] }), [
    'extension point layout.banner: two items have the name "x" (of one and two).',
  ]);
});

test('rules of a config for a model or field that is not there', async () => {
  const Other = defineModel('other', { fields: { name: field.text() } });
  const rules = [defineRules(Other, {}), defineRules(Lunch, { fields: { prize: () => true } as object })];
  assert.equal(await problemsOf({ models: [Lunch], rules }), [
    'rules for other: the model is not part of the application.',
    'rules for lunch: lunch has no field "prize". Did you mean "price"?',
  ]);
});

test('a function of a plugin that throws at boot names the plugin and the hook', async () => {
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

test('a contribution that throws stops the boot, and not the first page', async () => {
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

test('without a policy the boot stops, for every command', async () => {
  const error = await rustioFailureOf(
    testApp({ plugins: { auth: false, sessions: false, audit: false, admin: false } }),
  );
  assert.is(error.code, 'RIO-BOOT-POLICY');
});

test('a plugin of the project comes behind the last one that `after` names, else behind all', async () => {
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
      ['first', 'auth', 'earlier', 'sessions', 'early', 'audit', 'theme', 'admin', 'last'],
    );
  } finally {
    await running.close();
  }
});

test('a config may replace any message, and gives a project its own', async () => {
  const running = await testApp({ messages: { en: { 'layout.skip': 'Jump', 'desk.hello': 'Hello {name}' } } });
  try {
    const t = running.app.messages.translate('en');
    assert.equal([t('layout.skip'), t('desk.hello', { name: 'Ana' })], ['Jump', 'Hello Ana']);
  } finally {
    await running.close();
  }
});

test('environment variables of a plugin are parsed at boot, and reported without their values', async () => {
  const { z } = await import('zod');
  const mailer = definePlugin({
    name: 'mailer',
    api: 1,
    environment: ({ production }) => ({ MAILER_URL: production ? z.url() : z.url().default('smtp://localhost:25') }),
  });
  const running = await testApp({ extend: [mailer] });
  try {
    assert.equal(running.app.environmentOf('mailer' as never), { MAILER_URL: 'smtp://localhost:25' });
  } finally {
    await running.close();
  }
  const strict = definePlugin({ name: 'strict', api: 1, environment: { MAILER_SECRET: z.string().min(20) } });
  const problems = await problemsOf({ extend: [strict] });
  assert.is(problems.length, 1);
  assert.match(problems[0] ?? '', 'environment variable of strict: MAILER_SECRET: ');
});
