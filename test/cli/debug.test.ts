import * as assert from 'uvu/assert';
import { sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';
import { projectOnDatabase, RunningCli, runCli } from './run-cli.ts';

const test = suite('debug output');

const CONFIG = `
  import { defineConfig, definePlugin, sql } from 'rustio-admin';
  const probe = definePlugin({
    name: 'probe',
    api: 1,
    routes(routes) {
      routes.get('/+public', { access: { open: true } }, (ctx) => {
        ctx.body = 'hello';
      });
    },
    start: () => {},
    commands: [{
      name: 'probe', description: 'Runs statements', needs: 'database',
      run: async ({ database }) => {
        await database.any(sql.unsafe\`select \${'top secret'}::text
          as kept\`);
        await database.any(sql.unsafe\`select \${'top secret'}::int4\`).catch(() => {});
      },
    }],
  });
  export default defineConfig({ name: 'Desk', models: [], extend: [probe] });
`;

test('NODE_DEBUG=rustio shows the startup, the statements and one line per request', async () => {
  const { folder, environment } = await projectOnDatabase(CONFIG);
  const cli = new RunningCli(folder, ['start'], { ...environment, NODE_DEBUG: 'rustio' });
  const [, admin = ''] = await cli.until(/^Admin: (.+)\n/m);
  const [, email = ''] = await cli.until(/^Email: (.+)\n/m);
  const [, password = ''] = await cli.until(/^Password: (.+)\n/m);
  const sent = await fetch(`${admin}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: new URL(admin).origin },
    body: new URLSearchParams({ email, password }),
  });
  const cookie = sent.headers.get('set-cookie')?.split(';')[0] ?? '';
  await fetch(admin, { headers: { cookie } });
  await fetch(`${admin}/+public?q=hidden-search`);
  await fetch(`${admin}/users`, { redirect: 'manual' });
  const forged = await fetch(`${admin}/logout`, {
    method: 'POST',
    headers: { cookie, origin: 'https://evil.example' },
  });
  assert.is(forged.status, 403);
  await cli.until(/ROUTE .*logout.*\n/);
  cli.signal('SIGTERM');
  await cli.ended;

  const { stderr } = cli;
  assert.match(
    stderr,
    /^RUSTIO:BOOT \d+: plugins: auth, sessions, jobs, mail, recovery, mfa, tokens, audit, theme, admin, accounts, probe$/m,
  );
  const hooks = [...stderr.matchAll(/^RUSTIO:BOOT \d+: (\S+ .+) \d+\.\d ms$/gm)].map(([, hook]) => hook);
  const expected = ['auth policies', 'admin routes', 'probe routes', 'booted in', 'probe start (web)'];
  assert.equal(
    hooks.filter((hook) => expected.includes(hook ?? '')),
    expected,
  );
  assert.ok(hooks.includes('auth prepareDevelopment'));
  assert.ok(!hooks.some((hook) => hook === 'theme policies'), 'a hook that a plugin does not have is not shown');
  assert.match(stderr, /^RUSTIO:SQL \d+: \d+\.\d ms, 1 row: .*rustio_user/m);

  const lines = (text: string) =>
    stderr.split('\n').filter((line) => line.startsWith('RUSTIO:ROUTE') && line.includes(text));
  const uuid = '[0-9a-f-]{36}';
  const line = (start: string, end: string) =>
    new RegExp(`^RUSTIO:ROUTE \\d+: ${start} \\d+\\.\\d ms ${end} id=${uuid}$`);
  const [publicPage = ''] = lines('+public');
  assert.match(
    publicPage,
    line('GET /admin/\\+public 200', 'route=/admin/\\+public owner=probe scheme=none access=allow'),
  );
  assert.match(
    lines(' /admin 200')[0] ?? '',
    line('GET /admin 200', 'route=/admin owner=admin scheme=session access=allow'),
  );
  assert.match(
    lines('/admin/users')[0] ?? '',
    line('GET /admin/users 303', 'route=/admin/:model owner=admin scheme=none access=sign-in'),
  );
  assert.match(
    lines('/admin/logout')[0] ?? '',
    line(
      'POST /admin/logout 403',
      'route=/admin/logout owner=sessions scheme=session access=none error=RIO-HTTP-ORIGIN',
    ),
  );
  for (const secret of [email, password, 'hidden-search', cookie.split('=')[1] ?? 'cookie'])
    assert.not.ok(stderr.includes(secret), `${secret} is not shown`);
});

test('NODE_DEBUG=rustio:sql shows only statements: on one line, with rows or SQLSTATE, without values', async () => {
  const { folder, environment } = await projectOnDatabase(CONFIG);
  assert.is((await runCli(folder, ['migrate'], environment)).code, 0);
  const { code, stderr } = await runCli(folder, ['probe'], { ...environment, NODE_DEBUG: 'rustio:sql' });
  assert.is(code, 0, stderr);
  assert.match(stderr, /^RUSTIO:SQL \d+: \d+\.\d ms, 1 row: select \$1::text as kept$/m);
  assert.match(stderr, /^RUSTIO:SQL \d+: \d+\.\d ms, error 22P02: select \$1::int4$/m);
  assert.not.match(stderr, 'top secret');
  assert.not.match(stderr, /RUSTIO:(?!SQL)/);
});

test('without NODE_DEBUG nothing is shown', async () => {
  const { folder, environment } = await projectOnDatabase(CONFIG);
  assert.is((await runCli(folder, ['migrate'], environment)).code, 0);
  const { code, stderr } = await runCli(folder, ['probe'], { ...environment, NODE_DEBUG: 'http2' });
  assert.is(code, 0);
  assert.is(stderr, '');
});

test('it is the lowest layer and imports none of the others', () => {
  const source = sourcesIn('core').find(({ path }) => path === 'core/base/debug.ts');
  assert.equal(source?.imports, []);
  assert.equal(source?.packages, ['node:util']);
});
