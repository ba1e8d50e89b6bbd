// A slow statement looks like a lost one until the server is asked about it.
import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { behindEachPooler, behindPooler, poolerKinds, untilAsleep } from './pooler-kinds.ts';

const test = suite('slow statements: real timeouts');
const sleep = (seconds: number) => sql.unsafe`select pg_sleep(${seconds})`;

test('slow statements behind a pooler are completed, in a transaction or not', () =>
  behindEachPooler(async ({ name, database }) => {
    const results = await Promise.all([
      database.query(sleep(11)),
      database.transaction((tx) => tx.query(sleep(11))),
      database.transaction(async (tx) => {
        await tx.query(sleep(3));
        return tx.query(sleep(8));
      }),
    ]);
    assert.equal(
      results.map(({ rowCount }) => rowCount),
      [1, 1, 1],
      name,
    );
  }));

test('a slow statement is completed if the pooler has no connection for the probe, but the server responds', async () => {
  const [kind] = poolerKinds;
  if (kind === undefined) throw new Error('no pooler');
  const { database, untilAsleep, proxy } = await behindPooler(kind);
  const slow = database.query(sleep(11));
  const working = work(database);
  await untilAsleep(2);
  proxy.stallNew();
  await Promise.all([slow, working]);
  await database.close();
});

test('a slow statement is completed if all server connections of PgBouncer are in use', async () => {
  const kind = poolerKinds.find(({ settings }) => settings?.pool_mode === 'transaction');
  if (kind === undefined) return;
  const { database } = await behindPooler({ ...kind, settings: { ...kind.settings, default_pool_size: '3' } });
  await Promise.all([database.query(sleep(11)), database.query(sleep(11)), work(database)]);
  await database.close();
});

test('a slow statement is completed if the role of the connection is not the one that signed in', async () => {
  const { url } = await testDatabase();
  const owner = await openDatabase(url);
  await owner.query(sql.unsafe`create role slow_owner`);
  await owner.query(sql.unsafe`create role slow_app login password 'secret' in role slow_owner`);
  await owner.query(sql.unsafe`alter role slow_app set role = 'slow_owner'`);
  const database = await openDatabase(Object.assign(new URL(url), { username: 'slow_app', password: 'secret' }).href);
  assert.is((await database.query(sleep(7))).rowCount, 1);
  await database.close();
  for (const role of ['slow_app', 'slow_owner']) await owner.query(sql.unsafe`drop role ${sql.identifier([role])}`);
  await owner.close();
});

test('a slow statement is completed if a file that the probe needs has been removed', async () => {
  const { url } = await testDatabase();
  const { hostname, port, username, password } = new URL(url);
  const folder = temporaryFolder({ 'root.crt': '', pgpass: `${hostname}:${port}:*:${username}:${password}` });
  const passwords = path.join(folder, 'pgpass');
  await chmod(passwords, 0o600);
  const withCertificate = new URL(url);
  withCertificate.searchParams.set('sslrootcert', path.join(folder, 'root.crt'));
  withCertificate.searchParams.set('sslmode', 'disable');
  process.env.PGPASSFILE = passwords;
  const databases = await Promise.all([
    openDatabase(withCertificate.href),
    openDatabase(Object.assign(new URL(url), { password: '' }).href),
  ]);
  const slow = Promise.all(databases.map((database) => database.query(sleep(7))));
  await untilAsleep(url, 2);
  await rm(folder, { recursive: true });
  assert.equal(
    (await slow).map(({ rowCount }) => rowCount),
    [1, 1],
  );
  delete process.env.PGPASSFILE;
  await Promise.all(databases.map((database) => database.close()));
});

/** Short statements in one transaction, which therefore keeps its connection. */
function work(database: Database): Promise<void> {
  return database.transaction(async (tx) => {
    for (let at = 0; at < 60; at += 1) await tx.query(sleep(0.2));
  });
}
