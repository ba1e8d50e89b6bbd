// timeout: 120
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { newProject, RunningCli, runCli } from './run-cli.ts';

const test = suite('start');
const KEY = '5e'.repeat(32);

interface Started {
  readonly cli: RunningCli;
  readonly lines: readonly string[];
  readonly admin: string;
  readonly email: string;
  readonly password: string;
}

async function started(folder: string, environment: Record<string, string>): Promise<Started> {
  const cli = new RunningCli(folder, ['start'], environment);
  await cli.until(/^Password: .+\n/m);
  const lines = cli.stdout.trim().split('\n');
  const [admin = '', email = '', password = ''] = lines.slice(-3).map((line) => line.replace(/^[\w-]+: /, ''));
  return { cli, lines, admin, email, password };
}

async function stop({ cli }: Pick<Started, 'cli'>): Promise<void> {
  cli.signal('SIGTERM');
  assert.is(await cli.ended, 0);
}

async function signInStatus({ admin, email, password }: Started): Promise<number> {
  const answer = await fetch(`${admin}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: new URL(admin).origin },
    body: new URLSearchParams({ email, password }),
  });
  return answer.status;
}

test('a first start makes tables and an administrator, and its last three lines let one in; the second keeps both', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const first = await started(folder, { DATABASE_URL: url });
  assert.match(
    first.lines.slice(-3).join('\n'),
    /^Admin: http:\/\/127\.0\.0\.1:\d+\/admin\nE-mail: \S+@\S+\nPassword: \S{12,}$/,
  );
  assert.is(await signInStatus(first), 303);
  assert.is((await fetch(new URL('/readyz', first.admin))).status, 200);
  await stop(first);

  const second = await started(folder, { DATABASE_URL: url });
  assert.is(second.email, first.email);
  assert.is(second.password, `unchanged; set a new one with: npx rustio-admin user password ${first.email}`);
  assert.is(await signInStatus({ ...second, password: first.password }), 303);
  await stop(second);
});

test('a seed runs once, and the administrator whom it made stands in the last lines, others above', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  writeFileSync(
    path.join(folder, 'seed.ts'),
    `import type { SeedContext } from 'rustio-admin';
    export async function seed({ say, introduce }: SeedContext): Promise<void> {
      say('seeding');
      introduce({ email: 'admin@seed.example', password: 'otter-lamp-fern', role: 'administrator' });
      introduce({ email: 'analyst@seed.example', password: 'fern-lamp-otter', role: 'staff' });
    }`,
  );
  writeFileSync(
    path.join(folder, 'rustio.config.ts'),
    `import { defineConfig } from 'rustio-admin';
    import { admins, models } from './models.ts';
    export default defineConfig({ name: 'Desk', models, plugins: { admin: { admins } }, seed: './seed.ts' });`,
  );
  const first = await started(folder, { DATABASE_URL: url });
  assert.is(first.email, 'admin@seed.example');
  assert.is(first.password, 'otter-lamp-fern');
  assert.match(first.cli.stdout, 'analyst@seed.example  fern-lamp-otter');
  await stop(first);
  const second = await started(folder, { DATABASE_URL: url });
  assert.not.match(second.cli.stdout, 'seeding');
  await stop(second);
});

test('a taken port is told with its number and what to do, before anything is made', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const result = await runCli(folder, ['start'], { DATABASE_URL: url, PORT: port });
  const wished = await runCli(folder, ['start', '--port', port], { DATABASE_URL: url, PORT: '0' });
  await new Promise((resolve) => other.close(resolve));
  assert.is(result.code, 1);
  assert.match(result.stderr, `Problem: Port ${port} is taken.`);
  assert.match(result.stderr, /Fix: .*--port \d+/);
  assert.not.match(result.stdout, 'applied');
  assert.match(wished.stderr, `Problem: Port ${port} is taken.`, 'the option wins over PORT');
});

test('--port wins over PORT and .env, in `start` and in `dev`', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  // Neither of the two could be listened on.
  writeFileSync(path.join(folder, '.env'), 'PORT=99999\n');
  for (const command of ['start', 'dev']) {
    const cli = new RunningCli(folder, [command, '--port', '0'], { DATABASE_URL: url, PORT: '88888' });
    const [, admin = ''] = await cli.until(/^Admin: (.+)\n/m);
    assert.is((await fetch(new URL('/healthz', admin))).status, 200);
    await stop({ cli });
  }
});

test('production without a database or keys does not start', async () => {
  const folder = await newProject();
  const result = await runCli(folder, ['start'], { NODE_ENV: 'production', RUSTIO_SECRET_KEYS: KEY });
  assert.is(result.code, 2);
  assert.match(result.stderr, 'Problem: DATABASE_URL is not set.');
  assert.is(result.stdout, '');
});

test('production makes nothing by itself: it starts, says what is pending, and is ready once that is done', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const environment = { NODE_ENV: 'production', DATABASE_URL: url, RUSTIO_SECRET_KEYS: KEY };
  const server = new RunningCli(folder, ['start'], environment);
  const [, admin = ''] = await server.until(/^Admin: (.+)\n/m);
  assert.match(server.stdout, 'migrations are pending');
  assert.not.match(server.stdout, /E-mail|Password/);
  assert.is((await fetch(new URL('/healthz', admin))).status, 200);
  assert.is((await fetch(new URL('/readyz', admin))).status, 503);

  const migrated = await runCli(folder, ['migrate'], environment);
  assert.is(migrated.code, 0, migrated.stderr);
  await until(async () => (await fetch(new URL('/readyz', admin))).status === 200);
  await stop({ cli: server });
});

/** Readiness is asked again after a second; the test asks as often as it is answered. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) assert.ok(Date.now() < end, 'it never held');
}

test('a config that does not load stops the start with file and line', async () => {
  const folder = await newProject();
  writeFileSync(path.join(folder, 'models.ts'), 'export const models = [];\n\nexport const admins = [}\n');
  const result = await runCli(folder, ['start'], { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
  assert.is(result.code, 1);
  assert.match(result.stderr, 'models.ts:3');
  assert.match(result.stderr, 'RIO-CONFIG-LOAD');
});
