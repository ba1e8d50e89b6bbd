/**
 * Combines migrations into one file. New databases run it; databases to which all replaced files are applied only record it:
 * docs/decisions/0020-squashed-migrations.md.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import {
  invalidMigrationName,
  squashEnumValue,
  squashNameTaken,
  squashOfPackage,
  squashOutsideTransaction,
  squashPartlyApplied,
  squashTargetUnknown,
  squashTooFew,
} from '../errors/migrations.ts';
import { compare, rejectEdited, rejectIncomplete } from './compare.ts';
import { describeConflicts, findConflicts, rejectConflicts } from './conflicts.ts';
import { readSource, readSql } from './files.ts';
import { toFileName } from './migration-name.ts';
import { readMigrationsTable } from './migrations-table.ts';
import { printReplaces, withoutReplaces } from './replaces.ts';
import { writeAtomically } from './snapshot-file.ts';
import type { MigrationFile, MigrationSource } from './sources.ts';
import { StatementReader } from './statement-reader.ts';
import { firstLine, type Statement, splitStatements, tokenize } from './statements.ts';
import { rejectTransactionControl } from './transaction.ts';

export interface SquashRange {
  /** The project's source, or that of a plugin. */
  readonly source: MigrationSource;
  /** The name of the first file. @defaultValue the oldest */
  readonly from?: string;
  /** The name of the last file. @defaultValue the newest */
  readonly to?: string;
}

/** What will be written and deleted. */
export interface PlannedSquash {
  /** The folder of the migrations. */
  readonly folder: string;
  readonly files: readonly MigrationFile[];
  /** `20260101000000_squashed` */
  readonly name: string;
  readonly up: string;
  /** Undefined if one of the files cannot be reverted. */
  readonly down: string | undefined;
  readonly notes: readonly string[];
}

/**
 * Combines the migrations of a range, without writing anything.
 *
 * @throws RIO-MIGRATE-SQUASH if the range is wrong or the files cannot run in one transaction; RIO-MIGRATE-CONFLICT;
 *   RIO-MIGRATE-NAME, RIO-MIGRATE-FILE.
 *
 * @example
 * await writeSquash(await planSquash({ source, to: '20260301120000_add_status' }, 'until march'));
 */
export async function planSquash(range: SquashRange, name = 'squashed'): Promise<PlannedSquash> {
  const { source } = range;
  if (source.folder.split(path.sep).includes('node_modules')) throw squashOfPackage({ source: source.name });
  const all = await readSource(source);
  const files = filesIn(all, range);
  const [first] = files;
  if (first === undefined || files.length < 2) throw squashTooFew();
  rejectTransactionControl(files);
  rejectSeparateTransactions(files);
  rejectConflicts(describeConflicts(findConflicts({ pending: files })));

  const words = toFileName(name);
  if (words === '') throw invalidMigrationName({ name });
  const [number = ''] = first.name.split('_', 1);
  const fileName = `${number}_${words}`;
  if (all.some((file) => file.name === fileName)) throw squashNameTaken({ name: fileName });

  const replaces = files.flatMap((file) =>
    file.replaces.length === 0 ? [file] : [...file.replaces, { name: file.name, sha256: undefined }],
  );
  const downs = await Promise.all(files.map(async ({ name, down }) => ({ name, sql: down && (await readSql(down)) })));
  const irreversible = downs.filter(({ sql }) => sql === undefined).map(({ name }) => name);
  return {
    folder: source.folder,
    files,
    name: fileName,
    up: `${printReplaces(replaces)}\n\n${join(files)}`,
    down: irreversible.length > 0 ? undefined : join(downs.map(({ name, sql = '' }) => ({ name, sql })).reverse()),
    notes: [
      ...(irreversible.length > 0
        ? [`${fileName} cannot be reverted, because these have no down file: ${irreversible.join(', ')}.`]
        : []),
      'Every database must have all of these migrations, or none of them, before it gets the squashed one.',
    ],
  };
}

