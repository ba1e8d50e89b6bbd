/** Errors of `migrate` and its subcommands. Exit code 2 means that nothing was run. */
import { defineError } from './define-error.ts';

export const invalidFileName = defineError<{ file: string; form: string }>('RIO-MIGRATE-FILE', {
  exitCode: 2,
  problem: ({ file }) => `${file} is not a valid migration file name.`,
  why: 'Unrecognised files are rejected, so that no migration is missed.',
  fix: ({ form }) => `Rename it to the form ${form} (lowercase words), or move it out of the folder.`,
  about: `A \`.sql\` file in a migrations folder has an invalid name or a number that is already used, or is a down file without a
migration. No changes were made. See [migrations](migrations.md#files) for the names.`,
});

export const downFileWithoutMigration = defineError<{ file: string }>('RIO-MIGRATE-FILE', {
  exitCode: 2,
  problem: ({ file }) => `The down file ${file} has no matching migration.`,
  why: 'Unrecognised files are rejected, so that no migration is missed.',
  fix: ({ file }) => `Add ${file.replace('.down.sql', '.sql')} beside it, or remove it.`,
});

export const duplicateNumber = defineError<{ first: string; second: string }>('RIO-MIGRATE-FILE', {
  exitCode: 2,
  problem: ({ first, second }) => `${first} and ${second} have the same number.`,
  why: 'Migrations are applied in the order of their numbers, so each number must be unique.',
  fix: 'Renumber the one that has not been applied anywhere.',
});

export const folderUnreadable = defineError<{ source: string; folder: string }>('RIO-MIGRATE-FOLDER', {
  problem: ({ source }) => `The migrations of ${source} cannot be read.`,
  why: ({ folder }) => `${folder} does not exist or is not readable.`,
  fix: 'Reinstall the package, or fix the `migrations` setting of the plugin.',
  about: 'Reinstall the package of the plugin, or fix its `migrations` setting.',
});

export const migrationsEdited = defineError<{ names: string; count: number; downCommand: string }>(
  'RIO-MIGRATE-CHANGED',
  {
    exitCode: 2,
    problem: ({ names, count }) => `${names} changed after ${count === 1 ? 'it was' : 'they were'} applied.`,
    why: 'The database was created with the original version, so other databases would differ from it.',
    fix: ({ downCommand }) =>
      `Restore the original file (git log -p shows it if it was committed) and put the change into a new migration. In development you can also run \`${downCommand}\` and then \`npx rustio-admin migrate\`.`,
    about: `A file was changed after it was applied. The message lists each file with the applied and the current hash. No changes were made.
Restore the original file and put the change into a new migration. Changed line endings or a byte order mark are ignored.

In development, where no other database has the migration, you can edit it instead: restore the original file, revert it with
\`npx rustio-admin migrate down\` (with \`--source NAME\` for the migration of a plugin), edit the file and its down file, and run
\`npx rustio-admin migrate\`. If the original is lost, start with an empty database: remove \`.rustio/local\`, or create another one.`,
  },
);

export const transactionControlInFile = defineError<{ file: string; line: number; statement: string }>(
  'RIO-MIGRATE-TRANSACTION',
  {
    exitCode: 2,
    problem: ({ file, line, statement }) => `${file}:${line} begins or ends a transaction: ${statement}`,
    why: 'Each file runs in one transaction together with its row in the migrations table.',
    fix: 'Remove the statement. Write one file for each step that must be committed separately.',
    about: `A migration begins or ends a transaction (\`begin\`, \`commit\`, \`rollback\`, …). Each file already runs in one, together with its
row in \`rustio_migration\`. Savepoints are allowed.`,
  },
);

export const transactionEndedByFile = defineError<{ file: string }>('RIO-MIGRATE-TRANSACTION', {
  problem: ({ file }) => `${file} ended the transaction in which it ran.`,
  why: 'The statements before that point are committed but not recorded in the migrations table.',
  fix: 'Revert these changes manually, then remove the statement from the file.',
});

