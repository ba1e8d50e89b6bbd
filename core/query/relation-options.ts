// Options of a relation, in a form or a filter. A user who may neither view the other model nor select from it gets none.

import { type FragmentSqlToken, type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { distinctLabels } from '../model/distinct-labels.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { keyParam } from '../model/key.ts';
import { isStorable } from '../model/plain-text.ts';
import { freshPlan, joinFragments, rawSql, whereSql } from '../sql/fragments.ts';
import { SMALL_TABLE } from './estimates.ts';
import { columnSql, holdsText, isText, LABEL_SEPARATOR, onlyKey, tableSql, textSql, valuesSql } from './field-sql.ts';
import { isLabelMarked } from './label-format.ts';
import { visibleLabelSql, visiblePartSql } from './label-sql.ts';
import { isIndexed } from './order.ts';
import type { Reader } from './reader.ts';
import { literalPattern, matches, referencingSql, searchedSql, searchWords } from './search.ts';
import type { Option } from './types.ts';

const optionRow = z.object({ key: z.string(), label: z.string() });
const option = sql.type(optionRow);
type OptionsQuery = QuerySqlToken<typeof optionRow>;
const or = sql.fragment` or `;
const and = sql.fragment` and `;
const MAX_OPTIONS = 100;
const MAX_LABELS = 1_000;
const MAX_CANDIDATES = 5;

export interface Options {
  readonly options: readonly Option[];
  readonly more: boolean;
}
const NO_OPTIONS: Options = { options: [], more: false };

/** Words that the encoding of the database lacks: they are in no stored text, but may be in the label of a choice. */
type AbsentWords = ReadonlySet<string>;

interface OptionsRequest {
  readonly q: string;
  readonly absent: AbsentWords;
  readonly limit: number;
  /** The number of rows of the other table. */
  readonly estimate: number;
}

/** The row whose key was entered comes first, then rows whose label contains every word. */
export async function optionsFor(
  database: Query,
  reader: Reader,
  field: FieldInfo,
  { q, absent, limit, estimate }: OptionsRequest,
): Promise<Options> {
  const { target } = field;
  const words = wordsOfLabel(q);
  if (target === undefined || words === undefined || !reader.canLookUp(field)) return NO_OPTIONS;
  const max = Math.min(Math.max(1, Math.trunc(limit)), MAX_OPTIONS);
  const keys = words.length === 0 || absent.size > 0 ? [] : possibleKeys(target, q);
  const conditions = words.map((word) => wordCondition(reader, target, word, absent));
  const others = keys.length === 0 ? [] : [sql.fragment`not (${hasKey(target, keys)})`];
  const matching = optionsSql(reader, target, [...conditions, ...others], {
    order: orderFor(reader, target, estimate),
    limit: max + 1,
  });
  const exact = () => optionsSql(reader, target, [hasKey(target, keys)], { limit: keys.length });
  const queries = keys.length === 0 ? [matching] : [exact(), matching];
  const rows = await readOptions(database, reader, freshPlan(option`${unionSql(queries)}`));
  return { options: distinctLabels(rows.slice(0, max)), more: rows.length > max };
}

/** Resolves entered text: as a key, otherwise as a complete label, otherwise as a label that differs only in case. */
export async function resolveText(
  database: Query,
  reader: Reader,
  field: FieldInfo,
  input: string,
  absent: AbsentWords,
): Promise<readonly Option[]> {
  const { target } = field;
  const text = input.trim();
  if (target === undefined || text === '' || !isStorable(text) || !reader.canSelect(field)) return [];
  // A key may begin or end with a space.
  const keys = new Set(absent.size > 0 ? [] : [input, text].flatMap((each) => keyOf(target, each) ?? []));
  const find = (condition: FragmentSqlToken, clauses: OptionsClauses = { limit: MAX_CANDIDATES }) =>
    readOptions(database, reader, freshPlan(option`${optionsSql(reader, target, [condition], clauses)}`));
  for (const key of keys) {
    const options = await find(hasKey(target, [key]));
    if (options.length > 0) return options;
  }
  if (isLabelMarked(target)) {
    // The text is formatted as on pages. PostgreSQL finds its words, and the labels are compared as they are shown.
    const conditions = (wordsOfLabel(text) ?? []).map((word) => wordCondition(reader, target, word, absent));
    // Many labels may contain the words; the shortest ones contain little else.
    const order = sql.fragment`order by length(${labelFor(reader, target)}), ${columnSql('t', onlyKey(target))}`;
    const options =
      conditions.length === 0 ? [] : await find(joinFragments(conditions, and), { limit: MAX_LABELS, order });
    const exact = options.filter(({ label }) => typedForm(label) === typedForm(text));
    const similar = options.filter(({ label }) => typedForm(label).toLowerCase() === typedForm(text).toLowerCase());
    return (exact.length > 0 ? exact : similar).slice(0, MAX_CANDIDATES);
  }
  if (absent.size > 0) return [];
  const exact = await find(labelledSql(reader, target, text, 'exact'));
  return exact.length > 0 ? exact : find(labelledSql(reader, target, text, 'ignore case'));
}

/** Amounts in some languages have spaces and marks of direction that no keyboard has. */
function typedForm(label: string): string {
  return label
    .replace(/[\u061c\u200e\u200f]/g, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** The words of a search, or of a whole label. */
export function wordsOfLabel(text: string): readonly string[] | undefined {
  return searchWords(text.split(LABEL_SEPARATOR).join(' ').trim());
}

async function readOptions(database: Query, { labelFormat }: Reader, query: OptionsQuery): Promise<readonly Option[]> {
  const rows = await database.any(query);
  // In a view, or a table without a unique key, several rows may have the same one; they cannot be distinguished.
  const byKey = new Map(rows.toReversed().map((row) => [row.key, row]));
  return rows.flatMap((row) =>
    byKey.get(row.key) === row ? [{ key: row.key, label: labelFormat.format(row.label) }] : [],
  );
}

/**
 * The rows with this label. If the text has as many parts as the label, they are compared part by part, so that an index can be
 * used; otherwise the complete text is compared.
 */
function labelledSql(
  reader: Reader,
  target: ModelInfo,
  text: string,
  caseSensitivity: 'exact' | 'ignore case',
): FragmentSqlToken {
  const parts = reader.labelParts(target);
  const texts = parts.length === 1 ? [text] : text.split(LABEL_SEPARATOR);
  const compare = (left: FragmentSqlToken, right: string) =>
    caseSensitivity === 'exact'
      ? sql.fragment`${left} = ${right}::text`
      : // A label may consist of columns whose collations do not support ILIKE.
        sql.fragment`(${left} collate "default") ilike ${literalPattern(right)}::text`;
  if (parts.length === 0 || texts.length !== parts.length) return compare(labelFor(reader, target), text);
  const conditions = parts.map((field, index) => {
    if (field.target !== undefined)
      return compare(sql.fragment`(${visiblePartSql(reader, field, 't')} collate "default")`, texts[index] ?? '');
    return compare(caseSensitivity === 'exact' ? textSql(field, 't') : searchedSql(field, 't'), texts[index] ?? '');
  });
  return sql.fragment`(${joinFragments(conditions, and)})`;
}

/** Labels by key, for keys in a query string or a form. */
export async function loadLabels(
  database: Query,
  reader: Reader,
  field: FieldInfo,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { target } = field;
  if (target === undefined || !reader.canReadLabels(field)) return new Map();
  const validKeys = keys.slice(0, MAX_LABELS).flatMap((text) => keyOf(target, text) ?? []);
  if (validKeys.length === 0) return new Map();
  const key = onlyKey(target);
  const isListed = sql.fragment`${columnSql('t', key)} = any(${valuesSql(key, [...new Set(validKeys)])})`;
  const rows = await readOptions(
    database,
    reader,
    option`${optionsSql(reader, target, [isListed], { limit: MAX_LABELS })}`,
  );
  return new Map(rows.map((row) => [row.key, row.label]));
}

interface OptionsClauses {
  readonly limit: number;
  readonly order?: FragmentSqlToken;
}

/** A query for options, by default in the order of the key. */
function optionsSql(
  reader: Reader,
  target: ModelInfo,
  conditions: readonly FragmentSqlToken[],
  { order, limit }: OptionsClauses,
): FragmentSqlToken {
  const scope = reader.scope(target);
  // fault: options-out-of-scope
  const all = [...(scope === undefined ? [] : [sql.fragment`(${scope})`]), ...conditions];
  return sql.fragment`
    select ${columnSql('t', onlyKey(target))}::text as key, ${labelFor(reader, target)} as label
    from ${tableSql(target)} t ${whereSql(all)}
    ${order ?? sql.fragment`order by ${columnSql('t', onlyKey(target))}`} ${rawSql(`limit ${limit}`)}
  `;
}

/** PostgreSQL runs the queries of a UNION ALL in sequence, so the row with the entered key comes first. */
function unionSql(queries: readonly FragmentSqlToken[]): FragmentSqlToken {
  const [only, ...more] = queries;
  if (only !== undefined && more.length === 0) return only;
  return joinFragments(
    queries.map((query) => sql.fragment`(${query})`),
    sql.fragment` union all `,
  );
}

function wordCondition(reader: Reader, target: ModelInfo, word: string, absent: AbsentWords): FragmentSqlToken {
  const key = onlyKey(target);
  const parts = reader.labelParts(target);
  const conditions = [...partConditions(reader, parts, word, absent)];
  for (const field of parts) {
    if (field.target === undefined || !reader.canReadLabels(field)) continue;
    conditions.push(
      ...referencingSql(reader, field, partConditions(reader, reader.labelParts(field.target), word, absent)),
    );
  }
  if (isText(key) && !parts.includes(key) && !absent.has(word)) {
    conditions.push(sql.fragment`${searchedSql(key, 't')} ilike ${`${literalPattern(word)}%`}`);
  }
  return conditions.length === 0 ? sql.fragment`false` : sql.fragment`(${joinFragments(conditions, or)})`;
}

/** The word is in one of these parts of a label, as it is shown: numbers and dates match if part of their text does. */
function partConditions(
  { labelFormat }: Reader,
  parts: readonly FieldInfo[],
  word: string,
  absent: AbsentWords,
): readonly FragmentSqlToken[] {
  return parts.flatMap((field) => {
    if (field.values.length > 0) return matches([field], 't', word);
    if (holdsText(field)) return absent.has(word) ? [] : matches([field], 't', word);
    const column = columnSql('t', field);
    // fault: label-searched-in-utc
    const value = field.typeName === 'timestamp' ? localTimeSql(column, labelFormat.timeZone) : column;
    const texts = labelFormat.searchTexts(field, word).filter((text) => !absent.has(text));
    return texts.map((text) => sql.fragment`${value}::text ilike ${`%${literalPattern(text)}%`}`);
  });
}

function localTimeSql(column: FragmentSqlToken, timeZone: string): FragmentSqlToken {
  // PostgreSQL interprets the sign of an offset that is given as text the other way round (as POSIX does).
  const isOffset = /^[+-]/.test(timeZone);
  return sql.fragment`(${column} at time zone ${timeZone}::${rawSql(isOffset ? 'interval' : 'text')})`;
}

/** Sorts by the label if an index or the table's size allows it, otherwise by the key. */
function orderFor(reader: Reader, target: ModelInfo, estimate: number): FragmentSqlToken {
  const [first] = reader.labelParts(target);
  const key = columnSql('t', onlyKey(target));
  if (first === undefined || !(isIndexed(first) || estimate <= SMALL_TABLE)) return sql.fragment`order by ${key}`;
  return sql.fragment`order by ${columnSql('t', first)}, ${key}`;
}

function labelFor(reader: Reader, target: ModelInfo): FragmentSqlToken {
  return visibleLabelSql(reader, target, 't');
}

function hasKey(target: ModelInfo, keys: readonly string[]): FragmentSqlToken {
  const field = onlyKey(target);
  return sql.fragment`${columnSql('t', field)} = any(${valuesSql(field, keys)})`;
}

/** The keys that a user may mean: the text as entered, in upper case and in lower case. `den` finds the airport DEN. */
function possibleKeys(target: ModelInfo, text: string): readonly string[] {
  const trimmed = text.trim();
  const spellings = [text, trimmed, trimmed.toUpperCase(), trimmed.toLowerCase()];
  return [...new Set(spellings.flatMap((spelling) => keyOf(target, spelling) ?? []))];
}

function keyOf(target: ModelInfo, text: string): string | undefined {
  const key = keyParam(onlyKey(target), text);
  return key === undefined ? undefined : String(key);
}
