import { withPlainConnection } from '../database/plain-connection.ts';
import {
  downFileMissing,
  downNotOffered,
  revertChanged,
  revertedFileMissing,
  revertedNotRecorded,
  revertedPluginDisabled,
  revertTargetUnknown,
} from '../errors/migrations.ts';
import { compare, rejectEdited } from './compare.ts';
import { readFiles } from './files.ts';
import { findLosses, type Loss } from './losses.ts';
import { type AppliedMigration, readMigrationsTable, recordReverted } from './migrations-table.ts';
import { type SessionOptions, withMigrationSession } from './session.ts';
import { type MigrationFile, type MigrationSource, PROJECT_SOURCE } from './sources.ts';
import { readScript, rejectTransactionControl, runScript, type Script } from './transaction.ts';

/** How far to revert. */
export interface RevertRange {
  /** The source of the files. A plugin's migrations are reverted only if it is named here. @defaultValue 'project' */
  readonly source?: string;
  /** The number of migrations to revert, latest first. @defaultValue 1 */
  readonly steps?: number;
  /** Instead of `steps`: reverts everything that was applied after this migration. */
  readonly to?: string;
  /** Whether files may have been edited since they were applied: their down files may not match. @defaultValue false */
  readonly edited?: boolean;
}

export interface DownOptions extends SessionOptions, RevertRange {
  /**
   * The migrations that `planDown` returned and the user confirmed. `'all'`: everything in the range, for databases whose data does
   * not matter.
   */
  readonly confirmed: readonly RevertedMigration[] | 'all';
}

export interface RevertedMigration {
  readonly source: string;
  readonly name: string;
}

/** The migrations that `down` would revert, latest first, and the statements that delete data. */
export interface RevertPlan {
  readonly migrations: readonly RevertedMigration[];
  /** Those whose file was edited after it was applied. */
  readonly edited: readonly RevertedMigration[];
  readonly losses: readonly Loss[];
}

/**
 * Returns what `down` would do, without changing anything.
 *
 * @throws RIO-MIGRATE-DOWN, RIO-MIGRATE-CHANGED like `down`.
 */
export async function planDown(
  url: string,
  sources: readonly MigrationSource[],
  range: RevertRange = {},
): Promise<RevertPlan> {
  const files = await readFiles(sources);
  return await withPlainConnection(
    url,
    async (client) => {
      const scripts = await scriptsFor(sources, files, await readMigrationsTable(client), range);
      const planned = scripts.map(({ row, script }) => ({ source: row.source, name: row.name, sql: script.sql }));
      return {
        migrations: scripts.map(({ row }) => nameOf(row)),
        edited: scripts.filter(({ isEdited }) => isEdited).map(({ row }) => nameOf(row)),
        losses: await findLosses(client, planned),
      };
    },
    { applicationName: 'rustio-admin migrate down' },
  );
}

/**
 * Reverts the latest migrations, the last applied first, each in a transaction together with its row in the migrations table. All
 * of them are checked before the first one runs.
 *
 * @throws RIO-MIGRATE-DOWN if a migration has no down file, its file is missing, or `to` is not applied; RIO-MIGRATE-CHANGED if a
 *   file was edited (unless \`edited\` allows it), since its down file may no longer match what was applied; RIO-MIGRATE-CONFIRM if migrations other than the
 *   confirmed ones would be reverted.
 *
 * @example
 * const { migrations } = await planDown(url, sources, { steps: 2 });
 * if (await ask(migrations)) await down(url, sources, { steps: 2, confirmed: migrations });
 */
export async function down(
  url: string,
  sources: readonly MigrationSource[],
  options: DownOptions,
): Promise<readonly RevertedMigration[]> {
  const files = await readFiles(sources);
  return await withMigrationSession(url, options, async (client) => {
    const appliedMigrations = await readMigrationsTable(client);
    const scripts = await scriptsFor(sources, files, appliedMigrations, options);
    const chosen = scripts.map(({ row }) => nameOf(row));
    // fault: revert-not-confirmed
    if (!isConfirmed(chosen, options.confirmed)) throw revertChanged();

    for (const { file, script } of scripts) {
      const durationMs = await runScript(client, script, options, ({ transaction }) =>
        recordReverted(client, file, transaction),
      );
      options.log?.(`reverted ${file.source} ${file.name} (${durationMs} ms)`);
    }
    return chosen;
  });
}

function isConfirmed(chosen: readonly RevertedMigration[], confirmed: DownOptions['confirmed']): boolean {
  return confirmed === 'all' || JSON.stringify(chosen) === JSON.stringify(confirmed.map(nameOf));
}

function nameOf({ source, name }: RevertedMigration): RevertedMigration {
  return { source, name };
}

interface Revertible {
  readonly row: AppliedMigration;
  readonly file: MigrationFile;
  readonly script: Script;
  readonly isEdited: boolean;
}

/** The down files of the range, the last applied first. */
async function scriptsFor(
  sources: readonly MigrationSource[],
  files: readonly MigrationFile[],
  appliedMigrations: readonly AppliedMigration[],
  range: RevertRange,
): Promise<readonly Revertible[]> {
  const { source = PROJECT_SOURCE } = range;
  const { applied, edited, pluginDisabled } = compare(sources, files, appliedMigrations);
  const squashed = new Map(
    files.flatMap((file) => (file.source === source ? file.replaces.map(({ name }) => [name, file] as const) : [])),
  );
  const recorded = new Set<MigrationFile | undefined>([...applied, ...edited].map(({ file }) => file));
  // What a recorded squashed file replaces is reverted with it.
  const own = appliedMigrations
    .filter((row) => row.source === source && !recorded.has(squashed.get(row.name)))
    .reverse();
  const chosen = own.slice(0, countOf(own, range));

  // fault: edited-migration-reverted
  if (range.edited !== true) rejectEdited(edited.filter(({ row }) => chosen.includes(row)));
  const scripts: Revertible[] = [];
  for (const row of chosen) {
    const migration = `${row.source} ${row.name}`;
    if (pluginDisabled.includes(row)) throw revertedPluginDisabled({ migration });
    const by = squashed.get(row.name);
    if (by !== undefined) throw revertedNotRecorded({ migration, by: by.name });
    const file = [...applied, ...edited].find((entry) => entry.row === row)?.file;
    if (file === undefined) throw revertedFileMissing({ migration });
    const isEdited = edited.some((entry) => entry.row === row);
    if (file.down === undefined && source !== PROJECT_SOURCE) throw downNotOffered({ migration });
    if (file.down === undefined) throw downFileMissing({ migration, file: `${row.name}.down.sql` });
    scripts.push({ row, file, script: await readScript(file.down), isEdited });
  }
  rejectTransactionControl(scripts.map(({ script }) => script));
  return scripts;
}

function countOf(latestFirst: readonly { readonly name: string }[], { steps = 1, to }: RevertRange): number {
  if (to === undefined) return steps;
  const name = to.replace(/\.sql$/, '');
  const position = latestFirst.findIndex((row) => row.name === name);
  if (position === -1) throw revertTargetUnknown({ name });
  return position;
}
