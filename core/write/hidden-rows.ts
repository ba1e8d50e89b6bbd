// References to rows that the actor cannot see, by relations and link rows. A form cannot show them, and an actor who removed one
// could not restore it, so they are always kept.

import { sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../database/transaction.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import type { Problem } from '../model/issue.ts';
import { validateValues } from '../model/validate.ts';
import { columnSql, onlyKey, tableSql, valueSql, valuesSql } from '../query/field-sql.ts';
import { visibleLinks } from '../query/visible-rows.ts';
import type { FullRow } from './full-row.ts';
import { LinkChanges } from './links.ts';
import type { Values } from './types.ts';
import type { Writer } from './writer.ts';

const keyRow = z.object({ key: z.string() });

/**
 * The values of manyToMany fields as the complete keys after the change, as hooks and validation receive them: `LinkChanges` are
 * applied, and link rows that the actor cannot see are kept.
 */
export async function withAllLinks(
  tx: Transaction,
  writer: Writer,
  model: ModelInfo,
  row: FullRow,
  values: Values,
): Promise<Values> {
  const resolved: Record<string, unknown> = { ...values };
  for (const [name, value] of Object.entries(values)) {
    const field = model.fields.get(name);
    const changes = field?.target && changesFrom(model, field, row, value);
    if (field?.target === undefined || changes === undefined) continue;
    const { type } = onlyKey(field.target);
    const hidden = await hiddenLinks(tx, writer, field, row, changes.removed);
    // fault: hidden-links-removed
    const removed = new Set(changes.removed.filter((key) => !hidden.has(key)));
    // fault: links-of-others-removed
    const kept = (row.links.get(name) ?? []).filter((key) => !removed.has(key));
    resolved[name] = [...kept.map((key) => type.decode(key)), ...changes.added];
  }
  return resolved;
}

interface LinkDifference {
  /** Keys as values in code. */
  readonly added: readonly unknown[];
  /** Keys as PostgreSQL's text. */
  readonly removed: readonly string[];
}

/** Undefined for an invalid value, which validation reports. */
function changesFrom(model: ModelInfo, field: FieldInfo, row: FullRow, value: unknown): LinkDifference | undefined {
  if (field.target === undefined || field.through === undefined) return undefined;
  const { type } = onlyKey(field.target);
  const isDifference = value instanceof LinkChanges;
  if (!isDifference && !Array.isArray(value)) return undefined;
  const requested = isDifference ? value.added : value;
  if (!isDifference && validateValues(model, { [field.name]: value }, 'update').length > 0) return undefined;
  const text = (key: unknown): string => String(type.encode(key));
  const stored = (row.links.get(field.name) ?? []).map((key) => ({ key, text: text(type.decode(key)) }));
  const present = new Set(stored.map((link) => link.text));
  const named = new Set((isDifference ? value.removed : requested).map(text));
  return {
    added: requested.filter((key) => !present.has(text(key))),
    removed: stored.filter((link) => named.has(link.text) === isDifference).map(({ key }) => key),
  };
}

/** Those of the keys for which the actor cannot see the link row or the row that it references. */
async function hiddenLinks(
  tx: Transaction,
  writer: Writer,
  field: FieldInfo,
  row: FullRow,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const { through, model } = field;
  const [ownKey] = model.key;
  if (keys.length === 0 || through === undefined || ownKey === undefined) return new Set();
  if (!writer.reader.canSelect(field)) return new Set(keys);
  const condition = visibleLinks(writer.reader, field);
  if (condition === undefined) return new Set();
  const [source, linked] = [columnSql('link', through.source), columnSql('link', through.target)];
  const visible = await tx.anyFirst(sql.type(keyRow)`
    select ${linked}::text as key
    from ${tableSql(through.model)} link
    where ${source} = ${valueSql(ownKey, String(row.dbValues[ownKey.name]))}
      and ${linked} = any(${valuesSql(through.target, keys)})
      and ${condition}
  `);
  return new Set(keys).difference(new Set(visible));
}

/**
 * A problem for each of these relations that references a row that the actor cannot see, because they cannot replace such a
 * reference. A dangling reference can be replaced, and so can the value of a field that the actor may set but not see.
 */
export async function hiddenReferences(
  tx: Transaction,
  writer: Writer,
  model: ModelInfo,
  names: ReadonlySet<string>,
  old: FullRow,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const field of model.stored) {
    const { target, name } = field;
    const stored = old.dbValues[name];
    if (target === undefined || stored === null || !names.has(name) || !writer.reader.sees(field)) continue;
    const isOpen = writer.reader.canSelect(field);
    const scope = isOpen ? writer.reader.scope(target) : sql.fragment`false`;
    if (scope === undefined) continue;
    const key = sql.fragment`${columnSql('t', onlyKey(target))} = ${valueSql(field, String(stored))}`;
    const isHidden = await tx.exists(sql.unsafe`
      select from ${tableSql(target)} t where ${key} and not coalesce((${scope}), false)
    `);
    // fault: hidden-reference-replaced
    if (isHidden) problems.push({ field: name, issue: { key: 'problem.hiddenReference' } });
  }
  return problems;
}
