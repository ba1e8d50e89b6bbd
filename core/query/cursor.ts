import { hash as digest } from 'node:crypto';
import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { unescapeBytes } from '../database/any-bytes.ts';
import { isKnownType, isTextOfType } from '../model/database-text.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { isStorable } from '../model/plain-text.ts';
import type { LargeValue } from '../model/row.ts';
import { rawSql, whereSql } from '../sql/fragments.ts';
import { columnSql, holdsText, tableSql, valueField, valueSql } from './field-sql.ts';
import type { Reader } from './reader.ts';
import { lengthInUrl } from './search.ts';
import { mayBeNull } from './table-facts.ts';
import type { Cursor, CursorValue, Filter, KeyPart, Sort } from './types.ts';

/** The list, order, filters and search that a cursor belongs to. It is invalid in any other. */
export interface CursorContext {
  readonly model: ModelInfo;
  readonly order: readonly Sort[];
  readonly filters: readonly Filter[];
  readonly q: string;
}

/**
 * Max length of a cursor in a URL. The longest one that is written has 1,600 characters, and fewer beside a long search, so that links
 * stay under 2 KB.
 */
const MAX_LENGTH = 2_000;
/** Max size of a cursor's JSON, before base64. */
const MAX_BYTES = 1_200;
/** Length of a search in a URL beside which the longest cursor fits. */
const SHORT_SEARCH = 200;
/**
 * Max lengths of values. Longer ones are left out of the cursor and read again from their row. The first limit that makes the
 * cursor short enough is used.
 */
const LIMITS = [1_000, 300, 100, 40];
const PREFIX_CHARACTERS = 20;

const prefix = z.string().max(PREFIX_CHARACTERS * 2);
const value = z.union([z.string(), z.null(), z.tuple([prefix])]);
const keyPart = z.union([
  z.string(),
  z
    .array(z.string().regex(/^[\da-f]{32}$/))
    .min(1)
    .max(2),
]);
const cursorSchema = z.union([
  z.tuple([z.string(), z.array(value)]),
  z.tuple([z.string(), z.array(value), z.array(keyPart)]),
]);

/**
 * A cursor as opaque text for a URL: a hash of the context, and one row's values in the columns of the order. For a value that is
 * too long for a link, it contains the beginning of the value and the row's `key`, with which the list's statement reads the value
 * again.
 */
export function writeCursor(
  context: CursorContext,
  values: readonly (string | LargeValue | null)[],
  key: readonly string[] = [],
): string {
  const hash = hashKey(context);
  // fault: cursor-beside-a-long-search
  const maxBytes = MAX_BYTES - Math.max(0, Math.ceil((lengthInUrl(context.q) - SHORT_SEARCH) * 0.75));
  let text = '';
  for (const limit of LIMITS) {
    // fault: long-cursor
    const isShort = (part: string | LargeValue | null): part is string | null =>
      part === null || (typeof part === 'string' && Buffer.byteLength(part) <= limit);
    const shortened = values.map((each) =>
      isShort(each) ? each : [beginningOf(typeof each === 'string' ? each : each.text)],
    );
    const parts = key.map((part) => (isShort(part) ? part : hashesOf(part)));
    text = JSON.stringify(values.every(isShort) ? [hash, shortened] : [hash, shortened, parts]);
    if (Buffer.byteLength(text) <= maxBytes) break;
  }
  return Buffer.from(text).toString('base64url');
}

/** PostgreSQL hashes the bytes that are stored. A U+FFFD before two digits may be one of them, or text in a database that is not in SQL_ASCII. */
function hashesOf(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  // fault: cursor-text-as-bytes
  return [...new Set([digest('md5', bytes), digest('md5', unescapeBytes(bytes))])];
}

function beginningOf(text: string): string {
  return [...text.slice(0, PREFIX_CHARACTERS * 2)].slice(0, PREFIX_CHARACTERS).join('');
}

/**
 * Reads a cursor. Undefined if it is invalid: from another list, sort or filter, from an older version, truncated or forged. The
 * list then starts at the top. Values are validated here, so that they rarely cause a database error; if one does, the list also
 * starts at the top.
 */
