import { type FragmentSqlToken, sql } from 'slonik';
import type { Transaction } from '../database/pool.ts';
import type { DbRow, FieldInfo, ModelInfo } from '../model/field-type.ts';
import { validateValues, withDefaults } from '../model/validate.ts';
import type { AuditContext } from '../policy/actor.ts';
import { tableSql, valueSql } from '../query/field-sql.ts';
import { comma, joinFragments } from '../sql/fragments.ts';
import type { Events } from './events.ts';
import { type FullRow, fullRowColumns, fullRowSchema, writtenRow } from './full-row.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { RowForbidden, RowHidden, ValidationFailed } from './rejections.ts';
import { findHooks, hookRow, runAfterCommit, runHooks } from './run-hooks.ts';
import { rowSnapshot } from './snapshot.ts';
import type { Values } from './types.ts';
import { type ColumnValue, columnValues } from './values.ts';
import type { WriteDependencies, Writer } from './writer.ts';

/**
 * The value of a manyToMany as a difference: other link rows are left unchanged. The keys are values in code.
 *
 * @example
 * await app.write.updateAny(tx, context, posts, '7', { tags: new LinkChanges([3], [1, 2]) });
 */
export class LinkChanges {
  readonly added: readonly unknown[];
  readonly removed: readonly unknown[];

  constructor(added: readonly unknown[], removed: readonly unknown[]) {
    this.added = added;
    this.removed = removed;
  }
}

/** The actor who changes the link rows, and the hooks to run. */
export interface LinkContext {
  readonly dependencies: Pick<WriteDependencies, 'hooks'>;
  readonly context: AuditContext;
  readonly writer: Writer;
  /** Called for every added link row, to record its event. */
  onAdded(model: ModelInfo, link: FullRow): void;
}

/** Link rows that were added, each with its model, until their events are recorded. */
export type AddedLinks = (readonly [model: ModelInfo, link: FullRow])[];

/** Records `create` for every link row. Call it outside the savepoint, so that a handler's error is not taken for a rejection. */
export async function recordAddedLinks(
  events: Events,
  tx: Transaction,
  context: AuditContext,
  added: AddedLinks,
): Promise<void> {
  for (const [model, link] of added) {
    const subject = { model: model.name, key: link.key, label: link.label };
    // fault: link-not-recorded
    await events.record(tx, context, 'create', { subject, data: { after: rowSnapshot(model, link) } });
  }
}

/** Removes link rows like any other row, with events and hooks: see `Removal`. */
export interface LinkRemover {
  removeLinks(
    tx: Transaction,
    through: NonNullable<FieldInfo['through']>,
    owner: FullRow,
    keys: readonly string[],
  ): Promise<void>;
}

/**
 * Adds and removes link rows of a manyToMany so that the requested ones remain. They are removed like any other row, with events
 * and hooks.
 *
 * @throws WriteRejected if a link row cannot be removed; `removal` has the reason.
 * @throws ValidationFailed if a hook rejects a new link row.
 */
export async function changeLinks(
  tx: Transaction,
  linkContext: LinkContext & { readonly removal: LinkRemover },
  row: FullRow,
  field: FieldInfo,
  requested: readonly string[],
): Promise<void> {
  const kept = new Set(requested);
  const removed = (row.links.get(field.name) ?? []).filter((key) => !kept.has(key));
  if (field.through !== undefined && removed.length > 0) {
    // fault: link-removed-without-permission
    if (!linkContext.writer.may('delete', field.through.model)) throw forbiddenField(field);
    await linkContext.removal.removeLinks(tx, field.through, row, removed);
  }
  await addLinks(tx, linkContext, row, field, requested);
}

/**
 * Adds the missing link rows of a manyToMany: in one statement, or one by one if their model has hooks.
 *
 * @throws ValidationFailed if a hook rejects a link row.
 */
