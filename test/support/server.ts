/** The one PostgreSQL server of a test run. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../core/database/embedded.ts';
import { withPlainConnection } from '../../core/database/plain.ts';

export interface TestServer {
  /** As a superuser, for creating and dropping databases. */
  readonly adminUrl: string;
  /** Every database of this run has a name that begins with this. */
  readonly prefix: string;
  stop(): Promise<void>;
}

/** Nothing of a test run needs to survive a crash. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

/**
 * The server of the run: the one that `test/run.ts` has started for all files; the one at `TEST_DATABASE_URL` (a superuser's
 * address, to test against another version of PostgreSQL); or an embedded one of our own, under the system's temporary folder.
 */
export async function testServer(): Promise<TestServer> {
  const { RUSTIO_TEST_SERVER: shared, RUSTIO_TEST_PREFIX: prefix, TEST_DATABASE_URL: other } = process.env;
  if (shared !== undefined && prefix !== undefined) return { adminUrl: shared, prefix, stop: async () => {} };
  const ownPrefix = `rustio_test_${randomBytes(4).toString('hex')}_`;
  if (other === undefined) return startOwn(ownPrefix);
  return { adminUrl: other, prefix: ownPrefix, stop: () => dropDatabases(other, ownPrefix) };
}

/** What tells the test files of a run where its server is. */
export function environmentOf(server: TestServer): Record<string, string> {
  return { RUSTIO_TEST_SERVER: server.adminUrl, RUSTIO_TEST_PREFIX: server.prefix };
}

async function startOwn(prefix: string): Promise<TestServer> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'rustio-test-'));
  await chmod(home, 0o755); // as root, the server runs as another user
  const server = await startEmbedded(home, { database: 'postgres', settings: FAST });
  return {
    adminUrl: server.url,
    prefix,
    stop: async () => {
      await server.leave();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function dropDatabases(adminUrl: string, prefix: string): Promise<void> {
  await withPlainConnection(adminUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'select datname as name from pg_database where starts_with(datname, $1)',
      [prefix],
    );
    for (const { name } of rows) await client.query(`drop database ${client.escapeIdentifier(name)} with (force)`);
  });
}
