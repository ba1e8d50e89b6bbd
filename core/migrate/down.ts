import { compare } from './compare.ts';
import { readFiles } from './files.ts';
import { forgetApplied, readLedger } from './ledger.ts';
import { editedFiles, noDown } from './problems.ts';
import { type SessionOptions, withMigrationSession } from './session.ts';
import { type MigrationSource, PROJECT_SOURCE } from './sources.ts';
import { readScript, refuseTransactionControl, runScript, type Script } from './transaction.ts';

export interface DownOptions extends SessionOptions {
  /** Whose files. Tables of a plugin go only when its name is said. @defaultValue 'project' */
  readonly source?: string;
  /** How many of the latest. @defaultValue 1 */
  readonly steps?: number;
  /** Instead of `steps`: everything applied after this one, which stays. */
  readonly to?: string;
}

export interface TakenBack {
  readonly source: string;
  readonly name: string;
}

/**
 * Takes the latest files back, the last applied first, each in a transaction together with its ledger row. All of them are
 * looked at before the first one runs.
 *
 * @throws RIO-MIGRATE-DOWN when a file has no down file, is gone, or `to` is not applied; RIO-MIGRATE-CHANGED when it was
 *   edited, since its down file then no longer belongs to what was done.
 */
export async function down(
  url: string,
  sources: readonly MigrationSource[],
  options: DownOptions = {},
): Promise<readonly TakenBack[]> {
  const { source = PROJECT_SOURCE } = options;
  const files = await readFiles(sources);
  return await withMigrationSession(url, options, async (client) => {
    const ledger = await readLedger(client);
    const { applied, edited, missing, foreign } = compare(sources, files, ledger);
    const own = ledger.filter((row) => row.source === source).reverse();
    const chosen = own.slice(0, countOf(own, options));

    const wrong = edited.filter(({ row }) => chosen.includes(row));
    if (wrong.length > 0) throw editedFiles(wrong);
    const scripts: { row: (typeof chosen)[number]; script: Script }[] = [];
    for (const row of chosen) {
      const what = `${row.source} ${row.name}`;
      if (missing.includes(row) || foreign.includes(row)) throw fileGone(what, foreign.includes(row));
      const path = applied.find((entry) => entry.row === row)?.file.down;
      if (path === undefined) throw noDownFile(what, row.name);
      scripts.push({ row, script: await readScript(path) });
    }
    refuseTransactionControl(scripts.map(({ script }) => script));

    for (const { row, script } of scripts) {
      const durationMs = await runScript(client, script, options, ({ transaction }) =>
        forgetApplied(client, row, transaction),
      );
      options.say?.(`reverted ${row.source} ${row.name} (${durationMs} ms)`);
    }
    return chosen.map(({ source: from, name }) => ({ source: from, name }));
  });
}

function countOf(latestFirst: readonly { readonly name: string }[], { steps = 1, to }: DownOptions): number {
  if (to === undefined) return steps;
  const wanted = to.replace(/\.sql$/, '');
  const position = latestFirst.findIndex((row) => row.name === wanted);
  if (position === -1) {
    throw noDown(
      `What came after "${wanted}"`,
      'No applied migration of this source has that name.',
      'See the names: rustio-admin migrate status',
    );
  }
  return position;
}

function noDownFile(what: string, name: string): Error {
  return noDown(
    what,
    `There is no ${name}.down.sql.`,
    `Write ${name}.down.sql beside it, or a new migration that undoes it.`,
  );
}

function fileGone(what: string, isForeign: boolean): Error {
  return isForeign
    ? noDown(what, 'Its plugin is not enabled.', 'Enable the plugin in rustio.config.ts, then try again.')
    : noDown(
        what,
        'Its file is gone.',
        'Bring the file back: git log --diff-filter=D -- migrations shows where it was.',
      );
}
