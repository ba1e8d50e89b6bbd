/** What can go wrong with migrations, in four parts each; every code has its section in docs/errors.md. */
import { RustioError } from '../errors.ts';
import type { MigrationFile } from './files.ts';
import type { LedgerRow } from './ledger.ts';
import { type MigrationSource, PROJECT_SOURCE } from './sources.ts';
import type { Statement } from './statements.ts';

const REFUSED = { exitCode: 2 } as const;

export function foreignFile(source: MigrationSource, file: string, isOrphan: boolean): RustioError {
  const form = source.name === 'project' ? '20261120093000_add_status.sql' : '0001_add_status.sql';
  return new RustioError(
    'RIO-MIGRATE-FILE',
    {
      problem: isOrphan
        ? `The down file ${file} has no file that it reverts.`
        : `The file ${file} is not called like a migration.`,
      why: 'Passing a file over in silence could leave out a change that you count on.',
      fix: isOrphan
        ? `Add ${file.replace('.down.sql', '.sql')} beside it, or remove it.`
        : `Call it like ${form} (lower-case words), or move it out of the folder.`,
      retry: 'After that. Nothing was done.',
    },
    { ...REFUSED, details: [source.folder] },
  );
}

export function duplicateNumber(source: MigrationSource, first: string, second: string): RustioError {
  return new RustioError(
    'RIO-MIGRATE-FILE',
    {
      problem: `${first} and ${second} bear the same number.`,
      why: 'The number is the order in which migrations are applied; it must be the same everywhere.',
      fix: 'Give the one that nobody has applied yet another number.',
      retry: 'After that. Nothing was done.',
    },
    { ...REFUSED, details: [source.folder] },
  );
}

export function noFolder(source: MigrationSource, cause: unknown): RustioError {
  return new RustioError(
    'RIO-MIGRATE-FOLDER',
    {
      problem: `The migrations of ${source.name} cannot be read.`,
      why: `${source.folder} is not there, or not readable.`,
      fix: 'Install the package again, or correct the `migrations` of the plugin.',
      retry: 'After that. Nothing was done.',
    },
    { cause },
  );
}

export function editedFiles(edited: readonly { readonly file: MigrationFile; readonly row: LedgerRow }[]): RustioError {
  const names = edited.map(({ file }) => `${file.source} ${file.name}`);
  const source = edited[0]?.file.source ?? PROJECT_SOURCE;
  const revert = `npx rustio-admin migrate down${source === PROJECT_SOURCE ? '' : ` --source ${source}`}`;
  return new RustioError(
    'RIO-MIGRATE-CHANGED',
    {
      problem: `${names.join(', ')} changed after ${edited.length === 1 ? 'it was' : 'they were'} applied.`,
      why: 'The database was made by the earlier text: another database would come out different.',
      fix: `Restore the earlier text (git log -p shows it if it was committed) and put the change into a new migration. In development you can also restore it, run \`${revert}\`, edit the file and run \`npx rustio-admin migrate\`.`,
      retry: 'After that. Nothing was done.',
    },
    {
      ...REFUSED,
      details: edited.flatMap(({ file, row }) => [
        file.path,
        `  applied ${row.appliedAt} by ${row.appliedBy}: ${row.sha256}`,
        `  now: ${file.sha256}`,
      ]),
    },
  );
}

export function ownTransaction(file: { readonly path: string }, statement: Statement): RustioError {
  return new RustioError(
    'RIO-MIGRATE-TRANSACTION',
    {
      problem: `${file.path}:${statement.line} begins or ends a transaction: ${firstLine(statement.text)}`,
      why: 'A file and its ledger row are one transaction, so that a failure leaves nothing behind.',
      fix: 'Take the statement out. For steps that must be committed one by one, write a file for each.',
      retry: 'After that. Nothing was done.',
    },
    REFUSED,
  );
}

export function transactionLost(file: { readonly path: string }): RustioError {
  return new RustioError('RIO-MIGRATE-TRANSACTION', {
    problem: `${file.path} ended the transaction in which it ran.`,
    why: 'What it did before that point is committed, and the ledger does not know of it.',
    fix: 'Look at what it did, take that back by hand, and take the statement out of the file.',
    retry: 'After that.',
  });
}

export function busy(seconds: number, holder: string): RustioError {
  return new RustioError('RIO-MIGRATE-BUSY', {
    problem: `Another migration still runs after ${seconds} s of waiting.`,
    why: `${holder} holds the lock that lets one migrate at a time.`,
    fix: 'Wait for it; if it hangs, end that connection: select pg_terminate_backend(PID);',
    retry: 'Then. Nothing was done.',
  });
}

export function noDown(what: string, why: string, fix: string): RustioError {
  return new RustioError(
    'RIO-MIGRATE-DOWN',
    { problem: `${what} cannot be reverted.`, why, fix, retry: 'After that. Nothing was done.' },
    REFUSED,
  );
}

export function badSnapshot(file: string, why: string, cause?: unknown): RustioError {
  return new RustioError(
    'RIO-MIGRATE-SNAPSHOT',
    {
      problem: `${file} cannot be read.`,
      why,
      fix: 'Bring back the version that belongs to the newest migration: git log -p shows it. After a merge keep the tables of both sides.',
      retry: 'After that. Nothing was written.',
    },
    { ...REFUSED, cause },
  );
}

export function badName(name: string): RustioError {
  return new RustioError(
    'RIO-MIGRATE-NAME',
    {
      problem: `"${name}" gives no name for a migration.`,
      why: 'Names of migrations are words of a to z and digits.',
      fix: 'Say in a few words what changes: rustio-admin migrate make add_status_to_patient',
      retry: 'With another name. Nothing was written.',
    },
    REFUSED,
  );
}

/** The beginning of a statement, for a message of one line. */
export function firstLine(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}
