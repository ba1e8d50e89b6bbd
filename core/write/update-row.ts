import { sql } from 'slonik';
import type { AuditContext } from '../actor.ts';
import type { Transaction } from '../database/pool.ts';
import { parseKey } from '../model/key.ts';
import type { Param } from '../model/kind.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { validateValues } from '../model/validate.ts';
import { keyCondition } from '../query/find-row.ts';
import { comma, joined, tableSql, whereSql } from '../query/sql-names.ts';
import { attempt, Forbidden, Mistaken, Swallowed } from './attempt.ts';
import type { Door } from './door.ts';
import { changedFiles, letGo, takeFiles } from './files.ts';
import { type GivenColumn, givenColumns, settable, unreachable } from './given-values.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { changeLinks, type Linking } from './links.ts';
import { withSlugs } from './made-slugs.ts';
import { Refusal } from './refusal.ts';
import { Removal } from './removal.ts';
import { type Changes, changedPointing, changedValues, changesOf, isSame } from './row-changes.ts';
import { hookRow, hooksOf, runAfterCommit, runHooks, UNTOUCHED, undoneUnlessDone } from './run-hooks.ts';
import { snapshotOf } from './snapshot.ts';
import { lockRows, type StoredRow, sameRow, storedColumns, storedRow, storedSchema } from './stored-row.ts';
import { touchedField, touchSql } from './touched.ts';
import type { Written } from './types.ts';
import type { Values } from './write.ts';
import { type Source, Writer } from './writer.ts';

/** Which row, as it was read. Without a version the last one to write wins. */
export interface Which {
  readonly key: string;
  readonly version: string | undefined;
}

/**
 * Changes a row and records `update` with what changed, in the caller's transaction. What the row holds already is no change:
 * an update without one writes nothing. Keys are fixed once a row is there, for addresses and the audit trail know it by them.
 */
export async function updateRow(
  door: Door,
  tx: Transaction,
  cause: AuditContext,
  model: ModelInfo,
  which: Which,
  values: Values,
  source: Source,
): Promise<Written> {
  const writer = new Writer(door.policy, cause.actor);
  if (!writer.may('change', model)) return { outcome: 'forbidden' };
  const params = parseKey(model, which.key);
  if (params === undefined) return { outcome: 'missing' };
  const update: RowUpdate = { door, cause, model, writer, params, hooks: hooksOf(door, model) };
  return undoneUnlessDone(update.hooks, tx, (inner) => changeRow(update, inner, which.version, values, source));
}

interface RowUpdate {
  readonly door: Door;
  readonly cause: AuditContext;
  readonly model: ModelInfo;
  readonly writer: Writer;
  readonly params: readonly Param[];
  readonly hooks: readonly OwnedHook[];
}

async function changeRow(
  update: RowUpdate,
  tx: Transaction,
  version: string | undefined,
  values: Values,
  source: Source,
): Promise<Written> {
  const { door, cause, model, writer, params, hooks } = update;
  const { given: wished, problems: names } = settable(writer, 'change', model, values, source);
  let byHooks: Values = {};
  const problems = [...names];
  if (hooks.length > 0) {
    // Hooks see the old row before anything is validated, so it is locked first; without them one statement locks and compares.
    const locked = await lock(update, tx, []);
    if ('outcome' in locked) return locked;
    const early = await runHooks('beforeValidate', hooks, tx, changeOf(update, locked, wished));
    byHooks = early.values;
    problems.push(...early.problems);
  }
  let given = await withSlugs(tx, model, { ...wished, ...byHooks }, params);
  problems.push(...validateValues(model, given, 'update'));
  if (problems.length > 0) return { outcome: 'invalid', problems };

  let compared = await compare(update, tx, given);
  if ('outcome' in compared) return compared;
  const unchanged = ({ old }: Compared): Written => ({
    outcome: 'done',
    key: old.key,
    label: old.shownLabel,
    changed: false,
  });
  if (compared.changes.names.size === 0) return unchanged(compared);
  if (version !== undefined && version !== compared.old.version) {
    const fields = [...compared.changes.names].filter((name) => mayRead(writer, model.fields.get(name)));
    return { outcome: 'conflict', fields };
  }
  const late =
    hooks.length === 0
      ? UNTOUCHED
      : await runHooks('beforeSave', hooks, tx, changeOf(update, compared.old, changedValues(given, compared.changes)));
  const objections = [...late.problems, ...validateValues(model, late.values, 'update')];
  if (objections.length > 0) return { outcome: 'invalid', problems: objections };
  if (late.isChanged) {
    byHooks = { ...byHooks, ...late.values };
    given = { ...given, ...late.values };
    compared = await compare(update, tx, given);
    if ('outcome' in compared) return compared;
    if (compared.changes.names.size === 0) return unchanged(compared);
  }

  const { old, changes, columns } = compared;
  const fixed = model.key.filter((field) => changes.names.has(field.name) && !isSame(columns, old, field));
  if (fixed.length > 0) {
    return {
      outcome: 'invalid',
      problems: fixed.map(({ name }) => ({ field: name, issue: { key: 'problem.keyFixed' } })),
    };
  }
  const byActor = new Set([...changes.names].filter((name) => !Object.hasOwn(byHooks, name)));
  const beyond = await unreachable(tx, writer, changedPointing(model, given, byActor, old));
  if (beyond.length > 0) return { outcome: 'invalid', problems: beyond };

  const files = changedFiles(model, changes.names);
  const removal = new Removal(door, writer, cause);
  const outcome = await attempt(tx, model, given, async (inner) => {
    await takeFiles(inner, cause.actor, files, given);
    for (const [field, keys] of changes.links)
      await relink(inner, { door, context: cause, reads: writer.reads, removal }, old, field, keys);
    const row = await write(inner, writer, model, old, changes.columns, given);
    if (!row.allowed) throw new Forbidden();
    await letGo(door, inner, files, [old]);
    return row;
  });
  if ('refused' in outcome) return outcome.refused;

  const row = outcome.done;
  await removal.record(door.events, tx);
  await door.events.record(tx, cause, 'update', {
    subject: { model: model.name, key: row.key, label: row.label },
    data: { before: snapshotOf(model, old, changes.names), after: snapshotOf(model, row, changes.names) },
  });
  if (hooks.length > 0) {
    const change = changeOf(update, old, changedValues(given, compared.changes));
    runAfterCommit(hooks, tx, { ...change, key: row.key, row: hookRow(model, row) });
  }
  return { outcome: 'done', key: row.key, label: row.shownLabel, changed: true };
}

