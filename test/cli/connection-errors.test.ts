import { createServer, type Server, type Socket } from 'node:net';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { explain } from '../../cli/report-error.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { openDatabase } from '../../core/database/pool.ts';
import { testDatabase } from '../support/database.ts';
import { failureOf } from '../support/failure.ts';
import { runSql } from '../support/run-sql.ts';
import { suite } from '../support/suite.ts';
import { newProject, runCli, runHere } from './run-cli.ts';

const test = suite('a database that cannot be used');
let folder: string;
let url: string;

test.before(async () => {
  folder = await newProject();
  ({ url } = await testDatabase());
});

async function assertExplained(
  databaseUrl: string,
  code: string,
  text: RegExp | string,
  commands: 'also start' | 'without start' = 'without start',
): Promise<void> {
  const environment = { DATABASE_URL: databaseUrl };
  const migrate = await runHere(folder, ['migrate'], environment);
  const doctor = await runHere(folder, ['doctor'], environment);
  const start = commands === 'also start' ? [await runCli(folder, ['start'], environment)] : [];
  for (const { stderr } of [migrate, ...start]) assert.match(stderr, code, databaseUrl);
  assert.match(doctor.stdout, text, databaseUrl);
  for (const { stdout, stderr, code: exit } of [migrate, doctor, ...start]) {
    assert.is.not(exit, 0);
    assert.match(stdout + stderr, text, databaseUrl);
    assert.not.match(stdout + stderr, /RIO-UNEXPECTED|report it as a bug|hunter2/, databaseUrl);
  }
}

test('a wrong or missing password gets a specific error (T25)', async () => {
  const wrong = new URL(url);
  wrong.password = 'hunter2';
  await assertExplained(
    wrong.href,
    'RIO-DATABASE-SIGN-IN',
    'The database rejected the user name or password.',
    'also start',
  );
  wrong.password = '';
  await assertExplained(wrong.href, 'RIO-DATABASE-SIGN-IN', 'The database rejected the user name or password.');
});

test('a missing socket, a closed port, an unknown host or database, and TLS failures get specific errors (T25)', async () => {
  await assertExplained(
    'postgres:///app?host=/nowhere/postgresql',
    'RIO-DATABASE-UNREACHABLE',
    'The database cannot be reached.',
    'also start',
  );
  const missing = new URL(url);
  missing.pathname = '/no_such_database';
  for (const unreachable of [
    'postgres://u:hunter2@127.0.0.1:1/app',
    'postgres://u:hunter2@host.invalid/app',
    missing.href,
    ...['prefer', 'require', 'verify-full', 'no-verify'].map((mode) => `${url.replace(/\?.*/, '')}?sslmode=${mode}`),
  ]) {
    const database = await openDatabase(unreachable);
    const fromPool = await failureOf(database.query(sql.unsafe`select 1`));
    await database.close();
    const plain = await failureOf(withPlainConnection(unreachable, (client) => client.query('select 1')));
    for (const failure of [fromPool, plain]) {
      const { code, parts } = explain(failure);
      assert.is(code, 'RIO-DATABASE-UNREACHABLE', unreachable);
      if (unreachable === missing.href) assert.match(parts.fix, 'create it');
      else if (unreachable.includes('sslmode')) assert.match(parts.problem, 'An encrypted connection');
    }
  }
});

test('a server that accepts connections but never responds is given up on (A35)', async () => {
  const sockets = new Set<Socket>();
  const silent: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    await assertExplained(
      `postgres://u:hunter2@127.0.0.1:${port}/app`,
      'RIO-DATABASE-UNREACHABLE',
      'cannot be reached',
    );
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
});

test('a role without privileges, a read-only role and an empty search path get specific errors (F20, F21, T25)', async () => {
  const owner = await testDatabase();
  await runSql(owner.url, 'revoke create on schema public from public');
  const roles = [
    ['', 'RIO-DATABASE-PRIVILEGES', 'The database role does not have the privileges that it needs.'],
    ['set default_transaction_read_only = on', 'RIO-DATABASE-READ-ONLY', 'The database is read-only.'],
    ["set search_path = ''", 'RIO-DATABASE-SCHEMA', 'The database has no schema in which tables can be created.'],
  ] as const;
  for (const [at, [setting, code, problem]] of roles.entries()) {
    const role = `rustio_words_${process.pid}_${at}`;
    await withPlainConnection(owner.url, async (client) => {
      await client.query(`create role ${role} login password 'hunter2'`);
      if (setting !== '') await client.query(`alter role ${role} ${setting}`);
    });
    try {
      const limited = new URL(owner.url);
      limited.username = role;
      limited.password = 'hunter2';
      const { stderr } = await runHere(folder, ['migrate'], { DATABASE_URL: limited.href });
      assert.match(stderr, code);
      assert.match(stderr, problem);
    } finally {
      await runSql(owner.url, `drop role ${role}`);
    }
  }
});
