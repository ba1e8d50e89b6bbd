/**
 * Reports what reviewers of a migration should know, at the change concerned. A lint inspects plain data and changes nothing; to
 * add one, add a function to `LINTS`.
 */

import { castBetween, rewritesTable } from './cast.ts';
import type { Change } from './change.ts';
import { conflictingRows, convertedRows } from './conflicting-rows.ts';

/**
 * `loses`: data is lost. `may-fail`: existing rows may make the migration fail, in which case nothing is changed. `note`: worth
 * checking.
 */
export type FindingLevel = 'loses' | 'may-fail' | 'note';
export interface Finding {
  readonly level: FindingLevel;
  readonly change: Change;
  /** The lines of the message: a complete sentence, then further sentences and SQL to copy. */
  readonly message: readonly string[];
}
/** Inspects one of the changes, considering the others if necessary. */
type Lint = (change: Change, changes: readonly Change[]) => readonly Omit<Finding, 'change'>[];

const LINTS: readonly Lint[] = [losesData, breaksOlderProcesses, mayFailOnRows, casts, rewrites];

export function lint(changes: readonly Change[]): readonly Finding[] {
  return changes.flatMap((change) =>
    LINTS.flatMap((find) => find(change, changes).map((finding) => ({ ...finding, change }))),
  );
}

function losesData(change: Change): ReturnType<Lint> {
  switch (change.kind) {
    case 'dropTable':
      return [{ level: 'loses', message: [`Loses data: every row of ${change.table.name}.`] }];
    case 'dropColumn':
      return [{ level: 'loses', message: [`Loses data: every value of ${change.table}.${change.column.name}.`] }];
    default:
      return [];
  }
}

function breaksOlderProcesses(change: Change): ReturnType<Lint> {
  if (change.kind !== 'renameTable' && change.kind !== 'renameColumn') return [];
  const what = change.kind === 'renameTable' ? change.from : `${change.table}.${change.from}`;
  return [
    {
      level: 'note',
      message: [
        `Running processes of the previous version fail on ${what} after this migration: stop them first, or replace them all at once.`,
      ],
    },
  ];
}

function mayFailOnRows(change: Change, changes: readonly Change[]): ReturnType<Lint> {
  const message = conflictingRows(change, changes);
  return message === undefined ? [] : [{ level: 'may-fail', message }];
}

function casts(change: Change, changes: readonly Change[]): ReturnType<Lint> {
  if (change.kind !== 'alterColumn' || change.before.type === change.after.type) return [];
  const { caution } = castBetween(change.after.name, change.before.type, change.after.type);
  if (caution === undefined) return [];
  return [
    { level: caution.startsWith('Fails') ? 'may-fail' : 'loses', message: [caution, convertedRows(change, changes)] },
  ];
}

/** Changing a type may rewrite every row, during which the table cannot be read or written. */
function rewrites(change: Change): ReturnType<Lint> {
  if (change.kind !== 'alterColumn' || !rewritesTable(change.before.type, change.after.type)) return [];
  const { table, before, after } = change;
  return [
    {
      level: 'note',
      message: [
        `Rewrites every row of ${table} (${after.name}: ${before.type} becomes ${after.type}): reads and writes wait until it is done.`,
        'Running processes of the previous version cannot read the new type: stop them first.',
      ],
    },
  ];
}
