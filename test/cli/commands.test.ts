import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { newProject, runCli, runHere } from './run-cli.ts';

const test = suite('commands');
const UNREACHABLE = 'postgres://app:hunter2@127.0.0.1:1/none';

test('an invalid command line exits with 2, with problem, why and fix on standard error and nothing on standard output', async () => {
  const result = await runCli(temporaryFolder(), ['strat']);
  assert.is(result.code, 2);
  assert.is(result.stdout, '');
  for (const word of ['Problem:', 'Why:', 'Fix:', 'Code:']) assert.match(result.stderr, word);
  assert.match(result.stderr, '"npx rustio-admin start"');
});

test('a command outside a project is rejected; with --project it runs', async () => {
  const outside = await runHere(temporaryFolder(), ['routes']);
  assert.is(outside.code, 2);
  assert.match(outside.stderr, 'RIO-PROJECT-MISSING');
  const inside = await runHere(temporaryFolder(), ['routes', '--project', await newProject()]);
  assert.is(inside.code, 0, inside.stderr);
});

test('routes and plugins need no database, and print only JSON with --json', async () => {
  const folder = await newProject();
  const environment = { DATABASE_URL: UNREACHABLE };
  const routes = JSON.parse((await runHere(folder, ['routes', '--json'], environment)).stdout);
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
    assert.ok(Object.keys(route.access).length > 0, `${route.path} declares who has access`);
  }
  const signIn = routes.find(
    (route: { path: string; method: string }) => route.path === '/admin/login' && route.method === 'POST',
  );
  assert.is(signIn.owner, 'sessions');
  assert.ok(signIn.responses.includes(401));

  const plugins = JSON.parse((await runHere(folder, ['plugins', '--json'], environment)).stdout);
  const names = plugins.map(({ name }: { name: string }) => name);
  assert.equal(names.slice(0, 2), ['auth', 'sessions']);
  assert.ok(plugins[0].commands.includes('user create'));
});

test('a plugin that the config disables has no commands', async () => {
  const folder = await newProject();
  const config = path.join(folder, 'rustio.config.ts');
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace(
      'plugins: { admin',
      'plugins: { auth: false, accounts: false, recovery: false, mfa: false, admin',
    ),
  );
  const result = await runHere(folder, ['user', 'list'], { DATABASE_URL: UNREACHABLE });
  assert.is(result.code, 2);
  assert.match(result.stderr, 'Unknown command "user"');
});

test("a command of the project's own plugin runs, and cannot replace a built-in one", async () => {
  const folder = await newProject();
  const withPlugin = (name: string) => `
    import { defineConfig, definePlugin } from 'rustio-admin';
    const tools = definePlugin({
      name: 'tools', api: 1,
      commands: [{
        name: '${name}', description: 'Prints it.', needs: 'nothing',
        run: async (context, { values, print }) => print(values.what + ' in ' + context.folder),
      }],
    });
    export default defineConfig({ name: 'Desk', extend: [tools] });`;
  writeFileSync(path.join(folder, 'rustio.config.ts'), withPlugin('tools say WHAT'));
  const result = await runCli(folder, ['tools', 'say', 'hello']);
  assert.is(result.stdout, `hello in ${folder}\n`, result.stderr);
  writeFileSync(path.join(folder, 'rustio.config.ts'), withPlugin('routes'));
  const conflict = await runCli(folder, ['--help']);
  assert.match(conflict.stderr, 'RIO-CLI-CONFLICT');
  assert.is(conflict.code, 1);
});

test('accounts can be created and listed only after the migrations have been applied', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const environment = { DATABASE_URL: url };
  const create = ['user', 'create', '--email', 'ada@desk.example', '--role', 'administrator'];
  const early = await runHere(folder, create, environment);
  assert.is(early.code, 1);
  assert.match(early.stderr, 'RIO-CLI-PENDING');

  assert.is((await runHere(folder, ['migrate'], environment)).code, 0);
  const created = await runHere(folder, create, environment);
  assert.is(created.code, 0, created.stderr);
  assert.match((await runHere(folder, ['user', 'list'], environment)).stdout, 'ada@desk.example');
});

test('environment variables override .env', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  writeFileSync(path.join(folder, '.env'), `DATABASE_URL=${url}\n`);
  const fromFile = await runHere(folder, ['migrate', 'status']);
  assert.is(fromFile.code, 3, 'its migrations are pending');
  const fromEnvironment = await runHere(folder, ['migrate', 'status'], { DATABASE_URL: UNREACHABLE });
  assert.is(fromEnvironment.code, 1);
  assert.match(fromEnvironment.stderr, 'RIO-DATABASE-UNREACHABLE');
  assert.not.match(fromEnvironment.stderr, 'hunter2');
});

test('a new app gets a migration of its model', async () => {
  const folder = await newProject();
  const environment = { DATABASE_URL: UNREACHABLE };
  assert.is((await runHere(folder, ['startapp', 'stock-takes'], environment)).code, 0);
  const created = await runHere(folder, ['migrate', 'make', 'stock takes'], environment);
  assert.is(created.code, 0, created.stderr);
  const [file] = globSync('migrations/*_stock_takes.sql', { cwd: folder });
  assert.match(readFileSync(path.join(folder, file ?? ''), 'utf8'), 'create table stock_take');
});

for (const workers of ['0', '1.5', '129']) {
  test(`--workers ${workers} is rejected`, async () => {
    const result = await runHere(await newProject(), ['start', '--workers', workers], { DATABASE_URL: UNREACHABLE });
    assert.is(result.code, 2);
    assert.match(result.stderr, 'RIO-CLI-USAGE');
  });
}