export const migrationLocked = defineError<{ seconds: number; holder: string }>('RIO-MIGRATE-BUSY', {
  problem: ({ seconds }) => `Another migration is still running after ${seconds} seconds.`,
  why: ({ holder }) => `${holder} holds the migration lock.`,
  fix: 'Wait until it finishes. If it hangs, end the connection: select pg_terminate_backend(PID);',
  about: `Another process is migrating this database and did not finish before the timeout. No changes were made. The message identifies its connection. If it hangs, terminate it with \`select pg_terminate_backend(PID);\`; its file is rolled back.`,
});

interface MigrationFailure {
  /** The path of the file, with the line where it is known. */
  readonly place: string;
  readonly reason: string;
}

const failed = {
  problem: ({ place, reason }: MigrationFailure) => `${place} failed: ${reason}`,
  why: 'This file was rolled back. Migrations that were applied before it are kept.',
};

export const migrationFailed = defineError<{ place: string; reason: string }>('RIO-MIGRATE-FAILED', {
  ...failed,
  fix: 'Fix the file, or the rows that conflict with it. Then run npx rustio-admin migrate again.',
  about: `PostgreSQL rejected a statement of a migration, or the connection was lost. The message gives the file, the line, the statement, and PostgreSQL's detail and hint. The file was rolled back, unless the connection was lost during COMMIT: then \`npx rustio-admin migrate status\` shows whether it was applied. Earlier files remain
applied, and the next run starts with the first file that is not.`,
});

/** A statement could not acquire a lock within `lock_timeout`. */
export const tableLocked = defineError<{ place: string; reason: string }>('RIO-MIGRATE-FAILED', {
  ...failed,
  fix: 'Another connection is using the table. Wait, or find it with: select pid, query from pg_stat_activity;',
  retry: 'Immediately: run npx rustio-admin migrate again.',
});

export const connectionLost = defineError<{ place: string; reason: string }>('RIO-MIGRATE-FAILED', {
  ...failed,
  fix: 'Check the database server and the network.',
  retry: 'When the server is available again.',
});

export const migrationUnconfirmed = defineError<{ place: string; reason: string }>('RIO-MIGRATE-FAILED', {
  ...failed,
  why: 'The connection was lost during COMMIT, so it is not known whether this file was applied. Earlier files are kept.',
  fix: 'Check the database server and the network. Then run npx rustio-admin migrate status: it lists the file as pending if it was not applied.',
});

export const lossNotConfirmed = defineError<{ count: number; command: string }>('RIO-MIGRATE-CONFIRM', {
  exitCode: 2,
  problem: ({ count }) =>
    count === 1
      ? 'A pending migration would delete or convert data.'
      : `Pending migrations would delete or convert data in ${count} places.`,
  why: 'These statements were not confirmed, so no migration was applied:',
  fix: ({ command }) => `Review these statements. To delete or convert the data, run: ${command}`,
  about: `\`migrate\` found statements that delete or convert data in tables that exist, or \`migrate down\` would revert migrations. On a terminal, type the name of the database to confirm. Elsewhere, and always in production, pass \`--yes\`. The message lists each statement.
No changes were made. If a column or a table was renamed, generate the migration again with \`--rename\`; see [migrations](migrations.md#renames). \`start\` never deletes data: run \`migrate\` instead.`,
});

/** Also printed by the commands that only report conflicts. */
export const RESOLVE_CONFLICTS =
  'Edit or delete the file that no database has applied yet, together with its down file. If both are applied somewhere, revert one of them there first: npx rustio-admin migrate down. Keep snapshot.json.';

/** Also printed by the commands that only report it. */
export const SQUASH_INCOMPLETE =
  'Run npx rustio-admin migrate with the files that were squashed (from an earlier commit, or an earlier release of the plugin), then try again. If the database has everything that the squashed file creates, run: npx rustio-admin migrate mark NAME';

export const migrationsConflict = defineError<{ count: number }>('RIO-MIGRATE-CONFLICT', {
  exitCode: 2,
  problem: ({ count }) =>
    count === 1
      ? 'Two migrations conflict with each other.'
      : `Migrations conflict with each other in ${count} places.`,
  why: 'The second one would fail, or overwrite what the first one sets, so no migration was applied:',
  fix: RESOLVE_CONFLICTS,
  about: `A pending migration creates the same table, column, index or constraint as another one, or uses what another one drops or renames, or
is older than an applied one that set the same column, view or function differently. This happens when two branches that change the same
model are merged. No changes were made. Remove the repeated statements from the file that no database has applied yet, and from its down
file, or delete both files; see [branches](migrations.md#branches).`,
});