export function readCursor(context: CursorContext, text: string): Cursor | undefined {
  if (text.length > MAX_LENGTH || !/^[\w-]+$/.test(text)) return undefined;
  const parsed = cursorSchema.safeParse(json(Buffer.from(text, 'base64url').toString()));
  if (!parsed.success) return undefined;
  const [hash, stored, parts = []] = parsed.data;
  const { model, order } = context;
  // fault: foreign-cursor
  if (hash !== hashKey(context) || stored.length !== order.length) return undefined;
  const values = stored.map((each): CursorValue => (Array.isArray(each) ? { prefix: each[0] } : each));
  const key = parts.map((part): KeyPart => (Array.isArray(part) ? { md5: part } : part));
  const hasKey = values.every((each) => typeof each !== 'object' || each === null) || key.length === model.key.length;
  const isValid =
    hasKey &&
    order.every(({ field }, index) => isCursorValue(field, values[index] ?? null)) &&
    key.every((part, index) => typeof part !== 'string' || isValueOf(model.key[index], part));
  if (!isValid) return undefined;
  return key.length === 0 ? { values } : { values, key };
}

function isCursorValue(field: FieldInfo, value: CursorValue): boolean {
  if (value === null) return mayBeNull(field);
  return typeof value === 'string' ? isValueOf(field, value) : isStorable(value.prefix);
}

/** Values of plugins' types and enums cannot be checked here; PostgreSQL checks them. */
function isValueOf(field: FieldInfo | undefined, text: string): boolean {
  if (field === undefined) return false;
  const typeField = valueField(field);
  const cast = typeField.type.cast(typeField);
  return isKnownType(cast) ? isTextOfType(text, cast) : isStorable(text);
}

/**
 * The bounds of a page as SQL, in the columns of the order. A value that is not in the cursor is read by key from its row, once per
 * statement, if this user may see the row. If the row has been deleted, the beginning of the value is used.
 */
export function boundsSql(
  reader: Reader,
  model: ModelInfo,
  order: readonly Sort[],
  { values, key = [] }: Cursor,
): readonly (FragmentSqlToken | null)[] {
  return order.map(({ field }, index) => {
    const value = values[index] ?? null;
    if (value === null) return null;
    if (typeof value === 'string') return valueSql(field, value);
    const scope = reader.scope(model);
    // fault: cursor-out-of-scope
    const conditions = [...decodeRow(model, key), ...(scope === undefined ? [] : [sql.fragment`(${scope})`])];
    const stored = sql.fragment`(
      select ${columnSql('t', field)} from ${tableSql(model)} t ${whereSql(conditions)} ${rawSql('limit 1')}
    )`;
    return holdsText(field) ? sql.fragment`coalesce(${stored}, ${valueSql(field, value.prefix)})` : stored;
  });
}

/** Of any bytes, nothing can be converted. */
const HASHED_ENCODING = rawSql(
  "(case when current_setting('server_encoding') = 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end)::name",
);

/** Conditions for the row with this key. A part that is too long for a link is compared by its hash. */
function decodeRow(model: ModelInfo, key: readonly KeyPart[]): readonly FragmentSqlToken[] {
  return model.key.map((field, index) => {
    const part = key[index] ?? '';
    const column = columnSql('t', field);
    if (typeof part === 'string') return sql.fragment`${column} = ${valueSql(field, part)}`;
    return sql.fragment`md5(convert_to(${column}::text, ${HASHED_ENCODING})) = any(${sql.array(part.md5, 'text')})`;
  });
}

function hashKey({ model, order, filters, q }: CursorContext): string {
  const contents = [
    model.name,
    order.map((sort) => [sort.field.name, sort.descending]),
    filters.map((filter) => {
      if (filter.is === 'range') return [filter.field.name, filter.from ?? null, filter.to ?? null, 'range'];
      return [filter.field.name, filter.is === 'present' ? 'present' : filter.values];
    }),
    q,
  ];
  return digest('sha256', JSON.stringify(contents), 'base64url').slice(0, 12);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