function filesIn(files: readonly MigrationFile[], { from, to }: SquashRange): readonly MigrationFile[] {
  const position = (name: string): number => {
    const at = files.findIndex((file) => file.name === name.replace(/\.sql$/, ''));
    if (at === -1) throw squashTargetUnknown({ name });
    return at;
  };
  return files.slice(from === undefined ? 0 : position(from), to === undefined ? undefined : position(to) + 1);
}

/** @throws RIO-MIGRATE-SQUASH for a statement that cannot run in a transaction, or must be committed before the next file runs. */
function rejectSeparateTransactions(files: readonly MigrationFile[]): void {
  const created = new Set<string | undefined>();
  for (const { name, path: file, sql } of files) {
    for (const statement of splitStatements(sql)) {
      const { text, line } = statement;
      const reader = new StatementReader(text, tokenize(text));
      if (isOutsideTransaction(statement, reader))
        throw squashOutsideTransaction({ file, line, statement: firstLine(text) });
      if (reader.skip('create', 'type')) created.add(reader.name());
      if (name === files.at(-1)?.name || !reader.skip('alter', 'type')) continue;
      const isOwn = created.has(reader.name());
      if (reader.skip('add', 'value') && !isOwn)
        throw squashEnumValue({ file, line, command: `npx rustio-admin migrate squash --to ${name}` });
    }
  }
}

function isOutsideTransaction({ words: [first = '', second = ''] }: Statement, reader: StatementReader): boolean {
  if (first === 'vacuum' || (first === 'alter' && second === 'system')) return true;
  if (first !== 'refresh' && reader.has('concurrently')) return true;
  return ['create', 'drop'].includes(first) && ['database', 'tablespace', 'subscription'].includes(second);
}

/** The files one after the other. Each runs with the settings with which it would run alone. */
function join(files: readonly { readonly name: string; readonly sql: string }[]): string {
  const parts = files.map(({ name, sql }, at) => {
    const body = withoutReplaces(sql);
    const isOpen = (tokenize(body).at(-1)?.text ?? ';') !== ';';
    const isReset = at < files.length - 1 && changesSettings(body);
    return `-- ${name}\n${body}${isOpen ? '\n;' : ''}${isReset ? '\n\nreset role;\nreset all;' : ''}\n`;
  });
  return parts.join('\n');
}

function changesSettings(sql: string): boolean {
  return splitStatements(sql).some(
    ({ text, words: [first, second] }) =>
      (first === 'set' && second !== 'constraints') ||
      /\bset_config\b/i.test(text) ||
      (first === 'do' && /\bset\s+(?:local|session|role|search_path)\b/i.test(text)),
  );
}

/**
 * Rejects files if only some of them are applied to this database.
 *
 * @throws RIO-MIGRATE-SQUASH, RIO-MIGRATE-CHANGED
 */
export async function rejectPartlyApplied(client: pg.Client, { files }: PlannedSquash): Promise<void> {
  const comparison = compare([], files, await readMigrationsTable(client));
  const { pending, toRecord, applied } = comparison;
  rejectEdited(comparison.edited);
  rejectIncomplete(comparison.incomplete);
  const missing = [...pending, ...toRecord].map(({ name }) => name);
  // fault: partly-applied-squashed
  if (applied.length > 0 && missing.length > 0) throw squashPartlyApplied({ missing: missing.join(', ') });
}

/** Writes the squashed file before the others are deleted, so that nothing is lost if this is interrupted. */
export async function writeSquash({ folder, files, name, up, down }: PlannedSquash): Promise<void> {
  const file = path.join(folder, name);
  if (down !== undefined) await writeAtomically(`${file}.down.sql`, down);
  await writeAtomically(`${file}.sql`, up);
  for (const replaced of files) {
    // A down file without its migration would be an error.
    if (replaced.down !== undefined) await rm(replaced.down, { force: true });
    await rm(replaced.path, { force: true });
  }
}
