// Plugins on the command line: their commands, what these need, and what the CLI shows of the plugins.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { toCliCommand } from '../../cli/plugin-command.ts';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { newProject, RunningCli, runCli } from './run-cli.ts';

const test = suite('plugins on the command line');
const UNREACHABLE = { DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/none' };

/** A project with one plugin `tools` of these hooks. */
async function projectWith(hooks: string, config = ''): Promise<string> {
  const folder = await newProject();
  writeFileSync(
    path.join(folder, 'rustio.config.ts'),
    `import { defineConfig } from 'rustio-admin';
    import { definePlugin, hooksFor, z } from 'rustio-admin/plugin';
    const tools = definePlugin({ name: 'tools', api: 1, ${hooks} });
    export default defineConfig({ name: 'Desk', extend: [tools], ${config} });`,
  );
  return folder;
}

function command(name: string, body: string, needs = 'nothing'): string {
  return `{ name: '${name}', description: 'Does it.', needs: '${needs}', run: async (context, { signal, values, print }) => { ${body} } }`;
}

test('a command that rustio-admin reserves prevents startup, and every command reports both owners', async () => {
  const folder = await projectWith(`commands: [${command('migrate late', 'print("no")')}]`);
  for (const words of [['plugins'], ['routes'], ['migrate', 'make']]) {
    const { code, stderr } = await runCli(folder, words, UNREACHABLE);
    assert.is(code, 2, words.join(' '));
    assert.match(stderr, 'plugin tools: The command "migrate late" already belongs to rustio-admin.');
  }
  const doctor = await runCli(folder, ['doctor'], UNREACHABLE);
  assert.match(doctor.stdout, 'plugin tools: The command "migrate late" already belongs to rustio-admin.');
  assert.match(
    (await runCli(folder, ['--help'])).stderr,
    /"migrate late" of the plugin "tools" already belongs to rustio-admin/,
  );
});

test('an option that every command already has prevents startup', async () => {
  const options = `options: { project: { type: 'string', description: 'Which' } }`;
  const folder = await projectWith(
    `commands: [{ name: 'tools run', description: 'Runs.', needs: 'nothing', ${options}, run: async () => {} }]`,
  );
  const { code, stderr } = await runCli(folder, ['plugins'], UNREACHABLE);
  assert.is(code, 2);
  assert.match(stderr, 'The option "project" of its command "tools run" already belongs to rustio-admin.');
});

test('a command without requirements runs outside a project, and receives the folder inside one', async () => {
  const folders: (string | undefined)[] = [];
  const command = toCliCommand({
    name: 'tools run',
    description: 'Runs.',
    needs: 'nothing',
    run: async ({ folder }) => void folders.push(folder),
  });
  const call = {
    values: {},
    signal: new AbortController().signal,
    print: () => {},
    ask: async () => undefined,
    askSecret: async () => undefined,
  };
  await command.run({ ...call, projectOption: undefined });
  await command.run({ ...call, projectOption: '/desk' });
  assert.equal(folders, [undefined, '/desk'], 'this repository is not a project');
});

test('a config can have messages and rules', async () => {
  const folder = await projectWith('', "messages: { en: { 'desk.title': 'Desk' } }, rules: []");
  assert.is((await runCli(folder, ['plugins'], UNREACHABLE)).code, 0);
  const wrong = await projectWith('', "messages: { en: ['Desk'] }");
  assert.match((await runCli(wrong, ['plugins'], UNREACHABLE)).stderr, 'messages.en');
});

test("a project's plugin that the config disables has no commands", async () => {
  const commands = `commands: [${command('tools run', 'print("ran")')}]`;
  assert.is((await runCli(await projectWith(commands), ['tools', 'run'])).stdout, 'ran\n');
  const disabled = await projectWith(commands, 'plugins: { tools: false }');
  const { code, stderr } = await runCli(disabled, ['tools', 'run']);
  assert.is(code, 2);
  assert.match(stderr, 'Unknown command "tools"');
  assert.not.match((await runCli(disabled, ['--help'])).stdout, 'tools run');
});

test("the help of a plugin's command is generated from its declaration", async () => {
  const folder = await projectWith(
    `commands: [{ name: 'tools run WHAT', description: 'Runs it.', needs: 'nothing', run: async () => {},
      options: { times: { description: 'How often', type: 'number', default: 2 } } }]`,
  );
  const { stdout } = await runCli(folder, ['tools', 'run', '--help']);
  assert.match(stdout, 'rustio-admin tools run <what>');
  assert.match(stdout, /--times +How often +\[number\] \[default: 2\]/);
});

test('a command that needs the database runs between start and stop of the plugins, in the role `command`, even if it fails', async () => {
  const folder = await projectWith(
    `start: (app, { role }) => { console.log('started as ' + role); return () => console.log('stopped'); },
    commands: [${command('tools run', 'print("ran")', 'database')}, ${command('tools fail', 'throw new Error("broken")', 'database')}]`,
  );
  const { url: DATABASE_URL } = await testDatabase();
  assert.is((await runCli(folder, ['migrate'], { DATABASE_URL })).stdout.includes('started'), false);
  const ran = await runCli(folder, ['tools', 'run'], { DATABASE_URL });
  assert.is(ran.stdout, 'started as command\nran\nstopped\n', ran.stderr);
  const failed = await runCli(folder, ['tools', 'fail'], { DATABASE_URL });
  assert.is(failed.code, 1);
  assert.is(failed.stdout, 'started as command\nstopped\n');
  assert.match(failed.stderr, 'broken');
});

test('SIGTERM aborts the signal of a command, which then exits on its own', async () => {
  const wait = (then: string) =>
    `const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve)); setInterval(() => {}, 1000); print('working'); await stopped; ${then}`;
  const folder = await projectWith(
    `commands: [${command('tools work', wait('print("finished");'))}, ${command('tools give-up', wait('signal.throwIfAborted();'))}, ${command('tools stay', wait("print('asked to stop'); await new Promise(() => {});"))}]`,
  );
  const orderly = new RunningCli(folder, ['tools', 'work']);
  await orderly.until(/working\n/);
  await orderly.stop();
  assert.match(orderly.stdout, 'finished');

  const quick = new RunningCli(folder, ['tools', 'give-up']);
  await quick.until(/working\n/);
  quick.signal('SIGINT');
  assert.is(await quick.ended, 130);
  assert.is(quick.stderr, '');

  const stubborn = new RunningCli(folder, ['tools', 'stay']);
  await stubborn.until(/working\n/);
  stubborn.signal('SIGTERM');
  await stubborn.until(/asked to stop\n/);
  stubborn.signal('SIGTERM');
  assert.is(await stubborn.ended, null, 'a second signal ends it immediately');
});

test('environment variables of plugins are listed by --help and doctor, without their values', async () => {
  const folder = await projectWith(
    `environment: { TOOLS_URL: z.url().describe('Where the tools are'), TOOLS_KEY: z.string().optional() }`,
  );
  const help = await runCli(folder, ['--help']);
  assert.match(help.stdout, /TOOLS_URL +Where the tools are \(required\)/);
  assert.match(help.stdout, /TOOLS_KEY +Used by the plugin tools\n?/);

  const missing = await runCli(folder, ['doctor'], UNREACHABLE);
  assert.match(missing.stdout, 'TOOLS_URL (tools): not set, but required');
  assert.match(missing.stdout, /Fix: Set TOOLS_URL in the environment/);
  const set = await runCli(folder, ['doctor'], { ...UNREACHABLE, TOOLS_URL: 'https://geheim.example' });
  assert.match(set.stdout, 'TOOLS_URL (tools): set');
  assert.match(set.stdout, 'TOOLS_KEY (tools): not set');
  assert.not.match(set.stdout + set.stderr, 'geheim');
});

test('`plugins` lists everything that a plugin contributes', async () => {
  const folder = await projectWith(
    `extensionPoints: [], contributes: { 'layout.navigation': [] }, provides: { bench: () => ({}) },
    hooks: () => [hooksFor('*', { beforeSave: () => undefined })], policies: () => [{ holds: () => undefined }],
    middleware: () => [{ name: 'timing', stage: 'around-handler', run: (ctx, next) => next() }],
    schedule: [{ name: 'sweep', every: '5 minutes', run: async () => {} }], metrics: () => [], start: () => {},
    environment: { TOOLS_KEY: z.string().optional() }, commands: [${command('tools run WHAT', '')}]`,
  );
  const result = await runCli(folder, ['plugins', '--json'], UNREACHABLE);
  const described: readonly Record<string, unknown>[] = JSON.parse(result.stdout || '[]');
  const tools = described.find(({ name }) => name === 'tools');
  assert.ok(tools, result.stderr);
  const { contributes, services, hooks, policies, middleware, schedule, functions, environment, commands } = tools;
  assert.equal(
    { contributes, services, hooks, policies, middleware, schedule, functions, environment, commands },
    {
      contributes: ['layout.navigation'],
      services: ['bench'],
      hooks: ['* (beforeSave)'],
      policies: ['holds'],
      middleware: ['timing (around-handler)'],
      schedule: ['sweep (every 5 minutes)'],
      functions: ['start', 'metrics'],
      environment: ['TOOLS_KEY'],
      commands: ['tools run <what>'],
    },
  );
  assert.match((await runCli(folder, ['plugins'], UNREACHABLE)).stdout, /schedule +sweep \(every 5 minutes\)/);
});

test('`routes` describes a route with its schemas, and its middleware in order with --stack', async () => {
  const folder = await projectWith(
    `middleware: () => [{ name: 'timing', stage: 'around-handler', run: (ctx, next) => next() }],
    routes: (routes) => routes.add({ method: 'POST', path: '/api/notes', at: 'root', access: { open: true }, authenticate: 'none', csrf: 'none',
      input: z.strictObject({ text: z.string().max(20) }), output: z.object({ id: z.string() }), responses: [201], summary: 'Add a note',
      handler: () => ({ id: '1' }) })`,
  );
  const result = await runCli(folder, ['routes', '--json', '--stack'], UNREACHABLE);
  const routes: readonly Record<string, unknown>[] = JSON.parse(result.stdout || '[]');
  const route = routes.find(({ path }) => path === '/api/notes');
  assert.ok(route, result.stderr);
  assert.is(route.summary, 'Add a note');
  assert.is(route.format, 'json');
  assert.is(route.csrf, 'none');
  assert.equal(route.authenticate, []);
  assert.match(JSON.stringify(route.input), '"maxLength":20');
  assert.match(JSON.stringify(route.output), '"id":{"type":"string"}');
  assert.ok(Array.isArray(route.stack));
  const names = route.stack.map(String);
  assert.not.ok(names.includes('unnamed'), names.join(', '));
  assert.is(names[0], 'matchRoute');
  const at = (name: string) => names.findIndex((each) => each.toLowerCase().includes(name));
  assert.ok(at('authenticate') > 0 && at('authenticate') < at('access'), names.join(', '));
  assert.ok(
    at('access') < at('body') && at('body') < at('timing') && at('timing') < names.length - 1,
    names.join(', '),
  );
  assert.match(
    (await runCli(folder, ['routes', '--stack'], UNREACHABLE)).stdout,
    /matchRoute > authenticate > .* > timing > /,
  );
});

test('the shell completion script completes commands of plugins', async () => {
  const folder = await projectWith(`commands: [${command('tools run', '')}, ${command('tools walk', '')}]`);
  const script = await runCli(folder, ['completion', '--shell', 'bash']);
  assert.is(script.code, 0, script.stderr);
  assert.match(script.stdout, 'complete -o bashdefault');
  assert.match((await runCli(folder, ['completion', '--shell', 'zsh'])).stdout, '#compdef rustio-admin');
  const words = await runCli(folder, ['--get-yargs-completions', 'rustio-admin', 'tools', ''], { SHELL: '/bin/bash' });
  assert.equal(words.stdout.trim().split('\n'), ['run', 'walk']);
});

test("with a broken config, an unknown command reports the config's error", async () => {
  const folder = await projectWith('commands: [');
  const { code, stderr } = await runCli(folder, ['tools', 'run']);
  assert.is(code, 1);
  assert.match(stderr, 'RIO-CONFIG-LOAD');
});
