import { type FragmentSqlToken, sql } from 'slonik';
import type { FieldInfo } from '../model/field-type.ts';
import { keyParam } from '../model/key.ts';
import { isStorable } from '../model/plain-text.ts';
import { joinFragments, whereSql } from '../sql/fragments.ts';
import {
  choicesSql,
  columnSql,
  comparedSql,
  holdsText,
  onlyKey,
  tableSql,
  textSql,
  valueField,
  valueSql,
} from './field-sql.ts';
import { isIndexed } from './order.ts';
import type { Reader } from './reader.ts';
import { needsOtherCollation } from './table-facts.ts';
import type { SearchField } from './types.ts';

/** Max length in a URL, so that the links of a list stay under 2 KB: about 1,000 characters of English or 160 of Arabic. */
const MAX_LENGTH = 1_000;
const MAX_WORDS = 50;

/**
 * The part of a search text that is used for searching and in links: of a pasted paragraph, the first words.
 *
 * @example searchText(' big  bird ') // 'big  bird'
 */
export function searchText(q: string): string {
  const text = q.trim();
  if (lengthInUrl(text) <= MAX_LENGTH) return text;
  let used = '';
  let length = 0;
  for (const character of text) {
    length += lengthInUrl(character);
    // fault: search-longer-than-a-link
    if (length > MAX_LENGTH) return withoutCutWord(used, character);
    used += character;
  }
  return used;
}

/** The length of a text in a query string. */
export function lengthInUrl(text: string): number {
  return text === '' ? 0 : String(new URLSearchParams([['', text]])).length - 1;
}

/** Removes a word that the limit cuts, because half of a number or date would match nothing. A single word is kept cut. */
function withoutCutWord(text: string, next: string): string {
  const [words = ''] = /^[\s\S]*\s/u.exec(text) ?? [];
  return /\s/u.test(next) || words === '' ? text.trim() : words.trim();
}

/**
 * The words of a search, each once; undefined if it is not text that the database can store. Words beyond the first fifty, or
 * beyond `searchText`, are ignored.
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

/**
 * A regular expression for a text itself. With ICU collations, `~*` is several times faster than ILIKE, which converts each row to
 * lower case; both use the same trigram indexes.
 *
 * @example sql.fragment`name ~* ${literalRegex('c++')}` // c\+\+
 */
export function literalRegex(text: string): string {
  // fault: regex-not-escaped
  const escaped = text.replace(/[.*+?()[\]{}|^$\\]/g, '\\$&');
  // Alternatives, because in SQL_ASCII each byte is a letter.
  return escaped.replace(/[ßẞσΣς]/g, (letter) => `(?:${letter}|${OTHER_FORMS[letter]})`);
}

/**
 * Letters with a form that `~*`, unlike ILIKE, does not recognise: the capital ß, and the σ at the end of a word. Forms that some
 * encodings lack are written as escapes: LATIN1 has only ß, and EUC_JP only σ and Σ.
 */
const OTHER_FORMS: Readonly<Record<string, string>> = {
  // fault: sharp-s-beyond-encoding
  ß: String.raw`\u1E9E`,
  ẞ: 'ß',
  σ: String.raw`\u03C2`,
  Σ: String.raw`\u03C2`,
  ς: 'σ',
};

/** PostgreSQL keeps 32 compiled expressions per connection; with more, it would compile all of them for every row. */
const MAX_REGEX_WORDS = 20;

const or = sql.fragment` or `;

const NONE: ReadonlySet<string> = new Set();

/** Conditions on the alias `t`: each word must occur in one of the fields. `absent`: the words that no stored text can have. */
export function searchSql(
  reader: Reader,
  fields: readonly SearchField[],
  words: readonly string[],
  absent = NONE,
): readonly FragmentSqlToken[] {
  if (words.length === 0) return [];
  const own = fields.filter((search) => search.via === undefined).map((search) => search.field);
  const byRelation = Map.groupBy(fields, (search) => search.via);
  byRelation.delete(undefined);
  return words.map((word, index) => {
    const operator = index < MAX_REGEX_WORDS ? 'regex' : 'ilike';
    const possible = (of: readonly FieldInfo[]) =>
      absent.has(word) ? of.filter(({ values }) => values.length > 0) : of;
    const parts = [...matches(possible(own), 't', word, operator)];
    for (const [via, searches = []] of byRelation) {
      const others = possible(searches.map((search) => search.field));
      if (via !== undefined) parts.push(...referencingSql(reader, via, matches(others, 't', word, operator)));
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
export function matches(
  fields: readonly FieldInfo[],
  alias: string,
  word: string,
  operator: 'regex' | 'ilike' = 'ilike',
): readonly FragmentSqlToken[] {
  return fields.flatMap((field) => {
    const column = columnSql(alias, field);
    if (field.values.length > 0) {
      const choices = choicesWith(field, word);
      return choices.length === 0 ? [] : [sql.fragment`${column} = any(${choicesSql(field, choices)})`];
    }
    if (holdsText(field)) {
      const text = searchedSql(field, alias);
      if (operator === 'regex') return [sql.fragment`${text} ~* ${literalRegex(word)}::text`];
      return [sql.fragment`${text} ilike ${`%${literalPattern(word)}%`}::text`];
    }
    const value = exactValue(field, word);
    return value === undefined ? [] : [sql.fragment`${column} = ${valueSql(field, value)}`];
  });
}

/** A text column for use with ILIKE and `~*`, which do not support every collation. */
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
 * Rows whose relation references a row for which one of the conditions holds. The other table is scanned once and its keys are hashed;
 * a correlated subquery would run once per row. In the conditions, the alias `t` is that of the other model.
 */
export function referencingSql(
  reader: Reader,
  via: FieldInfo,
  matching: readonly FragmentSqlToken[],
): readonly FragmentSqlToken[] {
  const { target } = via;
  if (target === undefined || matching.length === 0) return [];
  const scope = reader.scope(target);
  const conditions = [
    sql.fragment`(${joinFragments(matching, or)})`,
    ...(scope === undefined ? [] : [sql.fragment`(${scope})`]),
  ];
  return [
    sql.fragment`${columnSql('t', via)} in (
      select ${comparedSql(via, columnSql('t', onlyKey(target)))} from ${tableSql(target)} t ${whereSql(conditions)}
    )`,
  ];
}

function choicesWith(field: FieldInfo, word: string): readonly string[] {
  const lowerWord = word.toLowerCase();
  return field.values.filter((value) =>
    [value, field.valueLabels[value] ?? ''].some((text) => text.toLowerCase().includes(lowerWord)),
  );
}
