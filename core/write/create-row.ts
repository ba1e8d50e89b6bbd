import { type FragmentSqlToken, sql } from 'slonik';
import type { Transaction } from '../database/pool.ts';
import type { ModelInfo } from '../model/field-type.ts';
import { fileFields } from '../model/field-types/file.ts';
import { validateValues, withDefaults } from '../model/validate.ts';
import type { AuditContext } from '../policy/actor.ts';
import { columnSql, tableSql } from '../query/field-sql.ts';
import { hasRule } from '../query/table-facts.ts';
import { comma, joinFragments } from '../sql/fragments.ts';
import { claimFiles } from './files.ts';
import { type FullRow, fullRowColumns, fullRowSchema, lockRows, type RowChecks, writtenRow } from './full-row.ts';
import { withSlugs } from './generated-slugs.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { type AddedLinks, addLinks, recordAddedLinks } from './links.ts';
import { inSavepoint, RowForbidden, RowHidden, withCommitProblems } from './rejections.ts';
import { extentFor, findHooks, hookRow, runAfterCommit, runHooks, undoHooksUnlessDone } from './run-hooks.ts';
import { rowSnapshot } from './snapshot.ts';
import type { Values, Written } from './types.ts';
import {
  type ColumnValue,
  checkReferences,
  columnValues,
  linkedKeys,
  permittedValues,
  referencedKeys,
} from './values.ts';
import { type Source, type WriteDependencies, Writer } from './writer.ts';

/** Adds a row and records `create`, in the caller's transaction. */
export async function createRow(
  dependencies: WriteDependencies,
  tx: Transaction,
  context: AuditContext,
  { model, values, source }: { readonly model: ModelInfo; readonly values: Values; readonly source: Source },
): Promise<Written> {
  const writer = new Writer(dependencies.policy, context.actor);
  if (!writer.may('add', model)) return { outcome: 'forbidden' };
  const hooks = findHooks(dependencies, model);
  return withCommitProblems(tx, { model, values, reader: writer.reader }, () =>
    undoHooksUnlessDone(hooks, tx, (inner) =>
      addRow(dependencies, inner, context, model, { requested: values, source, writer, hooks }),
    ),
  );
}

interface Addition {
  readonly requested: Values;
  readonly source: Source;
  readonly writer: Writer;
  readonly hooks: readonly OwnedHook[];
}

async function addRow(
  dependencies: WriteDependencies,
  tx: Transaction,
  context: AuditContext,
  model: ModelInfo,
  { requested, source, writer, hooks }: Addition,
): Promise<Written> {
  const { permitted, problems: accessProblems } = permittedValues(writer, 'add', model, requested, source);
  const change: Change = { context, model, action: 'create', key: undefined, old: undefined, values: permitted };
  const beforeValidate = await runHooks('beforeValidate', hooks, tx, change);
  const valid = await withSlugs(tx, model, withDefaults(model, { ...permitted, ...beforeValidate.values }));
  const problems = [...accessProblems, ...beforeValidate.problems, ...validateValues(model, valid, 'insert')];
  if (problems.length > 0) return { outcome: 'invalid', problems };
  const byActor = Object.fromEntries(
    Object.entries(permitted).filter(([name]) => !Object.hasOwn(beforeValidate.values, name)),
  );
  const referenceProblems = await checkReferences(tx, writer, referencedKeys(model, byActor));
  // fault: reference-out-of-scope
  if (referenceProblems.length > 0) return { outcome: 'invalid', problems: referenceProblems };
  const beforeSave = await runHooks('beforeSave', hooks, tx, { ...change, values: valid });
  const values = { ...valid, ...beforeSave.values };
  const saveProblems = [
    ...beforeSave.problems,
    ...(beforeSave.isChanged ? validateValues(model, values, 'insert') : []),
  ];
  if (saveProblems.length > 0) return { outcome: 'invalid', problems: saveProblems };

  const links = linkedKeys(model, values);
  const added: AddedLinks = [];
  const result = await inSavepoint(tx, { model, values, reader: writer.reader }, async (inner) => {
    await claimFiles(inner, context.actor, fileFields(model), values);
    const inserted = await insert(inner, writer, model, columnValues(model, values), extentFor(hooks));
    if (!inserted.allowed) throw new RowForbidden();
    const onAdded = (...link: AddedLinks[number]) => void added.push(link);
    const linkContext = { dependencies, context, writer, onAdded };
    for (const [field, keys] of links) await addLinks(inner, linkContext, inserted, field, keys);
    return inserted;
  });
  if ('rejection' in result) return result.rejection;

  const row: FullRow = {
    ...result.value,
    links: new Map([...result.value.links, ...[...links].map(([field, keys]) => [field.name, keys] as const)]),
  };
  await dependencies.events.record(tx, context, 'create', {
    subject: { model: model.name, key: row.key, label: row.label },
    data: { after: rowSnapshot(model, row) },
  });
  await recordAddedLinks(dependencies.events, tx, context, added);
  if (hooks.length > 0) runAfterCommit(hooks, tx, { ...change, values, key: row.key, row: hookRow(model, row) });
  return { outcome: 'done', key: row.key, label: row.visibleLabel, changed: true };
}

async function insert(
  tx: Transaction,
  writer: Writer,
  model: ModelInfo,
  columns: readonly ColumnValue[],
  extent: 'trail' | 'whole',
): Promise<FullRow> {
  const names = columns.map(({ field }) => sql.fragment`${sql.identifier([field.column])}`);
  const values = columns.map(({ value }) => value);
  const row =
    columns.length === 0
      ? sql.fragment`default values`
      : sql.fragment`(${joinFragments(names, comma)}) values (${joinFragments(values, comma)})`;
  const checks = { allowed: writer.scope('add', model), extent };
  if (hasRule(model, 'insert')) return insertByRule(tx, writer, model, columns, { row, checks });
  const returned = fullRowColumns(writer.reader, model, checks, 'written');
  const inserted = await tx.maybeOne(
    sql.type(fullRowSchema(model))`insert into ${tableSql(model)} as t ${row} returning ${returned}`,
  );
  if (inserted === null) throw new RowHidden();
  return writtenRow(tx, { ...checks, reader: writer.reader, model }, inserted, givenKey(model, columns));
}

/** For tables with a rule, for which PostgreSQL rejects RETURNING: the row is read by its key, which must have been given. */
async function insertByRule(
  tx: Transaction,
  writer: Writer,
  model: ModelInfo,
  columns: readonly ColumnValue[],
  { row, checks }: { readonly row: FragmentSqlToken; readonly checks: RowChecks },
): Promise<FullRow> {
  await tx.query(sql.unsafe`insert into ${tableSql(model)} as t ${row}`);
  const conditions = givenKey(model, columns);
  if (conditions === undefined) throw new RowHidden();
  const [inserted] = await lockRows(tx, writer.reader, model, conditions, { ...checks, limit: 1 });
  if (inserted === undefined) throw new RowHidden();
  return inserted;
}

/** Conditions on the alias `t` for the row by its key; undefined if the database generates a part of it. */
function givenKey(model: ModelInfo, columns: readonly ColumnValue[]): readonly FragmentSqlToken[] | undefined {
  const conditions = model.key.flatMap((field) => {
    const value = columns.find((column) => column.field === field)?.value;
    return value === undefined ? [] : [sql.fragment`${columnSql('t', field)} = ${value}`];
  });
  return conditions.length < model.key.length ? undefined : conditions;
}
