// timeout: 120
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { newProject, runCli } from './run-cli.ts';

const test = suite('commands');
const UNREACHABLE = 'postgres://app:hunter2@127.0.0.1:1/none';

test('a mistake in the command line exits with 2, four parts on standard error, and nothing on standard output', async () => {
  const result = await runCli(temporaryFolder(), ['strat']);
  assert.is(result.code, 2);
  assert.is(result.stdout, '');
  for (const word of ['Problem:', 'Why:', 'Fix:', 'Retry:', 'Code:']) assert.match(result.stderr, word);
  assert.match(result.stderr, '"rustio-admin start"');
});

test('a command without its project is refused, and finds it by --project', async () => {
  const outside = await runCli(temporaryFolder(), ['routes']);
  assert.is(outside.code, 2);
  assert.match(outside.stderr, 'RIO-PROJECT-MISSING');
  const inside = await runCli(temporaryFolder(), ['routes', '--project', await newProject()]);
  assert.is(inside.code, 0, inside.stderr);
});

test('routes and plugins need no database, and print JSON alone with --json', async () => {
  const folder = await newProject();
  const environment = { DATABASE_URL: UNREACHABLE };
  const routes = JSON.parse((await runCli(folder, ['routes', '--json'], environment)).stdout);
  for (const route of routes) {
    assert.equal(Object.keys(route), [
      'method',
      'path',
      'access',
      'authenticate',
      'csrf',
      'body',
      'format',
      'skipGates',
      'summary',
      'query',
      'input',
      'output',
      'owner',
      'responses',
    ]);
    assert.ok(Object.keys(route.access).length > 0, `${route.path} says who may use it`);
  }
  const signIn = routes.find(
    (route: { path: string; method: string }) => route.path === '/admin/login' && route.method === 'POST',
  );
  assert.is(signIn.owner, 'sessions');
  assert.ok(signIn.responses.includes(401));

  const plugins = JSON.parse((await runCli(folder, ['plugins', '--json'], environment)).stdout);
  const names = plugins.map(({ name }: { name: string }) => name);
  assert.equal(names.slice(0, 2), ['auth', 'sessions']);
  assert.ok(plugins[0].commands.includes('user create'));
});

test('a plugin that the config takes away takes its commands along', async () => {
  const folder = await newProject();
  const config = path.join(folder, 'rustio.config.ts');
  writeFileSync(config, readFileSync(config, 'utf8').replace('plugins: { admin', 'plugins: { auth: false, admin'));
  const result = await runCli(folder, ['user', 'list'], { DATABASE_URL: UNREACHABLE });
  assert.is(result.code, 2);
  assert.match(result.stderr, 'There is no command "user"');
});

test("a command of the project's own plugin runs, and cannot take over one of ours", async () => {
  const folder = await newProject();
  const withPlugin = (name: string) => `
    import { defineConfig, definePlugin } from 'rustio-admin';
    const tools = definePlugin({
      name: 'tools', api: 1,
      commands: [{
        name: '${name}', description: 'Says it.', needs: 'nothing',
        run: async (context, { values, print }) => print(values.what + ' in ' + context.folder),
      }],
    });
    export default defineConfig({ name: 'Desk', extend: [tools] });`;
  writeFileSync(path.join(folder, 'rustio.config.ts'), withPlugin('tools say WHAT'));
  const said = await runCli(folder, ['tools', 'say', 'hello']);
  assert.is(said.stdout, `hello in ${folder}\n`, said.stderr);
  writeFileSync(path.join(folder, 'rustio.config.ts'), withPlugin('routes'));
  const clash = await runCli(folder, ['--help']);
  assert.match(clash.stderr, 'RIO-CLI-CLASH');
  assert.is(clash.code, 1);
});

test('accounts are refused before their tables are there, and made and listed after', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const environment = { DATABASE_URL: url };
  const create = ['user', 'create', '--email', 'ada@desk.example', '--role', 'administrator'];
  const early = await runCli(folder, create, environment);
  assert.is(early.code, 1);
  assert.match(early.stderr, 'RIO-CLI-PENDING');

  assert.is((await runCli(folder, ['migrate'], environment)).code, 0);
  const made = await runCli(folder, create, environment);
  assert.is(made.code, 0, made.stderr);
  assert.match((await runCli(folder, ['user', 'list'], environment)).stdout, 'ada@desk.example');
});

test('.env is read, and the environment wins over it', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  writeFileSync(path.join(folder, '.env'), `DATABASE_URL=${url}\n`);
  const byFile = await runCli(folder, ['migrate', 'status']);
  assert.is(byFile.code, 0, byFile.stderr);
  const byEnvironment = await runCli(folder, ['migrate', 'status'], { DATABASE_URL: UNREACHABLE });
  assert.is(byEnvironment.code, 1);
  assert.match(byEnvironment.stderr, 'RIO-DATABASE-UNREACHABLE');
  assert.not.match(byEnvironment.stderr, 'hunter2');
});

test('an app that was just made has its migration, and its page is known', async () => {
  const folder = await newProject();
  const environment = { DATABASE_URL: UNREACHABLE };
  assert.is((await runCli(folder, ['startapp', 'stock-takes'], environment)).code, 0);
  const made = await runCli(folder, ['migrate', 'make', 'stock takes'], environment);
  assert.is(made.code, 0, made.stderr);
  const [file] = globSync('migrations/*_stock_takes.sql', { cwd: folder });
  assert.match(readFileSync(path.join(folder, file ?? ''), 'utf8'), 'create table stock_take');
});
