/**
 * What a reader of a migration should know, said at the change that it is about. A lint looks at plain data and changes
 * nothing; the next one is a function more in `LINTS`.
 */
import { castBetween } from './cast.ts';
import type { Change } from './change.ts';
import { quoteName, quoteTable } from './quote.ts';
import { likelyRenames } from './renames.ts';

/** `loses`: data go. `may-fail`: rows may stand against it; then nothing happens. `note`: worth a look. */
export type FindingLevel = 'loses' | 'may-fail' | 'note';
export interface Finding {
  readonly level: FindingLevel;
  readonly change: Change;
  /** A sentence that stands by itself; more of them, and SQL to be copied, each a line. */
  readonly says: readonly string[];
}
/** Looks at one of the changes, and at the others where it must. */
type Lint = (change: Change, changes: readonly Change[]) => readonly Omit<Finding, 'change'>[];

const LINTS: readonly Lint[] = [losesData, looksLikeRename, needsValues, forbidsNull, casts, mustBeUnique];

export function lint(changes: readonly Change[]): readonly Finding[] {
  return changes.flatMap((change) =>
    LINTS.flatMap((find) => find(change, changes).map((finding) => ({ ...finding, change }))),
  );
}

function losesData(change: Change): ReturnType<Lint> {
  switch (change.kind) {
    case 'dropTable':
      return [{ level: 'loses', says: [`Loses data: every row of ${change.table.name}.`] }];
    case 'dropColumn':
      return [{ level: 'loses', says: [`Loses data: every value of ${change.table}.${change.column.name}.`] }];
    default:
      return [];
  }
}

function looksLikeRename(change: Change, changes: readonly Change[]): ReturnType<Lint> {
  return likelyRenames(changes)
    .filter((rename) => rename.from === change)
    .map(({ from, to, sql }) => ({
      level: 'note',
      says: [
        `Perhaps ${named(from)} is only called ${named(to)} now: renames are not guessed.`,
        'If so, take both statements out and keep the values by:',
        ...sql,
      ],
    }));
}

function named(change: Change): string {
  if (change.kind === 'createTable' || change.kind === 'dropTable') return `table ${change.table.name}`;
  return change.kind === 'addColumn' || change.kind === 'dropColumn' ? `column ${change.column.name}` : change.kind;
}

function needsValues(change: Change): ReturnType<Lint> {
  if (change.kind !== 'addColumn') return [];
  const { nullable, identity, default: value, name, type } = change.column;
  if (nullable || identity || value !== null) return [];
  const table = quoteTable(change.table);
  return [
    {
      level: 'may-fail',
      says: [
        `Fails when ${change.table} has rows: nobody knows their ${name}.`,
        'If it has, say it in three steps instead:',
        `alter table ${table} add column ${quoteName(name)} ${type};`,
        `update ${table} set ${quoteName(name)} = ...;`,
        `alter table ${table} alter column ${quoteName(name)} set not null;`,
      ],
    },
  ];
}

function forbidsNull(change: Change): ReturnType<Lint> {
  if (change.kind !== 'alterColumn' || !change.before.nullable || change.after.nullable) return [];
  const column = quoteName(change.after.name);
  const value = change.after.default ?? '...';
  return [
    {
      level: 'may-fail',
      says: [
        `Fails when a row of ${change.table} has no ${change.after.name}.`,
        'If one has none, say before what it becomes:',
        `update ${quoteTable(change.table)} set ${column} = ${value} where ${column} is null;`,
      ],
    },
  ];
}

function casts(change: Change): ReturnType<Lint> {
  if (change.kind !== 'alterColumn' || change.before.type === change.after.type) return [];
  const { caution } = castBetween(change.after.name, change.before.type, change.after.type);
  return caution === undefined ? [] : [{ level: caution.startsWith('Fails') ? 'may-fail' : 'loses', says: [caution] }];
}

function mustBeUnique(change: Change): ReturnType<Lint> {
  if (change.kind === 'addIndex' && change.index.method === 'uniqueLower') {
    const names = change.index.columns.map(({ name }) => name).join(' and ');
    return [
      { level: 'may-fail', says: [`Fails when two rows of ${change.table} have the same ${names}, capitals aside.`] },
    ];
  }
  if (change.kind !== 'addUnique' && change.kind !== 'addPrimaryKey') return [];
  return [
    {
      level: 'may-fail',
      says: [`Fails when two rows of ${change.table} have the same ${change.key.columns.join(' and ')}.`],
    },
  ];
}
