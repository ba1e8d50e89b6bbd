import { sql } from 'slonik';
import { z } from 'zod';
import { databaseError } from '../database/errors.ts';
import { withPlainConnection } from '../database/plain.ts';
import type { Query } from '../database/pool.ts';
import { type Comparison, compare } from './compare.ts';
import { type MigrationFile, readFiles } from './files.ts';
import { readLedger } from './ledger.ts';
import type { MigrationSource } from './sources.ts';

/** `missing`: its file is gone. `foreign`: its plugin is not enabled. */
export type MigrationState = 'applied' | 'pending' | 'edited' | 'missing' | 'foreign';

/** One migration as `migrate status` shows it; also its `--json`. */
export interface MigrationStatus {
  readonly source: string;
  readonly name: string;
  readonly state: MigrationState;
  /** Pending, though a newer one of its source is applied. */
  readonly late: boolean;
  /** Whether it can be reverted. */
  readonly hasDown: boolean;
  readonly appliedAt: string | null;
  readonly appliedBy: string | null;
  readonly durationMs: number | null;
}

/** Every file and every applied migration. Reads only, takes no lock, and works before the first migration. */
export async function status(url: string, sources: readonly MigrationSource[]): Promise<readonly MigrationStatus[]> {
  const { comparison, files } = await look(url, sources);
  const applied = new Map([...comparison.applied, ...comparison.edited].map((entry) => [entry.file, entry.row]));
  const edited = new Set(comparison.edited.map(({ file }) => file));
  const gone = (state: 'missing' | 'foreign') =>
    comparison[state].map((row) => ({ ...row, state, late: false, hasDown: false }));
  return [
    ...files.map((file) => {
      const row = applied.get(file);
      const state: MigrationState = row === undefined ? 'pending' : edited.has(file) ? 'edited' : 'applied';
      return { ...file, ...row, state, late: comparison.late.has(file), hasDown: file.down !== undefined };
    }),
    ...gone('missing'),
    ...gone('foreign'),
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

/** What `migrate` would do, and what stands against it. */
export async function plan(url: string, sources: readonly MigrationSource[]): Promise<Comparison> {
  return (await look(url, sources)).comparison;
}

async function look(url: string, sources: readonly MigrationSource[]) {
  const files = await readFiles(sources);
  const ledger = await withPlainConnection(url, readLedger, { applicationName: 'rustio-admin migrate status' });
  return { files, comparison: compare(sources, files, ledger) };
}

/** A file that the database lacks, or has in another text. */
export interface OpenMigration {
  readonly source: string;
  readonly name: string;
  readonly state: 'pending' | 'edited';
}

const appliedRow = z.object({ source: z.string(), name: z.string(), sha256: z.string() });

/** Files do not change under a running process that is worth asking; a readiness check comes every few seconds. */
const filesOf = new WeakMap<readonly MigrationSource[], Promise<readonly MigrationFile[]>>();

/**
 * What keeps the database from being what the files say: one small statement, for readiness checks and `doctor`. The files
 * are read once for each list of sources.
 */
export async function pendingOf(
  database: Pick<Query, 'any'>,
  sources: readonly MigrationSource[],
): Promise<readonly OpenMigration[]> {
  const files = await knownFiles(sources);
  const hashes = new Map(
    (await appliedRows(database)).map((row) => [JSON.stringify([row.source, row.name]), row.sha256]),
  );
  return files.flatMap(({ source, name, sha256 }): OpenMigration[] => {
    const applied = hashes.get(JSON.stringify([source, name]));
    if (applied === sha256) return [];
    return [{ source, name, state: applied === undefined ? 'pending' : 'edited' }];
  });
}

function knownFiles(sources: readonly MigrationSource[]): Promise<readonly MigrationFile[]> {
  const known = filesOf.get(sources);
  if (known !== undefined) return known;
  const reading = readFiles(sources);
  filesOf.set(sources, reading);
  reading.catch(() => filesOf.delete(sources));
  return reading;
}

async function appliedRows(database: Pick<Query, 'any'>): Promise<readonly z.infer<typeof appliedRow>[]> {
  try {
    return await database.any(sql.type(appliedRow)`select source, name, sha256 from rustio_migration`);
  } catch (error) {
    // 42P01: no such table. Before the first migration everything is pending.
    if (databaseError(error)?.code === '42P01') return [];
    throw error;
  }
}
