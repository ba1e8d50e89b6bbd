/** The one connection on which migrations run: how it is set up, and the lock that lets one run at a time. */
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { withPlainConnection } from '../database/plain.ts';
import { busy } from './problems.ts';

export interface SessionOptions {
  /** Told what is worth a line: that it waits, what was applied, notices of the files. */
  readonly say?: (line: string) => void;
  /** How long to wait for another migration. @defaultValue 300 */
  readonly waitSeconds?: number;
  /**
   * How long a statement may wait for a lock on a table. While it waits, everybody who wants that table waits behind it.
   * A file may say otherwise by `set local lock_timeout`. @defaultValue 10
   */
  readonly lockSeconds?: number;
}

/** A number of our own among the advisory locks, which are counted per database. */
const MIGRATION_LOCK = '7236002';
const RETRY_MS = 100;
const ALREADY_THERE = new Set(['42P06', '42P07', '42710', '42701']);

/** Runs `work` on a connection of its own that nobody else's migration runs beside. */
export async function withMigrationSession<T>(
  url: string,
  options: SessionOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return await withPlainConnection(
    url,
    async (client) => {
      client.on('notice', (notice) => {
        if (!ALREADY_THERE.has(notice.code ?? '')) options.say?.(`${notice.severity}: ${notice.message}`);
      });
      await settle(client, options);
      await lock(client, options);
      // The lock goes with the connection.
      return await work(client);
    },
    { applicationName: 'rustio-admin migrate' },
  );
}

/** Every file meets the same session, whatever the one before it set. `search_path` stays what role and database say. */
export async function settle(client: pg.Client, { lockSeconds = 10 }: SessionOptions): Promise<void> {
  await client.query('reset role; reset all');
  await client.query(
    `select set_config(name, case name when 'lock_timeout' then $1 else '0' end, false)
     from pg_settings
     where name in ('lock_timeout', 'statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')`,
    [`${lockSeconds}s`],
  );
  try {
    // When this process dies, the server notices in the middle of a statement, and gives its locks back.
    await client.query(`set client_connection_check_interval = '1s'`);
  } catch (error) {
    // Not every system can; there it notices at the statement's end.
    if (!(error instanceof pg.DatabaseError)) throw error;
  }
}

/**
 * Takes the lock, or waits for it. By asking again and again: whoever waits inside `pg_advisory_lock()` holds a snapshot, and
 * a `create index concurrently` elsewhere would wait for that for ever.
 */
async function lock(client: pg.Client, { say, waitSeconds = 300 }: SessionOptions): Promise<void> {
  const until = performance.now() + waitSeconds * 1000;
  for (let attempt = 0; !(await tryLock(client)); attempt++) {
    if (performance.now() >= until) throw busy(waitSeconds, await holder(client));
    if (attempt === 0) say?.(`${await holder(client)} migrates; waiting for at most ${waitSeconds} s.`);
    await wait(RETRY_MS);
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [MIGRATION_LOCK]);
  return rows[0]?.got === true;
}

async function holder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; since: string | null }>(
    `select pid, date_trunc('second', backend_start)::text as since
     from pg_locks
     left join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and objsubid = 1
       and pg_locks.database = (select oid from pg_database where datname = current_database())
       and ((classid::bigint << 32) | objid::bigint) = $1
     limit 1`,
    [MIGRATION_LOCK],
  );
  const found = rows[0];
  if (found === undefined) return 'Another process';
  return `Connection ${found.pid}${found.since === null ? '' : ` (since ${found.since})`}`;
}
