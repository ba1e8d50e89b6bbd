import { type FragmentSqlToken, sql } from 'slonik';
import type { FieldInfo } from '../model/registry.ts';
import { textSql } from './label-sql.ts';
import { isIndexed } from './order.ts';
import type { Reader } from './reader.ts';
import { literalPattern } from './search-words.ts';
import {
  columnSql,
  holdsText,
  joined,
  onlyKey,
  tableSql,
  valueField,
  valueSql,
  valuesSql,
  whereSql,
} from './sql-names.ts';
import type { SearchField } from './types.ts';

const or = sql.fragment` or `;

/** Conditions over the alias `t`, one a word: it must occur in one of the fields. */
export function searchSql(
  reader: Reader,
  fields: readonly SearchField[],
  words: readonly string[],
): readonly FragmentSqlToken[] {
  const own = fields.filter((search) => search.via === undefined).map((search) => search.field);
  const behind = Map.groupBy(fields, (search) => search.via);
  behind.delete(undefined);
  return words.map((word) => {
    const parts = [...matches(own, 't', word)];
    for (const [via, searches] of behind) {
      if (via !== undefined) parts.push(...matchesBehind(reader, via, searches ?? [], word));
    }
    return parts.length === 0 ? sql.fragment`false` : sql.fragment`(${joined(parts, or)})`;
  });
}

/** The search fields that this reader may look into. Through a relation it takes the right to the other model, too. */
export function searchableFields(reader: Reader, fields: readonly SearchField[]): readonly SearchField[] {
  return fields.filter(({ via, field }) => reader.sees(field) && (via === undefined || reader.sees(via)));
}

/** Whether an index finds whatever these fields hold. One without, or one behind a relation, and the table is read instead. */
export function searchesIndexes(fields: readonly SearchField[]): boolean {
  if (fields.length === 0) return false;
  return fields.every(({ via, field }) => {
    if (via !== undefined) return false;
    const isText = field.values.length === 0 && holdsText(field);
    return isText ? field.index === 'search' : isIndexed(field);
  });
}

/** Where a word may stand in a row: part of a text, one of the choices that people read, or the whole of another value. */
export function matches(fields: readonly FieldInfo[], alias: string, word: string): readonly FragmentSqlToken[] {
  return fields.flatMap((field) => {
    const column = columnSql(alias, field);
    if (field.values.length > 0) {
      const chosen = choicesWith(field, word);
      return chosen.length === 0 ? [] : [sql.fragment`${column} = any(${valuesSql(field, chosen)})`];
    }
    if (holdsText(field)) return [sql.fragment`${textSql(field, alias)} ilike ${`%${literalPattern(word)}%`}::text`];
    const value = exactValue(field, word);
    return value === undefined ? [] : [sql.fragment`${column} = ${valueSql(field, value)}`];
  });
}

/** What somebody typed as a value of the field, in PostgreSQL's text; undefined when it is none. */
export function exactValue(field: FieldInfo, typed: string, zone?: string): string | undefined {
  const holder = valueField(field);
  const parsed = holder.spec.parse(typed, holder, zone);
  if (!parsed.ok) return undefined;
  const encoded = holder.spec.encode(parsed.value);
  return encoded === null ? undefined : String(encoded);
}

/**
 * Rows whose relation points to a match. The other table is looked through once and its keys are hashed; a subquery that
 * mentions `t` would run once a row.
 */
function matchesBehind(
  reader: Reader,
  via: FieldInfo,
  searches: readonly SearchField[],
  word: string,
): readonly FragmentSqlToken[] {
  const { target } = via;
  if (target === undefined) return [];
  const found = matches(
    searches.map((search) => search.field),
    't',
    word,
  );
  if (found.length === 0) return [];
  const scope = reader.scope(target);
  const conditions = [sql.fragment`(${joined(found, or)})`, ...(scope === undefined ? [] : [sql.fragment`(${scope})`])];
  return [
    sql.fragment`${columnSql('t', via)} in (
      select ${columnSql('t', onlyKey(target))} from ${tableSql(target)} t ${whereSql(conditions)}
    )`,
  ];
}

function choicesWith(field: FieldInfo, word: string): readonly string[] {
  const sought = word.toLowerCase();
  return field.values.filter((value) =>
    [value, field.valueLabels[value] ?? ''].some((text) => text.toLowerCase().includes(sought)),
  );
}
