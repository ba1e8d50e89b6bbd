// Values in the trail. The trail is kept forever and its pages show fifty entries at once, so a value that is large is stored as its
// beginning, its size and its hash. JSON null, which a snapshot must tell from NULL, is stored as text, too.

import { type FragmentSqlToken, sql } from 'slonik';
import { isJsonNull } from '../../core/base/exact-json.ts';
import { LargeValue } from '../../core/model/row.ts';

/** Larger values, in bytes of their text, are stored and read as their beginning. */
const MAX_BYTES = sql.fragment`4096`;
/** Characters of the beginning: at most four bytes each. */
const MAX_BEGINNING = sql.fragment`1000`;
/** A member that has been cut already. No value of a user is taken for one, see `storedMember`. */
const isBeginning = sql.fragment`(jsonb_typeof(value) = 'object' and value ? '~text' and value ? '~bytes')`;

/** A value of the trail that is only text: the beginning of a large one, or JSON null. */
export interface StoredText {
  readonly text: string;
  /** Of the whole value, if this is its beginning. */
  readonly bytes: number | undefined;
  /** Of the whole value; undefined if the trail has all of it. */
  readonly sha256: string | undefined;
}

/** The members of a snapshot as JSON, which `storedSql` bounds. Nothing that a user stores can be taken for a `StoredText`. */
export function storedJson(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(
    Object.fromEntries(Object.entries(value).map(([name, member]) => [name, storedMember(member)])),
  );
}

function storedMember(value: unknown): unknown {
  if (value instanceof LargeValue) return { '~text': value.text, '~bytes': value.bytes, '~sha256': value.sha256 };
  const isOwnMarker = typeof value === 'object' && value !== null && Object.hasOwn(value, '~text');
  return isJsonNull(value) || isOwnMarker ? { '~text': JSON.stringify(value) } : value;
}

/** JSON of `storedJson` as it is stored: every large member as its beginning, size and hash. */
export function storedSql(json: string | null): FragmentSqlToken {
  if (json === null) return sql.fragment`null::jsonb`;
  // fault: large-values-stored
  return boundedSql(sql.fragment`${json}::jsonb`, sql.fragment`, '~sha256', encode(sha256(textsend(text)), 'hex')`);
}

/** A column of the trail as pages read it: entries that were written before values were bounded have large members. */
export function shownSql(column: FragmentSqlToken): FragmentSqlToken {
  // fault: large-entries-read
  return sql.fragment`case when ${column} is not null then jsonb_out(${boundedSql(column, sql.fragment``)}) end`;
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

/** The value as `StoredText`; undefined for any other value. */
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
