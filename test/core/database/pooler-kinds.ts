import { sql } from 'slonik';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { testDatabase } from '../../support/database.ts';
import { type DatabaseProxy, databaseProxy } from '../../support/database-proxy.ts';
import { hasPgBouncer, pgBouncer } from '../../support/pgbouncer.ts';
import { until } from '../../support/until.ts';

/** What PgBouncer 1.18 must ignore so that clients may send our settings at all. */
const IGNORED = 'options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';

export interface PoolerKind {
  readonly name: string;
  /** Whether it is declared by DATABASE_POOLER. */
  readonly declared: boolean;
  /** The settings of a PgBouncer between us and the proxy; without them, the proxy itself acts as the pooler. */
  readonly settings?: Readonly<Record<string, string>>;
}

const all: readonly PoolerKind[] = [
  { name: 'declared', declared: true },
  { name: 'not declared', declared: false },
  { name: 'PgBouncer in transaction mode', declared: true, settings: { pool_mode: 'transaction' } },
  {
    name: 'PgBouncer in session mode',
    declared: false,
    settings: { pool_mode: 'session', default_pool_size: '20', ignore_startup_parameters: IGNORED },
  },
];

/** Those that can be tested on this machine. */
export const poolerKinds = all.filter(({ settings }) => settings === undefined || hasPgBouncer());

export interface PooledServer {
  readonly name: string;
  readonly database: Database;
  /** Waits until this many statements of `pg_sleep` are running. */
  untilAsleep(count: number): Promise<void>;
  /** The connections to the server itself. */
  readonly proxy: DatabaseProxy;
}

/** A database with a table `thing (id int)`, behind a pooler of this kind. */
export async function behindPooler({ name, declared, settings }: PoolerKind): Promise<PooledServer> {
  const { url } = await testDatabase();
  const proxy = await databaseProxy(url, { asPooler: settings === undefined });
  const database = await openDatabase(settings ? await pgBouncer(proxy.url, settings) : proxy.url, {
    maximumPoolSize: 6,
    ...(declared && { pooler: 'transaction' }),
  });
  await database.query(sql.unsafe`create table thing (id int)`);
  return { name, database, untilAsleep: (count) => untilAsleep(url, count), proxy };
}

/** Waits until this many statements of `pg_sleep` are running in a database. */
export function untilAsleep(url: string, count: number): Promise<void> {
  const asleep = `
    select from pg_stat_activity
    where datname = current_database() and state = 'active' and query like '%pg_sleep(%' and pid <> pg_backend_pid()
  `;
  return withPlainConnection(url, (client) => until(async () => (await client.query(asleep)).rowCount === count));
}

/** Runs the work behind all poolers at the same time, since it mostly waits. */
export async function behindEachPooler(work: (server: PooledServer) => Promise<void>): Promise<void> {
  await Promise.all(
    poolerKinds.map(async (kind) => {
      const server = await behindPooler(kind);
      try {
        await work(server);
      } finally {
        await server.database.close();
      }
    }),
  );
}
