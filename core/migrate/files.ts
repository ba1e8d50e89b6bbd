import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { duplicateNumber, foreignFile, noFolder } from './problems.ts';
import { type MigrationSource, PROJECT_SOURCE } from './sources.ts';

/** A migration on disk. */
export interface MigrationFile {
  readonly source: string;
  /** Without `.sql`: `0001_accounts`, `20261120093000_add_status`. */
  readonly name: string;
  readonly path: string;
  readonly sql: string;
  /** Of the text with line ends `\n`, so that a checkout on Windows is no edit. */
  readonly sha256: string;
  /** The path of its down file, where there is one. */
  readonly down: string | undefined;
}

/** Plugins count, so that their chain reads as a list; projects take the time, so that two branches do not meet. */
const NUMBERED = /^(\d{4})_[a-z0-9_]+(\.down)?\.sql$/;
const STAMPED = /^(\d{14})_[a-z0-9_]+(\.down)?\.sql$/;

/** All migrations of all sources, in the order in which they are applied. */
export async function readFiles(sources: readonly MigrationSource[]): Promise<readonly MigrationFile[]> {
  return (await Promise.all(sources.map(readSource))).flat();
}

/**
 * The migrations of one source, oldest first.
 *
 * @throws RIO-MIGRATE-FILE for a `.sql` file that would otherwise be passed over in silence: a name of another form, a number
 *   that two bear, a down file without its up file.
 */
export async function readSource(source: MigrationSource): Promise<readonly MigrationFile[]> {
  const names = await sqlFiles(source);
  const form = source.name === PROJECT_SOURCE ? STAMPED : NUMBERED;
  const ups = names.filter((name) => !name.endsWith('.down.sql'));
  const numbers = new Map<string, string>();
  for (const name of names) {
    const number = form.exec(name)?.[1];
    const isOrphan = name.endsWith('.down.sql') && !ups.includes(name.replace(/\.down\.sql$/, '.sql'));
    if (number === undefined || isOrphan) throw foreignFile(source, name, isOrphan);
    if (name.endsWith('.down.sql')) continue;
    const other = numbers.get(number);
    if (other !== undefined) throw duplicateNumber(source, other, name);
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

/** A file as it is run: without a byte order mark, lines ended by `\n`. */
export async function readSql(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

async function sqlFiles(source: MigrationSource): Promise<readonly string[]> {
  try {
    const names = await readdir(source.folder);
    // By code units: the same order on every machine.
    return names.filter((name) => name.endsWith('.sql')).sort();
  } catch (error) {
    // A project begins without migrations; a plugin that says it has some must have brought them.
    if (source.name === PROJECT_SOURCE && isMissing(error)) return [];
    throw noFolder(source, error);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
