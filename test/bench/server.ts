/** A PostgreSQL server for the benchmarks, with its own statistics. */
import { chmod, mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../core/database/embedded.ts';

export interface BenchServer {
  readonly url: string;
  readonly version: string;
  /** Reads the million rows and their indexes into memory, as on a server that has run for an hour. */
  warmUp(): Promise<void>;
  /** The cost of `work` on the server: statements, and milliseconds of execution. */
  costOf(work: () => Promise<unknown>): Promise<{ readonly statements: number; readonly ms: number }>;
  stop(): Promise<void>;
}

/** Kept between runs only with --keep: a million rows take half a gigabyte, ten million take five. */
export const HOME = path.join(os.tmpdir(), 'rustio-bench');

/**
 * Fast to fill, with enough memory for a million rows and their indexes, as on a server that is configured for them. All other
 * settings are PostgreSQL's defaults.
 */
const SETTINGS = {
  shared_buffers: '512MB',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '4GB',
  maintenance_work_mem: '512MB',
  shared_preload_libraries: 'pg_stat_statements',
};

const WARM_UP = `
  select pg_prewarm(c.oid)
  from pg_class c
  where c.oid in ('entry'::regclass, 'author'::regclass, 'small_entry'::regclass)
    or c.oid in (select indexrelid from pg_index where indrelid in ('entry'::regclass, 'author'::regclass))
`;

const STATISTICS = `
  select coalesce(sum(calls), 0)::int as statements, coalesce(sum(total_exec_time + total_plan_time), 0)::float8 as ms
  from pg_stat_statements
  where query not like '%pg_stat_statements%'
`;

export async function startBenchServer(keep: boolean): Promise<BenchServer> {
  await mkdir(HOME, { recursive: true });
  await chmod(HOME, 0o755); // as root, the server runs as another user
  const server = await startEmbedded(HOME, { database: 'bench', settings: SETTINGS });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  return {
    async warmUp() {
      await client.query('create extension if not exists pg_prewarm');
      await client.query(WARM_UP);
    },
    url: server.url,
    version: server.version,
    async costOf(work) {
      await client.query('select pg_stat_statements_reset()');
      await work();
      const { rows } = await client.query<{ statements: number; ms: number }>(STATISTICS);
      return rows[0] ?? { statements: 0, ms: 0 };
    },
    async stop() {
      await client.end();
      await server.leave();
      if (!keep) await rm(HOME, { recursive: true, force: true });
    },
  };
}