export async function addLinks(
  tx: Transaction,
  linkContext: LinkContext,
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
  // fault: link-added-without-permission
  if (!linkContext.writer.may('add', through.model)) throw forbiddenField(field);
  const source = String(row.dbValues[key.name]);
  const hooks = findHooks(linkContext.dependencies, through.model);
  if (hooks.length > 0) {
    for (const target of added) await addLink(tx, linkContext, hooks, field, { through, source, target });
    return;
  }
  // Link rows may have further fields, which get their computed defaults.
  const newLinks = added.map((target) => [
    { field: through.source, value: valueSql(key, source) },
    { field: through.target, value: valueSql(through.target, target) },
    ...columnValues(through.model, withDefaults(through.model, {})),
  ]);
  const rows = newLinks.map((columns) => sql.fragment`(${valuesOf(columns)})`);
  const inserted = await tx.any(sql.type(fullRowSchema(through.model))`
    insert into ${tableSql(through.model)} as t (${namesOf(newLinks[0] ?? [])}) values ${joinFragments(rows, comma)}
    returning ${linkColumns(linkContext, through.model)}
  `);
  if (inserted.length < rows.length) throw new RowHidden();
  for (const row of inserted)
    linkAdded(linkContext, through.model, await writtenLink(tx, linkContext, through.model, row));
}

function linkColumns({ writer }: LinkContext, model: ModelInfo): FragmentSqlToken {
  return fullRowColumns(writer.reader, model, { allowed: writer.scope('add', model) });
}

function writtenLink(tx: Transaction, { writer }: LinkContext, model: ModelInfo, row: DbRow): Promise<FullRow> {
  return writtenRow(tx, { reader: writer.reader, model, allowed: writer.scope('add', model) }, row);
}

function linkAdded(linkContext: LinkContext, model: ModelInfo, link: FullRow): void {
  if (!link.allowed) throw new RowForbidden();
  linkContext.onAdded(model, link);
}

function forbiddenField({ name }: FieldInfo): ValidationFailed {
  return new ValidationFailed([{ field: name, issue: { key: 'problem.forbidden' } }]);
}

interface NewLink {
  readonly through: NonNullable<FieldInfo['through']>;
  /** The keys of the two rows, as PostgreSQL's text. */
  readonly source: string;
  readonly target: string;
}

async function addLink(
  tx: Transaction,
  linkContext: LinkContext,
  hooks: readonly OwnedHook[],
  field: FieldInfo,
  { through, source, target }: NewLink,
): Promise<void> {
  const { context } = linkContext;
  const { model } = through;
  const keys = {
    [through.source.name]: through.source.type.decode(source),
    [through.target.name]: through.target.type.decode(target),
  };
  let values: Values = withDefaults(model, keys);
  const change: Change = { context, model, action: 'create', key: undefined, old: undefined, values };
  for (const step of ['beforeValidate', 'beforeSave'] as const) {
    const result = await runHooks(step, hooks, tx, { ...change, values });
    // Hooks cannot change which rows are linked.
    values = { ...values, ...result.values, ...keys };
    const problems = [...result.problems, ...validateValues(model, values, 'insert')];
    if (problems.length > 0) throw new ValidationFailed(problems.map(({ issue }) => ({ field: field.name, issue })));
  }
  const columns = columnValues(model, values);
  const inserted = await tx.maybeOne(sql.type(fullRowSchema(model))`
    insert into ${tableSql(model)} as t (${namesOf(columns)}) values (${valuesOf(columns)})
    returning ${linkColumns(linkContext, model)}
  `);
  if (inserted === null) throw new RowHidden();
  const link = await writtenLink(tx, linkContext, model, inserted);
  linkAdded(linkContext, model, link);
  runAfterCommit(hooks, tx, { ...change, values, key: link.key, row: hookRow(model, link) });
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

/** Whether two sets of keys differ, regardless of order. An unmanaged table may contain the same link row several times. */
export function keysDiffer(before: readonly string[], requested: readonly string[]): boolean {
  return new Set(before).symmetricDifference(new Set(requested)).size > 0;
}
