/** The connection on which migrations run: its settings, and the lock that allows one run at a time. */
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { isBehindPooler, withPlainConnection } from '../database/plain-connection.ts';
import { directConnectionRequired } from '../errors/database.ts';
import { migrationLocked } from '../errors/migrations.ts';

export interface SessionOptions {
  /** Receives progress: waiting for the lock, applied files, and PostgreSQL's notices. */
  readonly log?: (line: string) => void;
  /** How long to wait for another run. @defaultValue 300 */
  readonly waitSeconds?: number;
  /**
   * How long a statement may wait for a lock on a table. While it waits, all other statements that need the table queue behind it.
   * A file can override this with `set local lock_timeout`. @defaultValue 10
   */
  readonly lockSeconds?: number;
  /**
   * How long the server keeps the locks of a run that no longer responds, for example because the machine was switched off or the
   * network failed. @defaultValue 20
   */
  readonly silenceSeconds?: number;
}

/** The key of the advisory lock. Advisory locks are per database. */
const MIGRATION_LOCK = '7236002';
const RETRY_MS = 100;
/** SQLSTATEs of notices about what `if not exists` skipped. */
const ALREADY_EXISTS = new Set(['42P06', '42P07', '42710', '42701']);

/** Runs `work` on a separate connection, while no other migrations are running. */
export async function withMigrationSession<T>(
  url: string,
  options: SessionOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return await withPlainConnection(
    url,
    async (client) => {
      client.on('notice', (notice) => {
        if (!ALREADY_EXISTS.has(notice.code ?? '')) options.log?.(`${notice.severity}: ${notice.message}`);
      });
      // fault: migrations-through-pooler
      if (await isBehindPooler(client)) throw directConnectionRequired();
      await resetSession(client, options);
      await acquireLock(client, options);
      // The lock is released with the connection.
      return await work(client);
    },
    { applicationName: 'rustio-admin migrate' },
  );
}

/**
 * Gives every file the same settings, whatever the previous file has set. `search_path` remains as configured for the role and the
 * database.
 */
export async function resetSession(client: pg.Client, options: SessionOptions): Promise<void> {
  const { lockSeconds = 10 } = options;
  await client.query(resetSessionSql(options));
  await client.query(
    `select set_config(name, case name when 'lock_timeout' then $1 else '0' end, false)
     from pg_settings
     where name in ('lock_timeout', 'statement_timeout', 'transaction_timeout')`,
    [`${lockSeconds}s`],
  );
  try {
    // Lets the server notice during a statement that this process has died, and release its locks.
    await client.query(`set client_connection_check_interval = '1s'`);
  } catch (error) {
    // Not supported on every system. Without it, the server notices at the end of the statement.
    if (!(error instanceof pg.DatabaseError)) throw error;
  }
}

/**
 * Reverts every `set` of a file. The settings that end the session of a lost client are set in the same round trip, so that they
 * always apply: the locks of an interrupted run are released within a minute, whatever its state. During a statement, the server
 * detects a lost client by TCP (`client_connection_check_interval`, keepalives, the limit for unacknowledged data), otherwise by a
 * timeout.
 */
export function resetSessionSql({ silenceSeconds = 20 }: SessionOptions): string {
  const limit = `${Math.ceil(silenceSeconds * 1000)}ms`;
  return [
    'reset role',
    'reset all',
    // fault: interrupted-run-keeps-locks
    `set idle_in_transaction_session_timeout = '${limit}'`,
    `set idle_session_timeout = '${limit}'`,
    `set tcp_user_timeout = '${limit}'`,
    `set tcp_keepalives_idle = ${Math.ceil(silenceSeconds / 4)}`,
    `set tcp_keepalives_interval = ${Math.ceil(silenceSeconds / 4)}`,
    'set tcp_keepalives_count = 3',
  ].join('; ');
}

/** Polls for the lock, because waiting inside PostgreSQL would hold a database snapshot: docs/decisions/0011-migration-lock.md. */
async function acquireLock(client: pg.Client, { log, waitSeconds = 300 }: SessionOptions): Promise<void> {
  const until = performance.now() + waitSeconds * 1000;
  for (let attempt = 0; !(await tryLock(client)); attempt++) {
    if (performance.now() >= until) throw migrationLocked({ seconds: waitSeconds, holder: await lockHolder(client) });
    if (attempt === 0) log?.(`${await lockHolder(client)} is migrating; waiting for at most ${waitSeconds} s.`);
    await wait(RETRY_MS);
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
    MIGRATION_LOCK,
  ]);
  return rows[0]?.locked === true;
}

async function lockHolder(client: pg.Client): Promise<string> {
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
  const [connection] = rows;
  if (connection === undefined) return 'Another process';
  return `Connection ${connection.pid}${connection.since === null ? '' : ` (since ${connection.since})`}`;
}