export const squashIncomplete = defineError('RIO-MIGRATE-SQUASH', {
  exitCode: 2,
  problem: 'A squashed migration can be neither applied nor recorded.',
  why: 'Only some of the migrations that it replaces are applied to this database. No migration was applied:',
  fix: SQUASH_INCOMPLETE,
  about: `A squashed migration runs if none of the migrations that it replaces are applied, and is recorded without running if all of them
are. In this database, only some of them are applied, or another version of one. No changes were made. Run \`migrate\` with the files that were squashed, from an earlier
commit or an earlier release of the plugin, then try again. If the database has everything that the squashed file creates, record it with
\`migrate mark\`.

\`migrate squash\` itself stops with this error if the files cannot be combined; the message gives the reason. See
[squashing](migrations.md#squashing).`,
});

export const replacesUnreadable = defineError<{ file: string; line: string }>('RIO-MIGRATE-SQUASH', {
  exitCode: 2,
  problem: ({ file }) => `${file} does not list correctly what it replaces.`,
  why: ({ line }) => `This line was not written by npx rustio-admin migrate squash: ${line}`,
  fix: 'Restore the line.',
});

export const replacedTwice = defineError<{ name: string; first: string; second: string }>('RIO-MIGRATE-SQUASH', {
  exitCode: 2,
  problem: ({ name, first, second }) => `${first} and ${second} both replace ${name}.`,
  why: 'A new database would run it twice.',
  fix: 'Delete one of the two, restore what only that one replaces, and squash again.',
});

export const replacedEdited = defineError<{ file: string; by: string }>('RIO-MIGRATE-SQUASH', {
  exitCode: 2,
  problem: ({ file }) => `${file} is not the version that was squashed.`,
  why: ({ by }) => `${by} replaces it, so a change in it would be lost.`,
  fix: 'Put the change into a new migration, then delete this file and its down file.',
});

export const squashTooFew = defineError('RIO-MIGRATE-SQUASH', {
  exitCode: 2,
  problem: 'There are fewer than two migrations to squash.',
  why: 'Nothing would change. No files were written.',
  fix: 'List the names: npx rustio-admin migrate status. Without --from and --to, all of them are squashed.',
});

export const squashOfPackage = defineError<{ source: string }>('RIO-MIGRATE-SQUASH', {
  exitCode: 2,
  problem: ({ source }) => `The migrations of ${source} cannot be squashed here.`,
  why: 'They belong to an installed package, which the next installation restores. No files were written.',
  fix: 'Squash them in the source of the package, and release it.',
});

export const squashTargetUnknown = defineError<{ name: string }>('RIO-MIGRATE-SQUASH', {
  exitCode: 2,
  problem: ({ name }) => `There is no migration "${name}".`,
  why: '--from and --to must name migrations whose files exist. No files were written.',
  fix: 'List the names: npx rustio-admin migrate status',
});

export const squashNameTaken = defineError<{ name: string }>('RIO-MIGRATE-SQUASH', {
  exitCode: 2,
  problem: ({ name }) => `The migration ${name} already exists.`,
  why: 'A squashed file has the number of the first one that it replaces. No files were written.',
  fix: 'Pass another name: npx rustio-admin migrate squash NAME',
});

export const squashPartlyApplied = defineError<{ missing: string }>('RIO-MIGRATE-SQUASH', {
  exitCode: 2,
  problem: 'Only some of these migrations are applied to this database.',
  why: ({ missing }) =>
    `Not applied: ${missing}. The squashed file could be neither applied nor recorded. No files were written.`,
  fix: 'Run npx rustio-admin migrate first, or squash fewer files with --to.',
});

