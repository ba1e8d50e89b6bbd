// Values in the audit trail. The trail is kept permanently and its pages show fifty entries each, so of a large value only the
// beginning, the size and a hash are stored. JSON null is stored as text, to distinguish it from SQL NULL.

import { type FragmentSqlToken, sql } from 'slonik';
import { isJsonNull } from '../../core/base/exact-json.ts';
import { LargeValue } from '../../core/model/row.ts';

/** Larger values (in bytes of text) are stored and read truncated. */
const MAX_BYTES = sql.fragment`4096`;
/** Length of a truncated value in characters, of at most four bytes each. */
const MAX_BEGINNING = sql.fragment`1000`;
/** A member that is already truncated. User data cannot match; see `storedMember`. */
const isBeginning = sql.fragment`(jsonb_typeof(value) = 'object' and value ? '~text' and value ? '~bytes')`;

/** A value that is available only as text: a truncated value, or JSON null. */
export interface StoredText {
  readonly text: string;
  /** The size of the full value; undefined if it is not truncated. */
  readonly bytes: number | undefined;
  /** The hash of the full value; undefined if the trail contains all of it. */
  readonly sha256: string | undefined;
}

/** Serialises the members of a snapshot; `storedSql` then truncates them. User data cannot be mistaken for a `StoredText`. */
export function storedJson(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(
    Object.fromEntries(Object.entries(value).map(([name, member]) => [name, storedMember(member)])),
  );
}

/** Numbers that a column of type json can contain, but not the trail's jsonb. Text that contains such digits is stored in the same way. */
const BEYOND_NUMERIC = /\d{10000}|\de[+-]?0*[1-9]\d{4}/i;

function storedMember(value: unknown): unknown {
  if (value instanceof LargeValue) return { '~text': value.text, '~bytes': value.bytes, '~sha256': value.sha256 };
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  // fault: number-beyond-numeric
  const isText = isJsonNull(value) || Object.hasOwn(value, '~text') || BEYOND_NUMERIC.test(text);
  return isText ? { '~text': text } : value;
}

/** The SQL expression that stores the result of `storedJson`: large members are replaced by their beginning, size and hash. */
export function storedSql(json: string | null): FragmentSqlToken {
  if (json === null) return sql.fragment`null::jsonb`;
  // fault: large-values-stored
  return boundedSql(sql.fragment`${json}::jsonb`, sql.fragment`, '~sha256', encode(sha256(textsend(text)), 'hex')`);
}

/** The SQL expression that reads a column: truncates large members in entries from before values were truncated on storage. */
export function shownSql(column: FragmentSqlToken): FragmentSqlToken {
  // fault: large-entries-read
  // Entries of other programs may have other values than objects.
  // fault: entry-that-is-no-object
  return sql.fragment`case when jsonb_typeof(${column}) = 'object' then jsonb_out(${boundedSql(column, sql.fragment``)}) end`;
}

function boundedSql(json: FragmentSqlToken, hash: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(
    select coalesce(jsonb_object_agg(name, case
      when octet_length(text) > ${MAX_BYTES} and not ${isBeginning}
        then jsonb_build_object('~text', left(text, ${MAX_BEGINNING}), '~bytes', octet_length(text) ${hash})
      else value
    end), '{}')
    from jsonb_each(${json}) as member (name, value), lateral (select value #>> '{}' as text offset 0) as as_text
  )`;
}

/** Parses a `StoredText`; undefined for any other value. */
export function storedText(value: unknown): StoredText | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const {
    '~text': text,
    '~bytes': bytes,
    '~sha256': sha256,
  } = { '~text': undefined, '~bytes': 0, '~sha256': '', ...value };
  if (typeof text !== 'string') return undefined;
  return {
    text,
    bytes: typeof bytes === 'number' && bytes > 0 ? bytes : undefined,
    sha256: typeof sha256 === 'string' && sha256 !== '' ? sha256 : undefined,
  };
}
