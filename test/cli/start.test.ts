// timeout: 180

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { resolvePort } from '../../cli/serve/free-port.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { until } from '../support/until.ts';
import { newProject, RunningCli, runCli, runHere } from './run-cli.ts';

const test = suite('start');
const KEY = randomBytes(32).toString('hex');

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

async function signInStatus({ admin, email, password }: Started): Promise<number> {
  const response = await fetch(`${admin}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: new URL(admin).origin },
    body: new URLSearchParams({ email, password }),
  });
  return response.status;
}

test('a first start creates tables and an administrator, and prints how to sign in; the second keeps both', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const first = await started(folder, { DATABASE_URL: url });
  assert.match(
    first.lines.slice(-3).join('\n'),
    /^Admin: http:\/\/127\.0\.0\.1:\d+\/admin\nEmail: \S+@\S+\nPassword: \S{12,}$/,
  );
  assert.is(await signInStatus(first), 303);
  assert.is((await fetch(new URL('/readyz', first.admin))).status, 200);
  await first.cli.stop();

  const second = await started(folder, { DATABASE_URL: url });
  assert.is(second.email, first.email);
  assert.is(second.password, `unchanged; set a new one with: npx rustio-admin user password ${first.email}`);
  assert.is(await signInStatus({ ...second, password: first.password }), 303);
  await second.cli.stop();
});

test('a seed runs once; its administrator is in the last lines, its other accounts above', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  writeFileSync(
    path.join(folder, 'seed.ts'),
    `import type { SeedContext } from 'rustio-admin';
    export async function seed({ log, reportAccount }: SeedContext): Promise<void> {
      log('seeding');
      reportAccount({ email: 'admin@seed.example', password: 'otter-lamp-fern', role: 'administrator' });
      reportAccount({ email: 'analyst@seed.example', password: 'fern-lamp-otter', role: 'staff' });
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
  assert.match(first.cli.stdout, 'analyst@seed.example (staff)  fern-lamp-otter');
  await first.cli.stop();
  const second = await started(folder, { DATABASE_URL: url });
  assert.not.match(second.cli.stdout, 'seeding');
  await second.cli.stop();
});

test('a port in use is reported with its number and what to do, before anything is created', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const result = await runCli(folder, ['start'], { DATABASE_URL: url, PORT: port });
  const requested = await runCli(folder, ['start', '--port', port], { DATABASE_URL: url, PORT: '0' });
  await new Promise((resolve) => other.close(resolve));
  assert.is(result.code, 1);
  assert.match(result.stderr, `Problem: Port ${port} is already in use.`);
  assert.match(result.stderr, /Fix: .*--port \d+/);
  assert.not.match(result.stdout, 'applied');
  assert.match(requested.stderr, `Problem: Port ${port} is already in use.`, 'the option overrides PORT');
});

test('an address that the server cannot listen on is reported as such, before anything is created', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  for (const [HOST, PORT] of [
    ['no-such-host.invalid', '0'],
    ['192.0.2.1', '28471'],
  ] as const) {
    const result = await runCli(folder, ['start'], { DATABASE_URL: url, HOST, PORT });
    assert.is(result.code, 1, HOST);
    assert.match(result.stderr, `The server cannot listen on ${HOST}`);
    assert.match(result.stderr, 'RIO-SERVE-HOST');
    assert.not.match(result.stderr, 'DATABASE_URL');
    assert.not.match(result.stdout, 'applied');
  }
});

test('--port overrides PORT and .env, in `start` and in `dev`', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  // Neither of the two is a valid port.
  writeFileSync(path.join(folder, '.env'), 'PORT=99999\n');
  for (const command of ['start', 'dev']) {
    const cli = new RunningCli(folder, [command, '--port', '0'], { DATABASE_URL: url, PORT: '88888' });
    const [, admin = ''] = await cli.until(/^Admin: (.+)\n/m);
    assert.is((await fetch(new URL('/healthz', admin))).status, 200);
    await cli.stop();
  }
});

test('production without a database does not start', async () => {
  const folder = await newProject();
  const result = await runHere(folder, ['start'], { NODE_ENV: 'production', RUSTIO_SECRET_KEYS: KEY });
  assert.is(result.code, 2);
  assert.match(result.stderr, 'Problem: DATABASE_URL is not set.');
  assert.is(result.stdout, '');
});

test('production does not start without an https URL, and doctor reports it (F5)', async () => {
  const folder = await newProject();
  const environment = { NODE_ENV: 'production', DATABASE_URL: 'postgres://127.0.0.1:1/none', RUSTIO_SECRET_KEYS: KEY };
  for (const [more, problem] of [
    [{}, 'PUBLIC_URL is not set.'],
    [{ PUBLIC_URL: 'http://desk.example.org' }, 'The public URL is not an https URL.'],
  ] as const) {
    for (const command of ['start', 'worker']) {
      const result = await runHere(folder, [command], { ...environment, ...more });
      assert.is(result.code, 2, result.stdout);
      assert.match(result.stderr, `Problem: ${problem}`);
    }
    const doctor = await runHere(folder, ['doctor'], { ...environment, ...more });
    assert.is(doctor.code, 1);
    assert.match(doctor.stdout, `public-url: ${problem}`);
  }
});

test('a development start does not migrate or seed a database that others can reach (F6)', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const server = new RunningCli(folder, ['start'], { DATABASE_URL: url, HOST: '0.0.0.0' });
  await server.until(/^Admin: (.+)\n/m);
  assert.match(server.stdout, 'No tables, sample data or users were created');
  assert.not.match(server.stdout, /Email|Password|applied/);
  await server.stop();
  const tables = await withPlainConnection(url, (client) =>
    client.query(`select from pg_tables where schemaname = 'public'`),
  );
  assert.is(tables.rowCount, 0);
});

test('production creates nothing: it starts, reports pending migrations, and is ready once they are applied', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const port = String(await resolvePort(0, '127.0.0.1'));
  const environment = {
    NODE_ENV: 'production',
    DATABASE_URL: url,
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ALLOW_HTTP: 'true',
    RUSTIO_SECRET_KEYS: KEY,
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'desk@example.org',
  };
  const server = new RunningCli(folder, ['start'], environment);
  const [, admin = ''] = await server.until(/^Admin: (.+)\n/m);
  assert.match(server.stdout, 'migrations are pending');
  assert.not.match(server.stdout, /Email|Password/);
  assert.is((await fetch(new URL('/healthz', admin))).status, 200);
  assert.is((await fetch(new URL('/readyz', admin))).status, 503);

  const migrated = await runHere(folder, ['migrate'], environment);
  assert.is(migrated.code, 0, migrated.stderr);
  await until(async () => (await fetch(new URL('/readyz', admin))).status === 200);
  await server.stop();
});

/** Readiness is checked again after a second; the test requests it continuously. */

test('a config that fails to load prevents startup, with file and line', async () => {
  const folder = await newProject();
  writeFileSync(path.join(folder, 'models.ts'), 'export const models = [];\n\nexport const admins = [}\n');
  const result = await runHere(folder, ['start'], { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
  assert.is(result.code, 1);
  assert.match(result.stderr, 'models.ts:3');
  assert.match(result.stderr, 'RIO-CONFIG-LOAD');
});