export const squashOutsideTransaction = defineError<{ file: string; line: number; statement: string }>(
  'RIO-MIGRATE-SQUASH',
  {
    exitCode: 2,
    problem: ({ file, line }) => `${file}:${line} cannot be squashed.`,
    why: ({ statement }) =>
      `A squashed file runs in one transaction, and this statement cannot: ${statement}. No files were written.`,
    fix: 'Squash the files before and after it separately, with --from and --to.',
  },
);

export const squashEnumValue = defineError<{ file: string; line: number; command: string }>('RIO-MIGRATE-SQUASH', {
  exitCode: 2,
  problem: ({ file, line }) =>
    `${file}:${line} adds a value to an enum, and can only be the last of the squashed files.`,
  why: 'PostgreSQL does not allow the new value to be used in the same transaction. No files were written.',
  fix: ({ command }) => `Squash the later files separately. For the files up to this one, run: ${command}`,
});

export const revertNotConfirmed = defineError<{ count: number; command: string }>('RIO-MIGRATE-CONFIRM', {
  exitCode: 2,
  problem: ({ count }) => `Reverting ${count === 1 ? 'a migration' : `${count} migrations`} was not confirmed.`,
  why: 'A down file drops what its migration created, including all rows. These migrations were not reverted:',
  fix: ({ command }) => `If this is the right database and its rows can be deleted, run: ${command}`,
});

export const revertChanged = defineError('RIO-MIGRATE-CONFIRM', {
  exitCode: 2,
  problem: 'The migrations to revert are no longer the ones that were confirmed.',
  why: 'Another process migrated this database in the meantime. No changes were made.',
  fix: 'List them with npx rustio-admin migrate status, then try again.',
});

export const markNotConfirmed = defineError<{ migration: string; command: string }>('RIO-MIGRATE-CONFIRM', {
  exitCode: 2,
  problem: ({ migration }) => `Marking ${migration} as applied was not confirmed.`,
  why: 'The file would never run on this database, even if the tables do not have its changes.',
  fix: ({ command }) => `If the database already has everything that the file creates, run: ${command}`,
});

export const markTargetUnknown = defineError<{ migration: string }>('RIO-MIGRATE-MARK', {
  exitCode: 2,
  problem: ({ migration }) => `There is no migration ${migration}.`,
  why: 'Only a migration whose file exists can be marked as applied. No changes were made.',
  fix: 'List the names: npx rustio-admin migrate status',
  about: `The name passed to \`migrate mark\` is not that of a pending migration. \`migrate status\` lists the names; pass \`--source\` for the
migration of a plugin. No changes were made.`,
});

export const markAlreadyApplied = defineError<{ migration: string }>('RIO-MIGRATE-MARK', {
  exitCode: 2,
  problem: ({ migration }) => `${migration} is already applied.`,
  why: 'Only a pending migration can be marked as applied. No changes were made.',
  fix: 'List the pending ones: npx rustio-admin migrate status',
});

export const downNotOffered = defineError<{ migration: string }>('RIO-MIGRATE-DOWN', {
  exitCode: 2,
  problem: ({ migration }) => `${migration} cannot be reverted.`,
  why: 'The plugin has no down file for it, so that no command can delete its rows.',
  fix: 'Disable the plugin in rustio.config.ts; its tables are kept.',
});

export const downFileMissing = defineError<{ migration: string; file: string }>('RIO-MIGRATE-DOWN', {
  exitCode: 2,
  problem: ({ migration }) => `${migration} cannot be reverted.`,
  why: ({ file }) => `There is no ${file}.`,
  fix: ({ file }) => `Write ${file} beside it, or a new migration that undoes it.`,
  about: `A migration cannot be reverted: it has no down file, its file does not exist, its plugin is not enabled, or no applied migration
has the name passed to \`--to\`. No changes were made.`,
});

export const revertedFileMissing = defineError<{ migration: string }>('RIO-MIGRATE-DOWN', {
  exitCode: 2,
  problem: ({ migration }) => `${migration} cannot be reverted.`,
  why: 'Its file does not exist.',
  fix: 'Restore the file: git log --diff-filter=D -- migrations shows where it was deleted.',
});

