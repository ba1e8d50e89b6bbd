/** A PostgreSQL of our own for the measurements, and what it says about its work. */
import { chmod, mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../core/database/embedded.ts';

export interface BenchServer {
  readonly url: string;
  readonly version: string;
  /** What `work` cost the server: statements, and milliseconds of its own time. */
  costOf(work: () => Promise<unknown>): Promise<{ readonly statements: number; readonly ms: number }>;
  stop(): Promise<void>;
}

/** Kept between runs only when asked: a million rows are half a gigabyte, ten million five. */
export const HOME = path.join(os.tmpdir(), 'rustio-bench');

/** Quick to fill; reading, which is what is measured, goes as ever. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '4GB',
  maintenance_work_mem: '512MB',
  shared_preload_libraries: 'pg_stat_statements',
};

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
