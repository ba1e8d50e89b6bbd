// A project with its own sign-in plugin, without `auth` and `sessions`, starts like any other.
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { newProject, RunningCli, runCli } from './run-cli.ts';

const test = suite('start without auth');
const SECRET = 'a secret that only the proxy and the application know';

async function proxiedProject(plugins: string, seed = ''): Promise<string> {
  const folder = await newProject();
  cpSync(new URL('../external-plugins/proxy-sign-in/', import.meta.url), path.join(folder, 'proxy-sign-in'), {
    recursive: true,
  });
  writeFileSync(
    path.join(folder, 'rustio.config.ts'),
    `import { defineConfig } from 'rustio-admin';
    import { admins, models } from './models.ts';
    import { proxySignIn } from './proxy-sign-in/index.ts';
    export default defineConfig({
      name: 'Desk',
      models,
      extend: [proxySignIn],
      plugins: { auth: false, sessions: false, accounts: false, recovery: false, mfa: false, tokens: false, 'proxy-sign-in': { groups: { boss: 'all' } }, ${plugins} },
      ${seed}
    });`,
  );
  return folder;
}

test('it serves without creating an administrator or printing a password', async () => {
  const folder = await proxiedProject('admin: { admins }', `seed: './seed.ts',`);
  writeFileSync(
    path.join(folder, 'seed.ts'),
    `import type { SeedContext } from 'rustio-admin';
    export async function seed({ reportAccount }: SeedContext): Promise<void> {
      reportAccount({ email: 'grace@seed.example', password: 'otter-lamp-fern', role: 'writer' });
    }`,
  );
  const { url } = await testDatabase();
  const environment = { DATABASE_URL: url, PROXY_SECRET: SECRET };
  const cli = new RunningCli(folder, ['start'], environment);
  const [, admin = ''] = await cli.until(/^Admin: (.+)\n/m);
  assert.not.match(cli.stdout, /^Email|^Password|user create|user password/m);
  assert.match(
    cli.stdout,
    'grace@seed.example (writer)  otter-lamp-fern',
    'the account of the seed is printed nowhere else',
  );
  const headers = { 'x-forwarded-user': 'grace', 'x-forwarded-groups': 'boss', 'x-proxy-secret': SECRET };
  assert.is((await fetch(admin)).status, 401);
  assert.is((await fetch(admin, { headers })).status, 200);
  await cli.stop();

  const doctor = await runCli(folder, ['doctor'], environment);
  assert.not.match(doctor.stdout, /administrator|password|session/i);
  assert.is(doctor.code, 0, doctor.stdout + doctor.stderr);
  const command = await runCli(folder, ['user', 'list'], environment);
  assert.is(command.code, 2);
  assert.match(command.stderr, 'RIO-CLI-USAGE');
});

test('without the admin, the printed URL is the one that responds', async () => {
  const folder = await proxiedProject('admin: false');
  const { url } = await testDatabase();
  const cli = new RunningCli(folder, ['start'], { DATABASE_URL: url, PROXY_SECRET: SECRET });
  const [, address = ''] = await cli.until(/^URL: (.+)\n/m);
  assert.not.match(cli.stdout, /^Admin:/m);
  assert.is((await fetch(new URL('/healthz', address))).status, 200);
  await cli.stop();
});
