import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { downFileWithoutMigration, duplicateNumber, folderUnreadable, invalidFileName } from '../errors/migrations.ts';
import { type MigrationFile, type MigrationSource, PROJECT_SOURCE } from './sources.ts';

/** Plugins number their migrations; projects use timestamps, so that migrations of two branches do not collide. */
const NUMBERED = { pattern: /^(\d{4})_[a-z0-9_]+(\.down)?\.sql$/, example: '0001_add_status.sql' };
const STAMPED = { pattern: /^(\d{14})_[a-z0-9_]+(\.down)?\.sql$/, example: '20261120093000_add_status.sql' };

/** All migrations of all sources, in the order in which they are applied. */
export async function readFiles(sources: readonly MigrationSource[]): Promise<readonly MigrationFile[]> {
  return (await Promise.all(sources.map(readSource))).flat();
}

/**
 * The migrations of one source, oldest first.
 *
 * @throws RIO-MIGRATE-FILE for a file with an invalid name, a duplicate number, or a down file without its up file, instead of
 *   silently ignoring it.
 */
export async function readSource(source: MigrationSource): Promise<readonly MigrationFile[]> {
  const names = await sqlFiles(source);
  const details = [source.folder];
  const { pattern, example } = source.name === PROJECT_SOURCE ? STAMPED : NUMBERED;
  const ups = names.filter((name) => !name.endsWith('.down.sql'));
  const numbers = new Map<string, string>();
  for (const name of names) {
    const number = pattern.exec(name)?.[1];
    const isDown = name.endsWith('.down.sql');
    if (isDown && !ups.includes(name.replace(/\.down\.sql$/, '.sql')))
      throw downFileWithoutMigration({ file: name, details });
    if (number === undefined) throw invalidFileName({ file: name, form: example, details });
    if (isDown) continue;
    const first = numbers.get(number);
    if (first !== undefined) throw duplicateNumber({ first, second: name, details });
    numbers.set(number, name);
  }
  return Promise.all(ups.map((name) => readMigration(source, name, names)));
}

async function readMigration(source: MigrationSource, file: string, names: readonly string[]): Promise<MigrationFile> {
  const name = file.replace(/\.sql$/, '');
  const full = path.join(source.folder, file);
  const sql = await readSql(full);
  const sha256 = createHash('sha256').update(sql).digest('hex');
  const down = names.includes(`${name}.down.sql`) ? path.join(source.folder, `${name}.down.sql`) : undefined;
  return { source: source.name, name, path: full, sql, sha256, down };
}

/** The SQL of a file as it is executed: without a byte order mark, with `\n` line endings. */
export async function readSql(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

async function sqlFiles(source: MigrationSource): Promise<readonly string[]> {
  try {
    const names = await readdir(source.folder);
    // Sorted by code units, so that the order is the same on every machine.
    return names.filter((name) => name.endsWith('.sql')).sort();
  } catch (error) {
    // A project may have no migrations yet, but a folder that a plugin declares must exist.
    if (source.name === PROJECT_SOURCE && isMissing(error)) return [];
    throw folderUnreadable({ source: source.name, folder: source.folder, cause: error });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