export const revertedNotRecorded = defineError<{ migration: string; by: string }>('RIO-MIGRATE-DOWN', {
  exitCode: 2,
  problem: ({ migration }) => `${migration} cannot be reverted.`,
  why: ({ by }) => `It is part of the squashed migration ${by}, which is not recorded in this database yet.`,
  fix: 'Run npx rustio-admin migrate, then try again.',
});

export const revertedPluginDisabled = defineError<{ migration: string }>('RIO-MIGRATE-DOWN', {
  exitCode: 2,
  problem: ({ migration }) => `${migration} cannot be reverted.`,
  why: 'Its plugin is not enabled.',
  fix: 'Enable the plugin in rustio.config.ts, then try again.',
});

export const revertTargetUnknown = defineError<{ name: string }>('RIO-MIGRATE-DOWN', {
  exitCode: 2,
  problem: ({ name }) => `No applied migration is named "${name}".`,
  why: '--to must name an applied migration of this source. No changes were made.',
  fix: 'List the names: npx rustio-admin migrate status',
});

export const snapshotUnreadable = defineError<{ file: string; why: string }>('RIO-MIGRATE-SNAPSHOT', {
  exitCode: 2,
  problem: ({ file }) => `${file} cannot be read.`,
  why: ({ why }) => why,
  fix: 'Restore the version of the newest migration (git log -p shows it). After a merge, keep the tables of both sides.',
  about: `The file is not valid JSON, contains merge conflict markers, or was written by a newer
release. No files were written. After a merge, keep the tables of both sides.`,
});

export const renamesUnanswered = defineError<{ count: number }>('RIO-MIGRATE-RENAME', {
  exitCode: 2,
  problem: ({ count }) =>
    count === 1
      ? 'A table or column was removed from the models and may have been renamed.'
      : `${count} tables or columns were removed from the models and may have been renamed.`,
  why: 'Renaming keeps the values; removing deletes them. The terminal is not interactive, so pass the answers as options:',
  fix: 'Run the command again with one option for each question.',
  about: `\`migrate make\` found a table or column that is no longer in the models as well as a new one, and could not ask whether it was renamed; or a \`--rename\` or \`--drop\` option names a table or column that was not
removed. No files were written. See [renames](migrations.md#renames).`,
});

export const renameUnknown = defineError<{ option: string; why: string }>('RIO-MIGRATE-RENAME', {
  exitCode: 2,
  problem: ({ option }) => `${option} does not match any change in the models.`,
  why: ({ why }) => why,
  fix: 'Correct the option, or omit it to be prompted.',
});

export const tableNotCreatedHere = defineError<{ tables: string; count: number }>('RIO-MIGRATE-EXISTS', {
  exitCode: 2,
  problem: ({ tables, count }) =>
    count === 1 ? `The table ${tables} already exists.` : `These tables already exist: ${tables}.`,
  why: 'No migration of this project created them, so they belong to something else. A migration that creates them would fail, and its down file would delete them.',
  fix: 'Add managed: false to the models of existing tables (docs/existing-database.md). If they are left over from a migration that you removed, restore it and its snapshot.json, or start with an empty database.',
  about: `\`migrate make\` would create a table that already exists in the database, although no migration of the project created it. No files
were written. A table that something else manages is described with \`managed: false\`; see [existing databases](existing-database.md).`,
});

export const invalidMigrationName = defineError<{ name: string }>('RIO-MIGRATE-NAME', {
  exitCode: 2,
  problem: ({ name }) => `"${name}" is not a valid migration name.`,
  why: 'Migration names consist of letters (a–z), digits and underscores.',
  fix: 'Describe the change in a few words, such as add_status_to_patient.',
  about: `The name passed to \`migrate make\` or \`migrate squash\` has no letters or digits that can be used in a file name; or two constraints, indexes or tables
of the models would have the same name in the database. In the second case, set a different \`column\` on one of the fields, or a different \`table\` on one of the models. No files were written.`,
});

export const duplicateDatabaseName = defineError<{ owners: string; name: string }>('RIO-MIGRATE-NAME', {
  exitCode: 2,
  problem: ({ owners, name }) => `${owners} would both be named "${name}" in the database.`,
  why: 'Names are generated from the table, the column and the purpose, and here they are identical.',
  fix: 'Give one of the fields another `column`, or one of the models another `table`.',
});
