import { type FragmentSqlToken, sql } from 'slonik';
import type { Transaction } from '../database/pool.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { validateValues, withDefaults } from '../model/validate.ts';
import type { AuditContext } from '../policy/actor.ts';
import { tableSql, valueSql } from '../query/field-sql.ts';
import { comma, joinFragments } from '../sql/fragments.ts';
import type { Events } from './events.ts';
import { type FullRow, fullRow, fullRowColumns, fullRowSchema } from './full-row.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { RowForbidden, RowHidden, ValidationFailed } from './rejections.ts';
import { findHooks, hookRow, runAfterCommit, runHooks } from './run-hooks.ts';
import { rowSnapshot } from './snapshot.ts';
import type { Values } from './types.ts';
import { type ColumnValue, columnValues } from './values.ts';
import type { WriteDependencies, Writer } from './writer.ts';

/**
 * The value of a manyToMany as a difference: other pairs are left unchanged. The keys are values in code.
 *
 * @example
 * await app.write.updateAny(tx, context, posts, '7', { tags: new PairChanges([3], [1, 2]) });
 */
export class PairChanges {
  readonly added: readonly unknown[];
  readonly removed: readonly unknown[];

  constructor(added: readonly unknown[], removed: readonly unknown[]) {
    this.added = added;
    this.removed = removed;
  }
}

/** The actor who changes the pairs, and the hooks to run. */
export interface PairContext {
  readonly dependencies: Pick<WriteDependencies, 'hooks'>;
  readonly context: AuditContext;
  readonly writer: Writer;
  /** Called for every added pair, to record its event. */
  onAdded(model: ModelInfo, pair: FullRow): void;
}

/** Pairs that were added, each with its model, until their events are recorded. */
export type AddedPairs = (readonly [model: ModelInfo, pair: FullRow])[];

/** Records `create` for every pair. Call it outside the savepoint, so that a handler's error is not taken for a rejection. */
export async function recordAddedPairs(
  events: Events,
  tx: Transaction,
  context: AuditContext,
  added: AddedPairs,
): Promise<void> {
  for (const [model, pair] of added) {
    const subject = { model: model.name, key: pair.key, label: pair.label };
    // fault: pair-not-recorded
    await events.record(tx, context, 'create', { subject, data: { after: rowSnapshot(model, pair) } });
  }
}

/** Removes pairs like any other row, with events and hooks: see `Removal`. */
export interface PairRemover {
  removePairs(
    tx: Transaction,
    through: NonNullable<FieldInfo['through']>,
    owner: FullRow,
    keys: readonly string[],
  ): Promise<void>;
}

/**
 * Changes the pairs of a manyToMany to the requested ones; pairs that remain are not touched. Pairs are removed like any other row,
 * with events and hooks.
 *
 * @throws WriteRejected if a pair cannot be removed; `removal` has the reason.
 * @throws ValidationFailed if a hook rejects a new pair.
 */
export async function changeLinks(
  tx: Transaction,
  pairs: PairContext & { readonly removal: PairRemover },
  row: FullRow,
  field: FieldInfo,
  requested: readonly string[],
): Promise<void> {
  const kept = new Set(requested);
  const removed = (row.links.get(field.name) ?? []).filter((key) => !kept.has(key));
  if (field.through !== undefined && removed.length > 0) {
    // fault: pair-removed-without-permission
    if (!pairs.writer.may('delete', field.through.model)) throw forbiddenField(field);
    await pairs.removal.removePairs(tx, field.through, row, removed);
  }
  await addLinks(tx, pairs, row, field, requested);
}

/**
 * Adds the missing pairs of a manyToMany: in one statement, or one by one if the model of the pairs has hooks.
 *
 * @throws ValidationFailed if a hook rejects a pair.
 */
