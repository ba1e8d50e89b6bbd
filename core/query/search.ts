import { type FragmentSqlToken, sql } from 'slonik';
import type { FieldInfo } from '../model/field-type.ts';
import { keyParam } from '../model/key.ts';
import { isStorable } from '../model/plain-text.ts';
import { joinFragments, whereSql } from '../sql/fragments.ts';
import { columnSql, holdsText, onlyKey, tableSql, textSql, valueField, valueSql, valuesSql } from './field-sql.ts';
import { isIndexed } from './order.ts';
import type { Reader } from './reader.ts';
import { needsOtherCollation } from './table-facts.ts';
import type { SearchField } from './types.ts';

/** In a URL, so that the links of a list stay under 2 KB: 1,000 letters of English, 160 of Arabic. */
const MAX_LENGTH = 1_000;
const MAX_WORDS = 50;

/**
 * The part of a search text that is used: a pasted paragraph is found by its first words. Links have this part alone.
 *
 * @example searchText(' big  bird ') // 'big  bird'
 */
export function searchText(q: string): string {
  const text = q.trim();
  let used = '';
  let length = 0;
  for (const character of text) {
    length += lengthInUrl(character);
    // fault: search-longer-than-a-link
    if (length > MAX_LENGTH) return withoutCutWord(used, character);
    used += character;
  }
  return text;
}

/** The length of a text in a query string. */
export function lengthInUrl(text: string): number {
  return String(new URLSearchParams([['', text]])).length - 1;
}

/** Half a number or date would match nothing; of a single word, the beginning is used. */
function withoutCutWord(text: string, next: string): string {
  const [words = ''] = /^[\s\S]*\s/u.exec(text) ?? [];
  return /\s/u.test(next) || words === '' ? text.trim() : words.trim();
}

/**
 * The words of a search, each once; undefined when it is not text that the database can store. A search has any length: what is
 * beyond its first fifty words, or beyond `searchText`, does not narrow it further.
 */
export function searchWords(q: string): readonly string[] | undefined {
  if (!isStorable(q)) return undefined;
  // fault: search-of-any-length
  const text = searchText(q);
  const words = new Set(text.split(/\s+/u).filter((word) => word !== ''));
  return [...words].slice(0, MAX_WORDS);
}

/** A LIKE pattern in which `%`, `_` and `\` are literal. */
export function literalPattern(text: string): string {
  // fault: wildcards-not-escaped
  return text.replace(/[\\%_]/g, '\\$&');
}

const or = sql.fragment` or `;

const NONE: ReadonlySet<string> = new Set();

/** Conditions on the alias `t`: each word must occur in one of the fields. `absent`: the words that no stored text can have. */
export function searchSql(
  reader: Reader,
  fields: readonly SearchField[],
  words: readonly string[],
  absent = NONE,
): readonly FragmentSqlToken[] {
  const own = fields.filter((search) => search.via === undefined).map((search) => search.field);
  const byRelation = Map.groupBy(fields, (search) => search.via);
  byRelation.delete(undefined);
  return words.map((word) => {
    const possible = (of: readonly FieldInfo[]) =>
      absent.has(word) ? of.filter(({ values }) => values.length > 0) : of;
    const parts = [...matches(possible(own), 't', word)];
    for (const [via, searches = []] of byRelation) {
      const others = possible(searches.map((search) => search.field));
      if (via !== undefined) parts.push(...relatedMatches(reader, via, others, word));
    }
    return parts.length === 0 ? sql.fragment`false` : sql.fragment`(${joinFragments(parts, or)})`;
  });
}

/** The search fields that this user may search. A field of a related model also requires permission to view that model. */
export function searchableFields(reader: Reader, fields: readonly SearchField[]): readonly SearchField[] {
  return fields.filter(({ via, field }) => reader.sees(field) && (via === undefined || reader.sees(via)));
}

/**
 * Whether indexes cover all of these fields. If any field has no index or belongs to a related model, the table is scanned instead.
 */
export function searchesIndexes(fields: readonly SearchField[]): boolean {
  if (fields.length === 0) return false;
  return fields.every(({ via, field }) => {
    if (via !== undefined) return false;
    const isText = field.values.length === 0 && holdsText(field);
    return isText ? field.index === 'search' : isIndexed(field);
  });
}

/**
 * Conditions for the ways in which a word can match a row: part of a string, the label of a choice, or the whole of another value.
 */
export function matches(fields: readonly FieldInfo[], alias: string, word: string): readonly FragmentSqlToken[] {
  return fields.flatMap((field) => {
    const column = columnSql(alias, field);
    if (field.values.length > 0) {
      const choices = choicesWith(field, word);
      return choices.length === 0 ? [] : [sql.fragment`${column} = any(${valuesSql(field, choices)})`];
    }
    if (holdsText(field))
      return [sql.fragment`${searchedSql(field, alias)} ilike ${`%${literalPattern(word)}%`}::text`];
    const value = exactValue(field, word);
    return value === undefined ? [] : [sql.fragment`${column} = ${valueSql(field, value)}`];
  });
}

/** A text column for use with ILIKE, which does not support every collation. */
export function searchedSql(field: FieldInfo, alias: string): FragmentSqlToken {
  const text = textSql(field, alias);
  return needsOtherCollation(field) ? sql.fragment`(${text} collate "default")` : text;
}

/** User input as a value of the field, in PostgreSQL's text format; undefined if it is not valid. */
export function exactValue(field: FieldInfo, text: string, timeZone?: string): string | undefined {
  const typeField = valueField(field);
  if (field.target !== undefined) {
    // A key is used unchanged: see `keyParam`.
    const key = keyParam(typeField, text);
    return key === undefined ? undefined : String(key);
  }
  const parsed = typeField.type.parse(text, typeField, timeZone);
  if (!parsed.ok) return undefined;
  const encoded = typeField.type.encode(parsed.value);
  return encoded === null ? undefined : String(encoded);
}

/**
 * Rows whose relation references a match. The other table is scanned once and its keys are hashed; a correlated subquery would run
 * once per row.
 */
function relatedMatches(
  reader: Reader,
  via: FieldInfo,
  fields: readonly FieldInfo[],
  word: string,
): readonly FragmentSqlToken[] {
  const { target } = via;
  if (target === undefined) return [];
  const matching = matches(fields, 't', word);
  if (matching.length === 0) return [];
  const scope = reader.scope(target);
  const conditions = [
    sql.fragment`(${joinFragments(matching, or)})`,
    ...(scope === undefined ? [] : [sql.fragment`(${scope})`]),
  ];
  return [
    sql.fragment`${columnSql('t', via)} in (
      select ${columnSql('t', onlyKey(target))} from ${tableSql(target)} t ${whereSql(conditions)}
    )`,
  ];
}

function choicesWith(field: FieldInfo, word: string): readonly string[] {
  const lowerWord = word.toLowerCase();
  return field.values.filter((value) =>
    [value, field.valueLabels[value] ?? ''].some((text) => text.toLowerCase().includes(lowerWord)),
  );
}
