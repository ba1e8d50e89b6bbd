import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  downFileWithoutMigration,
  duplicateNumber,
  folderUnreadable,
  invalidFileName,
  replacedEdited,
  replacedTwice,
} from '../errors/migrations.ts';
import { replacesIn } from './replaces.ts';
import { type MigrationFile, type MigrationSource, PROJECT_SOURCE } from './sources.ts';

/** Plugins number their migrations; projects use timestamps, so that migrations of two branches do not collide. */
const NUMBERED = { pattern: /^(\d{4})_[a-z0-9_]+(\.down)?\.sql$/, example: '0001_add_status.sql' };
const STAMPED = { pattern: /^(\d{14})_[a-z0-9_]+(\.down)?\.sql$/, example: '20261120093000_add_status.sql' };

/** All migrations of all sources, in the order in which they are applied. */
export async function readFiles(sources: readonly MigrationSource[]): Promise<readonly MigrationFile[]> {
  return (await Promise.all(sources.map(readSource))).flat();
}

/**
 * The migrations of one source, oldest first, without those that a squashed one replaces.
 *
 * @throws RIO-MIGRATE-FILE for a file with an invalid name, a duplicate number, or a down file without its up file, instead of
 *   silently ignoring it. RIO-MIGRATE-SQUASH if a squashed file does not list correctly what it replaces.
 */
export async function readSource(source: MigrationSource): Promise<readonly MigrationFile[]> {
  const names = await sqlFiles(source);
  const details = [source.folder];
  const { pattern, example } = source.name === PROJECT_SOURCE ? STAMPED : NUMBERED;
  const ups = names.filter((name) => !name.endsWith('.down.sql'));
  for (const name of names) {
    const number = pattern.exec(name)?.[1];
    const isDown = name.endsWith('.down.sql');
    if (isDown && !ups.includes(name.replace(/\.down\.sql$/, '.sql')))
      throw downFileWithoutMigration({ file: name, details });
    if (number === undefined) throw invalidFileName({ file: name, form: example, details });
  }
  const files = withoutReplaced(await Promise.all(ups.map((name) => readMigration(source, name, names))));
  const numbers = new Map<string, string>();
  for (const { name } of files) {
    const number = pattern.exec(`${name}.sql`)?.[1] ?? '';
    const first = numbers.get(number);
    if (first !== undefined) throw duplicateNumber({ first: `${first}.sql`, second: `${name}.sql`, details });
    numbers.set(number, name);
  }
  return files;
}

/** A file that is replaced is never applied, so that it can be deleted later; but nothing in it may be lost. */
function withoutReplaced(files: readonly MigrationFile[]): readonly MigrationFile[] {
  const replaced = new Set(files.flatMap(({ replaces }) => replaces.map(({ name }) => name)));
  const current = files.filter(({ name }) => !replaced.has(name));
  const by = new Map<string, string>();
  return current.map((file) => {
    const leftOver: string[] = [];
    for (const { name, sha256 } of file.replaces) {
      const other = by.get(name);
      if (other !== undefined) throw replacedTwice({ name, first: other, second: file.name });
      by.set(name, file.name);
      const left = files.find((each) => each.name === name);
      if (left === undefined) continue;
      // fault: replaced-file-edited
      if (sha256 !== undefined && left.sha256 !== sha256) throw replacedEdited({ file: left.path, by: file.name });
      leftOver.push(left.path);
    }
    return { ...file, leftOver };
  });
}

/** What to do about replaced files that have not been deleted, for example because the command that squashed them was interrupted. */
export function describeLeftOver(files: readonly MigrationFile[]): readonly string[] {
  return files.flatMap(({ name, leftOver }) =>
    leftOver.map((file) => `${path.basename(file)} is part of ${name} and is not used. Delete it and its down file.`),
  );
}

async function readMigration(source: MigrationSource, file: string, names: readonly string[]): Promise<MigrationFile> {
  const name = file.replace(/\.sql$/, '');
  const full = path.join(source.folder, file);
  const sql = await readSql(full);
  const sha256 = createHash('sha256').update(sql).digest('hex');
  const down = names.includes(`${name}.down.sql`) ? path.join(source.folder, `${name}.down.sql`) : undefined;
  return { source: source.name, name, path: full, sql, sha256, down, replaces: replacesIn(name, sql), leftOver: [] };
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
