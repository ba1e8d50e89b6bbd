import { sql } from 'slonik';
import { z } from 'zod';
import { databaseError } from '../database/errors.ts';
import { withPlainConnection } from '../database/plain-connection.ts';
import type { Query } from '../database/pool.ts';
import { type Comparison, compare } from './compare.ts';
import { readFiles } from './files.ts';
import { readMigrationsTable } from './migrations-table.ts';
import type { MigrationFile, MigrationSource } from './sources.ts';

/** `missing`: its file does not exist. `plugin-disabled`: its plugin is not enabled. */
export type MigrationState = 'applied' | 'pending' | 'edited' | 'missing' | 'plugin-disabled';

/** One migration as `migrate status` shows it, including with `--json`. */
export interface MigrationStatus {
  readonly source: string;
  readonly name: string;
  readonly state: MigrationState;
  /** Pending, although a newer migration of the same source is applied. */
  readonly late: boolean;
  /** Whether it can be reverted. */
  readonly hasDown: boolean;
  readonly appliedAt: string | null;
  readonly appliedBy: string | null;
  readonly durationMs: number | null;
}

/** The status of every file and every applied migration. Only reads, takes no locks, and works before the first migration. */
export async function status(url: string, sources: readonly MigrationSource[]): Promise<readonly MigrationStatus[]> {
  const files = await readFiles(sources);
  const appliedMigrations = await withPlainConnection(url, readMigrationsTable, {
    applicationName: 'rustio-admin migrate status',
  });
  const comparison = compare(sources, files, appliedMigrations);
  const applied = new Map([...comparison.applied, ...comparison.edited].map((entry) => [entry.file, entry.row]));
  const edited = new Set(comparison.edited.map(({ file }) => file));
  const withoutFile = (rows: Comparison['missing'], state: MigrationState) =>
    rows.map((row) => ({ ...row, state, late: false, hasDown: false }));
  return [
    ...files.map((file) => {
      const row = applied.get(file);
      const state: MigrationState = row === undefined ? 'pending' : edited.has(file) ? 'edited' : 'applied';
      return { ...file, ...row, state, late: comparison.late.has(file), hasDown: file.down !== undefined };
    }),
    ...withoutFile(comparison.missing, 'missing'),
    ...withoutFile(comparison.pluginDisabled, 'plugin-disabled'),
  ].map(publicPart);
}

type Entry = Pick<MigrationStatus, 'source' | 'name' | 'state' | 'late' | 'hasDown'> & {
  readonly appliedAt?: string;
  readonly appliedBy?: string;
  readonly durationMs?: number;
};

function publicPart({ source, name, state, late, hasDown, appliedAt, appliedBy, durationMs }: Entry): MigrationStatus {
  return {
    source,
    name,
    state,
    late,
    hasDown,
    appliedAt: appliedAt ?? null,
    appliedBy: appliedBy ?? null,
    durationMs: durationMs ?? null,
  };
}

/** The files compared with the migrations table, and what prevents them from being applied. */
export interface Plan extends Comparison {
  /** The conflicts of pending files with each other and with applied ones, one sentence each. */
  readonly conflicts: readonly string[];
}

/** Returns what `migrate` would do, and what prevents it. */
export async function plan(url: string, sources: readonly MigrationSource[]): Promise<Plan> {
  // Imported dynamically, because servers need only the number of pending migrations.
  const { conflictsOn } = await import('./conflicts.ts');
  const files = await readFiles(sources);
  return await withPlainConnection(
    url,
    async (client) => {
      const comparison = compare(sources, files, await readMigrationsTable(client));
      return { ...comparison, conflicts: await conflictsOn(client, comparison) };
    },
    { applicationName: 'rustio-admin migrate plan' },
  );
}

/** A migration that is not applied, or whose file has changed since. */
export interface OpenMigration {
  readonly source: string;
  readonly name: string;
  readonly state: 'pending' | 'edited';
}

const appliedRow = z.object({ source: z.string(), name: z.string(), sha256: z.string() });

/**
 * Cached per list of sources, because readiness checks run every few seconds, and the files of a deployed process do not change.
 */
const filesOf = new WeakMap<readonly MigrationSource[], Promise<readonly MigrationFile[]>>();

/**
 * The migrations that are not applied or were edited, found with one small statement, for readiness checks and `doctor`. The files
 * are read once per list of sources.
 */
export async function loadPending(
  database: Pick<Query, 'any'>,
  sources: readonly MigrationSource[],
): Promise<readonly OpenMigration[]> {
  const files = await cachedFiles(sources);
  const hashes = new Map(
    (await appliedRows(database)).map((row) => [JSON.stringify([row.source, row.name]), row.sha256]),
  );
  return files.flatMap(({ source, name, sha256 }): OpenMigration[] => {
    const applied = hashes.get(JSON.stringify([source, name]));
    if (applied === sha256) return [];
    return [{ source, name, state: applied === undefined ? 'pending' : 'edited' }];
  });
}

/** The tables of the framework whose migrations are applied, and that do not exist: somebody dropped or renamed them. */
export async function missingTables(
  database: Pick<Query, 'any' | 'anyFirst'>,
  sources: readonly MigrationSource[],
): Promise<readonly string[]> {
  const applied = new Set((await appliedRows(database)).map((row) => JSON.stringify([row.source, row.name])));
  const tables = new Set<string>();
  for (const { source, name, sql: text } of await cachedFiles(sources)) {
    if (!applied.has(JSON.stringify([source, name]))) continue;
    for (const [, action, table = ''] of text.matchAll(/^(create|drop) table (rustio_\w+)/gm)) {
      if (action === 'create') tables.add(table);
      else tables.delete(table);
    }
  }
  // fault: missing-tables-unreported
  return database.anyFirst(sql.type(z.object({ name: z.string() }))`
    select name from unnest(${sql.array([...tables], 'text')}) name where to_regclass(name) is null order by name
  `);
}

function cachedFiles(sources: readonly MigrationSource[]): Promise<readonly MigrationFile[]> {
  const cached = filesOf.get(sources);
  if (cached !== undefined) return cached;
  const reading = readFiles(sources);
  filesOf.set(sources, reading);
  reading.catch(() => filesOf.delete(sources));
  return reading;
}

async function appliedRows(database: Pick<Query, 'any'>): Promise<readonly z.infer<typeof appliedRow>[]> {
  try {
    return await database.any(sql.type(appliedRow)`select source, name, sha256 from rustio_migration`);
  } catch (error) {
    // 42P01: the migrations table does not exist yet, so everything is pending.
    if (databaseError(error)?.code === '42P01') return [];
    throw error;
  }
}