/** The row under its lock until the end of the transaction, with how it compares to these columns. */
async function lock(
  { model, writer, params }: RowUpdate,
  tx: Transaction,
  columns: readonly GivenColumn[],
): Promise<StoredRow | Extract<Written, { outcome: 'missing' | 'forbidden' }>> {
  const [old] = await lockRows(tx, writer.reads, model, keyCondition(model, params), {
    seen: writer.seen(model),
    allowed: writer.scope('change', model),
    compared: columns,
    limit: 1,
  });
  if (old === undefined || !old.seen) return { outcome: 'missing' };
  return old.allowed ? old : { outcome: 'forbidden' };
}

interface Compared {
  readonly old: StoredRow;
  readonly columns: readonly GivenColumn[];
  readonly changes: Changes;
}

async function compare(
  update: RowUpdate,
  tx: Transaction,
  given: Values,
): Promise<Compared | Extract<Written, { outcome: 'missing' | 'forbidden' }>> {
  const { model, writer } = update;
  const columns = givenColumns(model, given);
  const old = await lock(update, tx, columns);
  if ('outcome' in old) return old;
  // An actor who sets a field that they may not see must not learn from the outcome that it held this value already.
  const unseen = new Set(Object.keys(given).filter((name) => !mayRead(writer, model.fields.get(name))));
  return { old, columns, changes: changesOf(model, old, columns, given, unseen) };
}

function changeOf({ cause, model }: RowUpdate, old: StoredRow, values: Values): Change & { readonly key: string } {
  return { context: cause, model, action: 'update', key: old.key, old: hookRow(model, old), values };
}

async function relink(
  tx: Transaction,
  linking: Linking & { readonly removal: Removal },
  old: StoredRow,
  field: FieldInfo,
  keys: readonly string[],
): Promise<void> {
  try {
    await changeLinks(tx, linking, old, field, keys);
  } catch (error) {
    if (error instanceof Mistaken || !(error instanceof Refusal)) throw error;
    const [first, ...more] = linking.removal.problems.map(({ issue }) => ({ field: field.name, issue }));
    throw new Mistaken(first ? [first, ...more] : [{ field: field.name, issue: { key: 'problem.constraint' } }]);
  }
}

/** Also when links alone changed: the row's version must tell it. */
async function write(
  tx: Transaction,
  writer: Writer,
  model: ModelInfo,
  old: StoredRow,
  columns: readonly GivenColumn[],
  given: Values,
): Promise<StoredRow> {
  const sets = columns.map(({ field, value }) => sql.fragment`${sql.identifier([field.column])} = ${value}`);
  const touched = touchedField(model);
  if (touched !== undefined && !Object.hasOwn(given, touched.name)) sets.push(touchSql(touched));
  const [key] = model.key;
  if (sets.length === 0 && key !== undefined) {
    const name = sql.identifier([key.column]);
    sets.push(sql.fragment`${name} = t.${name}`);
  }
  const returned = storedColumns(writer.reads, model, { allowed: writer.scope('change', model) });
  const row = await tx.maybeOne(sql.type(storedSchema(model))`
    update ${tableSql(model)} as t set ${joined(sets, comma)} ${whereSql(sameRow(model, old))} returning ${returned}
  `);
  if (row === null) throw new Swallowed();
  return storedRow(model, row);
}

function mayRead(writer: Writer, field: FieldInfo | undefined): boolean {
  return field !== undefined && writer.reads.sees(field);
}
