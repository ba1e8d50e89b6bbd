import { sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../database/pool.ts';
import type { FieldInfo, ModelInfo, Param } from '../model/field-type.ts';
import { parseKey } from '../model/key.ts';
import { validateValues } from '../model/validate.ts';
import type { AuditContext } from '../policy/actor.ts';
import { columnSql, tableSql, valueSql } from '../query/field-sql.ts';
import { keyCondition } from '../query/find-record.ts';
import { hasRule } from '../query/table-facts.ts';
import { comma, joinFragments, whereSql } from '../sql/fragments.ts';
import { changedFiles, claimFiles, releaseFiles } from './files.ts';
import { type FullRow, fullRowColumns, fullRowSchema, lockRows, rowCondition, writtenRow } from './full-row.ts';
import { withSlugs } from './generated-slugs.ts';
import { hiddenReferences, withAllLinks } from './hidden-rows.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { type AddedLinks, changeLinks, type LinkContext, recordAddedLinks } from './links.ts';
import {
  inSavepoint,
  RowForbidden,
  RowHidden,
  ValidationFailed,
  WriteRejected,
  withCommitProblems,
} from './rejections.ts';
import { Removal } from './removal.ts';
import {
  type Changes,
  changedValues,
  diffRow,
  holdsValue,
  isUnchanged,
  newReferences,
  updatedAtSql,
} from './row-changes.ts';
import { extentFor, findHooks, hookRow, NO_HOOKS, runAfterCommit, runHooks, undoHooksUnlessDone } from './run-hooks.ts';
import { rowSnapshot } from './snapshot.ts';
import type { Values, Written } from './types.ts';
import { type ColumnValue, checkReferences, columnValues, permittedValues } from './values.ts';
import { type Source, type WriteDependencies, Writer } from './writer.ts';

/** The row, and the version that was read. Without a version, the last write wins. */
export interface RowVersion {
  readonly key: string;
  readonly version: string | undefined;
}

export interface RequestedUpdate extends RowVersion {
  readonly model: ModelInfo;
  readonly values: Values;
  readonly source: Source;
}

/**
 * Changes a row and records `update` with the changed values, in the caller's transaction. Values that the row already has are not
 * changes, and an update without changes writes nothing. Keys of existing rows cannot be changed, because URLs and the audit trail
 * refer to rows by key.
 */
export async function updateRow(
  dependencies: WriteDependencies,
  tx: Transaction,
  context: AuditContext,
  { model, key, version, values, source }: RequestedUpdate,
): Promise<Written> {
  const writer = new Writer(dependencies.policy, context.actor);
  if (!writer.may('change', model)) return { outcome: 'forbidden' };
  const params = parseKey(model, key);
  if (params === undefined) return { outcome: 'missing' };
  const hooks = findHooks(dependencies, model);
  const update: RowUpdate = { dependencies, context, model, writer, params, hooks, extent: extentFor(hooks) };
  return withCommitProblems(tx, { model, values, reader: writer.reader }, () =>
    undoHooksUnlessDone(update.hooks, tx, (inner) => changeRow(update, inner, version, values, source)),
  );
}

interface RowUpdate {
  readonly dependencies: WriteDependencies;
  readonly context: AuditContext;
  readonly model: ModelInfo;
  readonly writer: Writer;
  /** The key of the row. */
  readonly params: readonly Param[];
  readonly hooks: readonly OwnedHook[];
  readonly extent: 'trail' | 'whole';
}

/** Validates the values, including those that hooks set, and compares them with the locked row; then `save` writes them. */
async function changeRow(
  update: RowUpdate,
  tx: Transaction,
  version: string | undefined,
  requested: Values,
  source: Source,
): Promise<Written> {
  const { model, writer, params, hooks } = update;
  const access = permittedValues(writer, 'change', model, requested, source);
  let { permitted } = access;
  let byHooks: Values = {};
  const problems = [...access.problems];
  const hasLinks = Object.keys(permitted).some((name) => model.fields.get(name)?.through !== undefined);
  const hasParts = model.stored.some(
    ({ name, type }) => type.validateChange !== undefined && Object.hasOwn(permitted, name),
  );
  let stored: FullRow | undefined;
  if (hooks.length > 0 || hasLinks || hasParts) {
    // Hooks receive the old row before validation, and link rows depend on it, so it is locked first. Otherwise, a single statement
    // locks and compares.
    const locked = await lock(update, tx, [], 'whole');
    if ('outcome' in locked) return locked;
    stored = locked;
    permitted = await withAllLinks(tx, writer, model, locked, permitted);
    const beforeValidate = await runHooks('beforeValidate', hooks, tx, buildChange(update, locked, permitted));
    byHooks = beforeValidate.values;
    problems.push(...beforeValidate.problems);
  }
  let values = await withSlugs(tx, model, { ...permitted, ...byHooks }, params);
  let invalid = validateValues(model, values, 'update', stored?.dbValues);
  if (invalid.length > 0) {
    const locked = stored ?? (await lock(update, tx, [], 'whole'));
    if ('outcome' in locked) return locked;
    values = withoutHeldValues(writer, model, locked, values);
    invalid = validateValues(model, values, 'update', locked.dbValues);
  }
  problems.push(...invalid);
  if (problems.length > 0) return { outcome: 'invalid', problems };

  let comparison = await compare(update, tx, values);
  if ('outcome' in comparison) return comparison;
  const { old, changes } = comparison;
  if (changes.names.size === 0) return unchanged(old);
  // fault: lost-update
  if (version !== undefined && version !== old.version) {
    return {
      outcome: 'conflict',
      fields: [...changes.names].filter((name) => mayRead(writer, model.fields.get(name))),
    };
  }
  const beforeSave =
    hooks.length === 0
      ? NO_HOOKS
      : await runHooks('beforeSave', hooks, tx, buildChange(update, old, changedValues(values, changes)));
  // fault: hook-values-not-validated
  const saveProblems = [...beforeSave.problems, ...validateValues(model, beforeSave.values, 'update')];
  if (saveProblems.length > 0) return { outcome: 'invalid', problems: saveProblems };
  if (beforeSave.isChanged) {
    byHooks = { ...byHooks, ...beforeSave.values };
    values = { ...values, ...beforeSave.values };
    comparison = await compare(update, tx, values);
    if ('outcome' in comparison) return comparison;
    if (comparison.changes.names.size === 0) return unchanged(comparison.old);
  }
  return save(update, tx, comparison, values, byHooks);
}

function unchanged({ key, visibleLabel }: FullRow): Written {
  return { outcome: 'done', key, label: visibleLabel, changed: false };
}

/** Writes valid changes, their links and files in a savepoint, and records the event. */
async function save(
  update: RowUpdate,
  tx: Transaction,
  { old, changes, columns }: Comparison,
  values: Values,
  byHooks: Values,
): Promise<Written> {
  const { dependencies, context, model, writer, hooks } = update;
  const changedKeys = model.key.filter((field) => changes.names.has(field.name) && !isUnchanged(columns, old, field));
  if (changedKeys.length > 0) {
    const problems = changedKeys.map(({ name }) => ({ field: name, issue: { key: 'problem.keyReadOnly' } }));
    return { outcome: 'invalid', problems };
  }
  const byActor = new Set([...changes.names].filter((name) => !Object.hasOwn(byHooks, name)));
  const problems = await checkReferences(tx, writer, newReferences(model, values, byActor, old));
  if (problems.length > 0) return { outcome: 'invalid', problems };
  const hiddenProblems = await hiddenReferences(tx, writer, model, byActor, old);
  if (hiddenProblems.length > 0) return { outcome: 'invalid', problems: hiddenProblems };

  const files = changedFiles(model, changes.names);
  const removal = new Removal(dependencies, writer, context);
  const added: AddedLinks = [];
  const onAdded = (...link: AddedLinks[number]) => void added.push(link);
  const result = await inSavepoint(tx, { model, values, reader: writer.reader }, async (inner) => {
    await claimFiles(inner, context.actor, files, values);
    for (const [field, keys] of changes.links)
      await changeFieldLinks(inner, { dependencies, context, writer, removal, onAdded }, old, field, keys);
    const row = await write(inner, update, old, await withLowerBounds(inner, old, changes.columns, values), values);
    // fault: row-leaves-scope
    if (!row.allowed) throw new RowForbidden();
    await releaseFiles(dependencies, inner, files, [old]);
    return row;
  });
  if ('rejection' in result) return result.rejection;

  const row = result.value;
  await removal.record(dependencies.events, tx);
  await recordAddedLinks(dependencies.events, tx, context, added);
  await dependencies.events.record(tx, context, 'update', {
    subject: { model: model.name, key: row.key, label: row.label },
    data: { before: rowSnapshot(model, old, changes.names), after: rowSnapshot(model, row, changes.names) },
  });
  if (hooks.length > 0) {
    const change = buildChange(update, old, changedValues(values, changes));
    runAfterCommit(hooks, tx, { ...change, key: row.key, row: hookRow(model, row) });
  }
  return { outcome: 'done', key: row.key, label: row.visibleLabel, changed: true };
}

/** Locks the row until the end of the transaction, and compares it with these column values. */
async function lock(
  { model, writer, params }: RowUpdate,
  tx: Transaction,
  columns: readonly ColumnValue[],
  extent: RowUpdate['extent'],
): Promise<FullRow | Extract<Written, { outcome: 'missing' | 'forbidden' }>> {
  const [old] = await lockRows(tx, writer.reader, model, keyCondition(model, params), {
    visible: writer.visibleRows(model),
    allowed: writer.scope('change', model),
    compared: columns,
    extent,
    limit: 1,
  });
  if (old === undefined || !old.visible) return { outcome: 'missing' };
  return old.allowed ? old : { outcome: 'forbidden' };
}

interface Comparison {
  readonly old: FullRow;
  readonly columns: readonly ColumnValue[];
  readonly changes: Changes;
}

async function compare(
  update: RowUpdate,
  tx: Transaction,
  values: Values,
): Promise<Comparison | Extract<Written, { outcome: 'missing' | 'forbidden' }>> {
  const { model, writer } = update;
  const columns = columnValues(model, values);
  const old = await lock(update, tx, columns, update.extent);
  if ('outcome' in old) return old;
  // An actor who sets a field that they cannot see must not learn from the outcome that it already had this value.
  const hidden = new Set(Object.keys(values).filter((name) => !mayRead(writer, model.fields.get(name))));
  return { old, columns, changes: diffRow(model, old, columns, values, hidden) };
}

/**
 * The values that differ from the row's. Programs send back whole records, which may contain values that the field no longer
 * accepts. Values of fields that the actor cannot see are always included, so that the outcome does not reveal the stored value.
 */
function withoutHeldValues(writer: Writer, model: ModelInfo, { dbValues }: FullRow, values: Values): Values {
  const differs = ([name, value]: [string, unknown]): boolean => {
    const field = model.fields.get(name);
    // fault: held-value-validated
    return !field || !mayRead(writer, field) || !holdsValue(field, dbValues[name], value);
  };
  return Object.fromEntries(Object.entries(values).filter(differs));
}

function buildChange({ context, model }: RowUpdate, old: FullRow, values: Values): Change & { readonly key: string } {
  return { context, model, action: 'update', key: old.key, old: hookRow(model, old), values };
}

/** `changeLinks`, with rejections reported as problems of the field. */
async function changeFieldLinks(
  tx: Transaction,
  linkContext: LinkContext & { readonly removal: Removal },
  old: FullRow,
  field: FieldInfo,
  keys: readonly string[],
): Promise<void> {
  try {
    await changeLinks(tx, linkContext, old, field, keys);
  } catch (error) {
    const isExplained = error instanceof ValidationFailed || error instanceof RowForbidden;
    if (isExplained || !(error instanceof WriteRejected)) throw error;
    const [first, ...more] = linkContext.removal.problems.map(({ issue }) => ({ field: field.name, issue }));
    throw new ValidationFailed(
      first ? [first, ...more] : [{ field: field.name, issue: { key: 'problem.constraint' } }],
    );
  }
}

/** Preserves the lower bounds of unmanaged arrays: they may differ from 1, and other programs may access items by index. */
async function withLowerBounds(
  tx: Transaction,
  old: FullRow,
  columns: readonly ColumnValue[],
  values: Values,
): Promise<readonly ColumnValue[]> {
  const written: ColumnValue[] = [];
  for (const column of columns) {
    const { field } = column;
    const items = values[field.name];
    if (field.item === undefined || field.model.managed || !Array.isArray(items) || items.length === 0)
      written.push(column);
    else {
      const bounds = sql.type(z.object({ lower: z.number().nullable() }))`
        select array_lower(${columnSql('t', field)}, 1) as lower from ${tableSql(field.model)} t ${whereSql(rowCondition(field.model, old))}
      `;
      const [row] = await tx.any(bounds);
      const lower = row?.lower ?? 1;
      // fault: array-counted-from-one
      const prefix = lower === 1 ? '' : `[${lower}:${lower + items.length - 1}]=`;
      written.push({ field, value: valueSql(field, `${prefix}${String(field.type.encode(items))}`) });
    }
  }
  return written;
}

/** Updates the row even if only links have changed, so that its version changes. */
async function write(
  tx: Transaction,
  { writer, model, extent }: RowUpdate,
  old: FullRow,
  columns: readonly ColumnValue[],
  values: Values,
): Promise<FullRow> {
  const sets = columns.map(({ field, value }) => sql.fragment`${sql.identifier([field.column])} = ${value}`);
  sets.push(...updatedAtSql(model, values));
  const [key] = model.key;
  if (sets.length === 0 && key !== undefined) {
    const name = sql.identifier([key.column]);
    sets.push(sql.fragment`${name} = t.${name}`);
  }
  const checks = { allowed: writer.scope('change', model), extent };
  const condition = rowCondition(model, old);
  const update = sql.fragment`update ${tableSql(model)} as t set ${joinFragments(sets, comma)} ${whereSql(condition)}`;
  if (hasRule(model, 'update')) {
    // For tables with a rule, PostgreSQL rejects RETURNING.
    await tx.query(sql.unsafe`${update}`);
    const [stored] = await lockRows(tx, writer.reader, model, condition, { ...checks, limit: 1 });
    if (stored === undefined) throw new RowHidden();
    return stored;
  }
  const rows = await tx.any(
    sql.type(fullRowSchema(model))`${update} returning ${fullRowColumns(writer.reader, model, checks, 'written')}`,
  );
  const [row, other] = rows;
  if (row === undefined) throw new RowHidden();
  // The key of an unmanaged table may not be unique: an inheriting table may contain the same one.
  // fault: several-rows-of-a-key
  if (other !== undefined) throw new ValidationFailed([{ field: undefined, issue: { key: 'problem.keyRepeats' } }]);
  return writtenRow(tx, { ...checks, reader: writer.reader, model }, row, condition);
}

function mayRead(writer: Writer, field: FieldInfo | undefined): boolean {
  return field !== undefined && writer.reader.sees(field);
}
