import { once } from 'node:events';
import { createServer, connect as dial } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { explain } from '../../../cli/report-error.ts';
import { clientConfig, databaseOf } from '../../../core/database/client-config.ts';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { openDatabase } from '../../../core/database/pool.ts';
import { testDatabase } from '../../support/database.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('settings of a connection');
let url: string;
test.before(async () => {
  ({ url } = await testDatabase());
});

/** What the pool and a plain connection fail with. */
async function failuresOf(broken: string): Promise<readonly unknown[]> {
  const database = await openDatabase(broken);
  const fromPool = await failureOf(database.query(sql.unsafe`select 1`));
  await database.close();
  return [fromPool, await failureOf(withPlainConnection(broken, (client) => client.query('select 1')))];
}

test('a connection that cannot sign in is closed, so that the server does not wait for it', async () => {
  const { hostname, port } = new URL(url);
  const closed: Promise<unknown>[] = [];
  const proxy = createServer((socket) => {
    const upstream = dial(Number(port), hostname);
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const)
      from
        .on('error', () => {})
        .on('close', () => to.destroy())
        .pipe(to);
    closed.push(new Promise((resolve) => socket.once('close', resolve)));
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const address = proxy.address();
  const through = new URL(url);
  through.port = String(typeof address === 'object' ? address?.port : '');
  for (const password of ['', 'wrong']) {
    through.password = password;
    for (const failure of await failuresOf(through.href)) assert.is(explain(failure).code, 'RIO-DATABASE-SIGN-IN');
  }
  assert.ok(closed.length >= 4);
  // The server itself closes them after a minute.
  const all = Promise.all(closed).then(() => 'closed');
  assert.is(await Promise.race([all, wait(20_000, 'open', { ref: false })]), 'closed');
  proxy.close();
});

test('escapes in the database name are decoded for all connections', async () => {
  const odd = `a/b?c#d%e"f'g h&é;,@:${process.pid}`;
  const named = new URL(url);
  named.pathname = `/${encodeURIComponent(odd)}`;
  assert.is(databaseOf(named.href), odd);
  await withPlainConnection(url, (client) => client.query(`create database ${pg.escapeIdentifier(odd)}`));
  try {
    const database = await openDatabase(named.href);
    const fromPool = await database.any(sql.unsafe`select current_database()::text as name`);
    await database.close();
    assert.equal([...fromPool], [{ name: odd }]);
    const plain = await withPlainConnection(named.href, (client) => client.query('select current_database() as name'));
    assert.equal(plain.rows, [{ name: odd }]);
  } finally {
    await withPlainConnection(url, (client) => client.query(`drop database ${pg.escapeIdentifier(odd)} with (force)`));
  }
});

test('without a database name in the URL, the server decides', () => {
  for (const each of ['postgres://h', 'postgres://h/', 'postgres://h?sslmode=disable', 'postgres:///?host=/run'])
    assert.is(databaseOf(each), undefined, each);
  assert.is(databaseOf('postgres://u:p@h/d?a=/b'), 'd');
});

test('all but two TLS modes verify the certificate', () => {
  const ssl = (mode: string) => JSON.stringify(clientConfig(`postgres://h/d?sslmode=${mode}`).ssl);
  for (const mode of ['prefer', 'require', 'verify-ca', 'verify-full']) assert.is(ssl(mode), '{}', mode);
  assert.is(ssl('no-verify'), '{"rejectUnauthorized":false}');
  assert.is(ssl('disable'), 'false');
});

test('settings in the URL that PostgreSQL does not support are reported', async () => {
  const address = url.replace(/\?.*/, '');
  for (const options of ['-c nonsense=1', 'banana', '-c work_mem=lots'])
    for (const failure of await failuresOf(`${address}?options=${encodeURIComponent(options)}`))
      assert.is(explain(failure).code, 'RIO-DATABASE-PARAMETERS', options);
});

test('a missing database and a server without TLS are reported', async () => {
  const missing = new URL(url);
  missing.pathname = '/no_such_database';
  for (const failure of await failuresOf(missing.href)) assert.match(explain(failure).parts.fix, 'create it');
  for (const mode of ['prefer', 'require', 'verify-full', 'no-verify'])
    for (const failure of await failuresOf(`${url.replace(/\?.*/, '')}?sslmode=${mode}`))
      assert.match(explain(failure).parts.problem, 'An encrypted connection', mode);
});
