// A database in SQL_ASCII holds any bytes. Those that are not UTF-8 are read as U+FFFD: to write such a text back would replace them.

import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import type { Problem } from '../model/issue.ts';
import type { FullRow } from './full-row.ts';
import { type Changes, holdsValue } from './row-changes.ts';
import type { Values } from './types.ts';

const REPLACEMENT = '\ufffd';
const encoding = sql.type(z.object({ encoding: z.string() }));

/** A problem for each of these values that contains U+FFFD, in a database in which it stands for other bytes. */
export async function unreadableTexts(database: Query, values: Values): Promise<readonly Problem[]> {
  const fields = Object.keys(values).filter((name) => isUnreadable(values[name]));
  // fault: unreadable-bytes-rewritten
  if (fields.length === 0 || !(await hasAnyBytes(database))) return [];
  return fields.map((field) => ({ field, issue: { key: 'problem.unreadableText' } }));
}

/** The same for a change: of its values, and of pairs with keys that cannot be read. */
export async function unreadableChanges(
  database: Query,
  { names, links }: Changes,
  old: FullRow,
  values: Values,
): Promise<readonly Problem[]> {
  const pairs = new Map([...links].map(([{ name }, keys]) => [name, differing(old.links.get(name) ?? [], keys)]));
  const changed = [...names].map((name): [string, unknown] => [name, pairs.get(name) ?? values[name]]);
  return unreadableTexts(database, Object.fromEntries(changed));
}

/** The values without those that are what the row holds, as far as it can be read: programs send whole records back. */
export async function withoutUnreadableTexts(
  database: Query,
  model: ModelInfo,
  { dbValues }: FullRow,
  values: Values,
): Promise<Values> {
  const isHeld = (field: FieldInfo | undefined, value: unknown): boolean =>
    field !== undefined && isUnreadable(value) && holdsValue(field, dbValues[field.name], value);
  const changed = Object.entries(values).filter(([name, value]) => !isHeld(model.fields.get(name), value));
  const hasHeld = changed.length < Object.keys(values).length;
  return hasHeld && (await hasAnyBytes(database)) ? Object.fromEntries(changed) : values;
}

function isUnreadable(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(REPLACEMENT);
  return typeof value === 'object' && value !== null && (JSON.stringify(value) ?? '').includes(REPLACEMENT);
}

function differing(one: readonly string[], other: readonly string[]): readonly string[] {
  return [...one.filter((key) => !other.includes(key)), ...other.filter((key) => !one.includes(key))];
}

async function hasAnyBytes(database: Query): Promise<boolean> {
  const row = await database.one(encoding`select current_setting('server_encoding') as encoding`);
  return row.encoding === 'SQL_ASCII';
}
