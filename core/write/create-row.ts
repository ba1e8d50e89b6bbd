import { sql } from 'slonik';
import type { AuditContext } from '../actor.ts';
import type { Transaction } from '../database/pool.ts';
import { fileFields } from '../files/holds-file.ts';
import type { ModelInfo } from '../model/registry.ts';
import { validateValues, withDefaults } from '../model/validate.ts';
import { comma, joined, tableSql } from '../query/sql-names.ts';
import { attempt, Forbidden, Swallowed } from './attempt.ts';
import type { Door } from './door.ts';
import { takeFiles } from './files.ts';
import { type GivenColumn, givenColumns, givenLinks, settable, unreachable } from './given-values.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { addLinks } from './links.ts';
import { withSlugs } from './made-slugs.ts';
import { pointingTo } from './pointing.ts';
import { hookRow, hooksOf, runAfterCommit, runHooks, undoneUnlessDone } from './run-hooks.ts';
import { snapshotOf } from './snapshot.ts';
import { type StoredRow, storedColumns, storedRow, storedSchema } from './stored-row.ts';
import type { Written } from './types.ts';
import type { Values } from './write.ts';
import { type Source, Writer } from './writer.ts';

/** Adds a row and records `create`, in the caller's transaction. */
export async function createRow(
  door: Door,
  tx: Transaction,
  cause: AuditContext,
  model: ModelInfo,
  values: Values,
  source: Source,
): Promise<Written> {
  const writer = new Writer(door.policy, cause.actor);
  if (!writer.may('add', model)) return { outcome: 'forbidden' };
  const hooks = hooksOf(door, model);
  return undoneUnlessDone(hooks, tx, (inner) => addRow(door, inner, cause, model, { values, source, writer, hooks }));
}

interface Addition {
  readonly values: Values;
  readonly source: Source;
  readonly writer: Writer;
  readonly hooks: readonly OwnedHook[];
}

async function addRow(
  door: Door,
  tx: Transaction,
  cause: AuditContext,
  model: ModelInfo,
  { values, source, writer, hooks }: Addition,
): Promise<Written> {
  const { given, problems: names } = settable(writer, 'add', model, values, source);
  const change: Change = { context: cause, model, action: 'create', key: undefined, old: undefined, values: given };
  const early = await runHooks('beforeValidate', hooks, tx, change);
  const valid = await withSlugs(tx, model, withDefaults(model, { ...given, ...early.values }));
  const problems = [...names, ...early.problems, ...validateValues(model, valid, 'insert')];
  if (problems.length > 0) return { outcome: 'invalid', problems };
  const own = Object.fromEntries(Object.entries(given).filter(([name]) => !Object.hasOwn(early.values, name)));
  const beyond = await unreachable(tx, writer, pointingTo(model, own));
  if (beyond.length > 0) return { outcome: 'invalid', problems: beyond };
  const late = await runHooks('beforeSave', hooks, tx, { ...change, values: valid });
  const whole = { ...valid, ...late.values };
  const objections = [...late.problems, ...(late.isChanged ? validateValues(model, whole, 'insert') : [])];
  if (objections.length > 0) return { outcome: 'invalid', problems: objections };

  const links = givenLinks(model, whole);
  const outcome = await attempt(tx, model, whole, async (inner) => {
    await takeFiles(inner, cause.actor, fileFields(model), whole);
    const row = await insert(inner, writer, model, givenColumns(model, whole));
    if (!row.allowed) throw new Forbidden();
    for (const [field, keys] of links)
      await addLinks(inner, { door, context: cause, reads: writer.reads }, row, field, keys);
    return row;
  });
  if ('refused' in outcome) return outcome.refused;

  const row: StoredRow = {
    ...outcome.done,
    links: new Map([...outcome.done.links, ...[...links].map(([field, keys]) => [field.name, keys] as const)]),
  };
  await door.events.record(tx, cause, 'create', {
    subject: { model: model.name, key: row.key, label: row.label },
    data: { after: snapshotOf(model, row) },
  });
  if (hooks.length > 0) runAfterCommit(hooks, tx, { ...change, values: whole, key: row.key, row: hookRow(model, row) });
  return { outcome: 'done', key: row.key, label: row.shownLabel, changed: true };
}

async function insert(
  tx: Transaction,
  writer: Writer,
  model: ModelInfo,
  columns: readonly GivenColumn[],
): Promise<StoredRow> {
  const names = columns.map(({ field }) => sql.fragment`${sql.identifier([field.column])}`);
  const values = columns.map(({ value }) => value);
  const row =
    columns.length === 0
      ? sql.fragment`default values`
      : sql.fragment`(${joined(names, comma)}) values (${joined(values, comma)})`;
  const returned = storedColumns(writer.reads, model, { allowed: writer.scope('add', model) });
  const stored = await tx.maybeOne(
    sql.type(storedSchema(model))`insert into ${tableSql(model)} as t ${row} returning ${returned}`,
  );
  if (stored === null) throw new Swallowed();
  return storedRow(model, stored);
}
