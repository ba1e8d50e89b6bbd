import { type FragmentSqlToken, sql } from 'slonik';
import type { AuditContext } from '../actor.ts';
import type { Transaction } from '../database/pool.ts';
import type { FieldInfo } from '../model/registry.ts';
import { validateValues, withDefaults } from '../model/validate.ts';
import type { Reader } from '../query/reader.ts';
import { comma, joined, tableSql, typedSql } from '../query/sql-names.ts';
import { Mistaken, Swallowed } from './attempt.ts';
import type { Door } from './door.ts';
import { type GivenColumn, givenColumns } from './given-values.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { hookRow, hooksOf, runAfterCommit, runHooks } from './run-hooks.ts';
import { type StoredRow, storedColumns, storedRow, storedSchema } from './stored-row.ts';
import type { Values } from './write.ts';

/** Who links, and what hears of it. */
export interface Linking {
  readonly door: Pick<Door, 'hooks'>;
  readonly context: AuditContext;
  readonly reads: Reader;
}

/** Removes pairs like any row, with their events and hooks: see `Removal`. */
export interface PairRemover {
  removePairs(
    tx: Transaction,
    through: NonNullable<FieldInfo['through']>,
    owner: StoredRow,
    keys: readonly string[],
  ): Promise<void>;
}

/**
 * Makes the pairs of a manyToMany what they should be; those that stay are not touched. Pairs that go are removed like any row,
 * with their events and hooks.
 *
 * @throws Refusal when something keeps a pair; `removal` holds the reason.
 * @throws Mistaken when a hook refuses a new one.
 */
export async function changeLinks(
  tx: Transaction,
  linking: Linking & { readonly removal: PairRemover },
  row: StoredRow,
  field: FieldInfo,
  wanted: readonly string[],
): Promise<void> {
  const gone = (row.links.get(field.name) ?? []).filter((key) => !wanted.includes(key));
  if (field.through !== undefined && gone.length > 0) await linking.removal.removePairs(tx, field.through, row, gone);
  await addLinks(tx, linking, row, field, wanted);
}

/**
 * Adds the pairs of a manyToMany that are not there yet: in one statement, or one by one where the model of the pairs has hooks.
 *
 * @throws Mistaken when a hook refuses a pair.
 */
export async function addLinks(
  tx: Transaction,
  linking: Linking,
  row: StoredRow,
  field: FieldInfo,
  wanted: readonly string[],
): Promise<void> {
  const { through, model } = field;
  const [key] = model.key;
  if (through === undefined || key === undefined) throw new TypeError(`${model.name}.${field.name} is no manyToMany.`);
  const before = new Set(row.links.get(field.name) ?? []);
  const added = wanted.filter((each) => !before.has(each));
  if (added.length === 0) return;
  const near = String(row.wires[key.name]);
  const hooks = hooksOf(linking.door, through.model);
  if (hooks.length > 0) {
    for (const far of added) await addPair(tx, linking, hooks, field, { through, near, far });
    return;
  }
  // A pair may have fields of its own; each gets what functions give as their defaults.
  const pairs = added.map((each) => [
    { field: through.near, value: typedSql(key, near) },
    { field: through.far, value: typedSql(through.far, each) },
    ...givenColumns(through.model, withDefaults(through.model, {})),
  ]);
  const rows = pairs.map((pair) => sql.fragment`(${valuesOf(pair)})`);
  await tx.query(sql.unsafe`
    insert into ${tableSql(through.model)} (${namesOf(pairs[0] ?? [])}) values ${joined(rows, comma)}
  `);
}

interface NewPair {
  readonly through: NonNullable<FieldInfo['through']>;
  readonly near: string;
  readonly far: string;
}

async function addPair(
  tx: Transaction,
  { context, reads }: Linking,
  hooks: readonly OwnedHook[],
  field: FieldInfo,
  { through, near, far }: NewPair,
): Promise<void> {
  const { model } = through;
  const ends = {
    [through.near.name]: through.near.spec.decode(near),
    [through.far.name]: through.far.spec.decode(far),
  };
  let values: Values = withDefaults(model, ends);
  const change: Change = { context, model, action: 'create', key: undefined, old: undefined, values };
  for (const step of ['beforeValidate', 'beforeSave'] as const) {
    const run = await runHooks(step, hooks, tx, { ...change, values });
    // Which rows a pair links is what was asked for.
    values = { ...values, ...run.values, ...ends };
    const problems = [...run.problems, ...validateValues(model, values, 'insert')];
    if (problems.length > 0) throw new Mistaken(problems.map(({ issue }) => ({ field: field.name, issue })));
  }
  const columns = givenColumns(model, values);
  const stored = await tx.maybeOne(sql.type(storedSchema(model))`
    insert into ${tableSql(model)} as t (${namesOf(columns)}) values (${valuesOf(columns)})
    returning ${storedColumns(reads, model, {})}
  `);
  if (stored === null) throw new Swallowed();
  const pair = storedRow(model, stored);
  runAfterCommit(hooks, tx, { ...change, values, key: pair.key, row: hookRow(model, pair) });
}

function namesOf(columns: readonly GivenColumn[]): FragmentSqlToken {
  return joined(
    columns.map(({ field }) => sql.fragment`${sql.identifier([field.column])}`),
    comma,
  );
}

function valuesOf(columns: readonly GivenColumn[]): FragmentSqlToken {
  return joined(
    columns.map(({ value }) => value),
    comma,
  );
}

/** Whether two sets of keys differ; the order in which they came means nothing. */
export function linksDiffer(before: readonly string[], wanted: readonly string[]): boolean {
  return before.length !== wanted.length || wanted.some((key) => !before.includes(key));
}