export async function addLinks(
  tx: Transaction,
  pairs: PairContext,
  row: FullRow,
  field: FieldInfo,
  requested: readonly string[],
): Promise<void> {
  const { through, model } = field;
  const [key] = model.key;
  if (through === undefined || key === undefined)
    throw new TypeError(`${model.name}.${field.name} is not a manyToMany field.`);
  const current = new Set(row.links.get(field.name) ?? []);
  const added = requested.filter((target) => !current.has(target));
  if (added.length === 0) return;
  // fault: pair-added-without-permission
  if (!pairs.writer.may('add', through.model)) throw forbiddenField(field);
  const source = String(row.dbValues[key.name]);
  const hooks = findHooks(pairs.dependencies, through.model);
  if (hooks.length > 0) {
    for (const target of added) await addPair(tx, pairs, hooks, field, { through, source, target });
    return;
  }
  // Pairs may have further fields, which get their computed defaults.
  const newPairs = added.map((target) => [
    { field: through.source, value: valueSql(key, source) },
    { field: through.target, value: valueSql(through.target, target) },
    ...columnValues(through.model, withDefaults(through.model, {})),
  ]);
  const rows = newPairs.map((columns) => sql.fragment`(${valuesOf(columns)})`);
  const inserted = await tx.any(sql.type(fullRowSchema(through.model))`
    insert into ${tableSql(through.model)} as t (${namesOf(newPairs[0] ?? [])}) values ${joinFragments(rows, comma)}
    returning ${pairColumns(pairs, through.model)}
  `);
  if (inserted.length < rows.length) throw new RowHidden();
  for (const row of inserted) addedPair(pairs, through.model, fullRow(through.model, row));
}

function pairColumns({ writer }: PairContext, model: ModelInfo): FragmentSqlToken {
  return fullRowColumns(writer.reader, model, { allowed: writer.scope('add', model) });
}

function addedPair(pairs: PairContext, model: ModelInfo, pair: FullRow): void {
  if (!pair.allowed) throw new RowForbidden();
  pairs.onAdded(model, pair);
}

function forbiddenField({ name }: FieldInfo): ValidationFailed {
  return new ValidationFailed([{ field: name, issue: { key: 'problem.forbidden' } }]);
}

interface NewPair {
  readonly through: NonNullable<FieldInfo['through']>;
  /** The keys of the two rows, as PostgreSQL's text. */
  readonly source: string;
  readonly target: string;
}

async function addPair(
  tx: Transaction,
  pairs: PairContext,
  hooks: readonly OwnedHook[],
  field: FieldInfo,
  { through, source, target }: NewPair,
): Promise<void> {
  const { context } = pairs;
  const { model } = through;
  const keys = {
    [through.source.name]: through.source.type.decode(source),
    [through.target.name]: through.target.type.decode(target),
  };
  let values: Values = withDefaults(model, keys);
  const change: Change = { context, model, action: 'create', key: undefined, old: undefined, values };
  for (const step of ['beforeValidate', 'beforeSave'] as const) {
    const result = await runHooks(step, hooks, tx, { ...change, values });
    // Hooks cannot change which rows a pair links.
    values = { ...values, ...result.values, ...keys };
    const problems = [...result.problems, ...validateValues(model, values, 'insert')];
    if (problems.length > 0) throw new ValidationFailed(problems.map(({ issue }) => ({ field: field.name, issue })));
  }
  const columns = columnValues(model, values);
  const inserted = await tx.maybeOne(sql.type(fullRowSchema(model))`
    insert into ${tableSql(model)} as t (${namesOf(columns)}) values (${valuesOf(columns)})
    returning ${pairColumns(pairs, model)}
  `);
  if (inserted === null) throw new RowHidden();
  const pair = fullRow(model, inserted);
  addedPair(pairs, model, pair);
  runAfterCommit(hooks, tx, { ...change, values, key: pair.key, row: hookRow(model, pair) });
}

function namesOf(columns: readonly ColumnValue[]): FragmentSqlToken {
  return joinFragments(
    columns.map(({ field }) => sql.fragment`${sql.identifier([field.column])}`),
    comma,
  );
}

function valuesOf(columns: readonly ColumnValue[]): FragmentSqlToken {
  return joinFragments(
    columns.map(({ value }) => value),
    comma,
  );
}

/** Whether two sets of keys differ, regardless of order. An unmanaged table may contain the same pair several times. */
export function keysDiffer(before: readonly string[], requested: readonly string[]): boolean {
  return new Set(before).symmetricDifference(new Set(requested)).size > 0;
}
