// Options of a relation, in a form or a filter. A user who may neither view the other model nor select from it gets none.

import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { distinctLabels } from '../model/distinct-labels.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { keyParam } from '../model/key.ts';
import { isStorable } from '../model/plain-text.ts';
import { freshPlan, joinFragments, rawSql, whereSql } from '../sql/fragments.ts';
import { SMALL_TABLE } from './estimates.ts';
import { columnSql, isText, LABEL_SEPARATOR, onlyKey, tableSql, textSql, valuesSql } from './field-sql.ts';
import { visibleLabelSql, visiblePartSql } from './label-sql.ts';
import { isIndexed } from './order.ts';
import type { Reader } from './reader.ts';
import { literalPattern, matches, searchedSql, searchWords } from './search.ts';
import type { Option } from './types.ts';

const option = sql.type(z.object({ key: z.string(), label: z.string() }));
const or = sql.fragment` or `;
const MAX_OPTIONS = 100;
const MAX_LABELS = 1_000;
const MAX_CANDIDATES = 5;

export interface Options {
  readonly options: readonly Option[];
  readonly more: boolean;
}
export const NO_OPTIONS: Options = { options: [], more: false };

/** The row whose key was entered comes first, then rows whose label contains every word. */
export async function optionsFor(
  database: Query,
  reader: Reader,
  field: FieldInfo,
  q: string,
  limit: number,
  estimate: number,
): Promise<Options> {
  const { target } = field;
  const words = searchWords(q.trim());
  if (target === undefined || words === undefined || !reader.canLookUp(field)) return NO_OPTIONS;
  const max = Math.min(Math.max(1, Math.trunc(limit)), MAX_OPTIONS);
  const keys = words.length === 0 ? [] : possibleKeys(target, q);
  const conditions = words.map((word) => wordCondition(reader, target, word));
  const others = keys.length === 0 ? [] : [sql.fragment`not (${hasKey(target, keys)})`];
  const matching = optionsSql(reader, target, [...conditions, ...others], {
    order: orderFor(reader, target, estimate),
    limit: max + 1,
  });
  const exact = () => optionsSql(reader, target, [hasKey(target, keys)], { limit: keys.length });
  const queries = keys.length === 0 ? [matching] : [exact(), matching];
  const rows = await database.any(freshPlan(option`${unionSql(queries)}`));
  return { options: distinctLabels(rows.slice(0, max)), more: rows.length > max };
}

/** Resolves entered text: as a key, otherwise as a complete label, otherwise as a label that differs only in case. */
export async function resolveText(
  database: Query,
  reader: Reader,
  field: FieldInfo,
  input: string,
): Promise<readonly Option[]> {
  const { target } = field;
  const text = input.trim();
  if (target === undefined || text === '' || !isStorable(text) || !reader.canSelect(field)) return [];
  // A key may begin or end with a space.
  const keys = new Set([input, text].flatMap((each) => keyOf(target, each) ?? []));
  const conditions = [
    ...[...keys].map((key) => hasKey(target, [key])),
    labelledSql(reader, target, text, 'exact'),
    labelledSql(reader, target, text, 'ignore case'),
  ];
  for (const condition of conditions) {
    const options = await database.any(
      freshPlan(option`${optionsSql(reader, target, [condition], { limit: MAX_CANDIDATES })}`),
    );
    if (options.length > 0) return options;
  }
  return [];
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
      : sql.fragment`${left} ilike ${literalPattern(right)}::text`;
  if (parts.length === 0 || texts.length !== parts.length) return compare(labelFor(reader, target), text);
  const conditions = parts.map((field, index) => {
    if (field.target !== undefined) return compare(visiblePartSql(reader, field, 't'), texts[index] ?? '');
    return compare(caseSensitivity === 'exact' ? textSql(field, 't') : searchedSql(field, 't'), texts[index] ?? '');
  });
  return sql.fragment`(${joinFragments(conditions, sql.fragment` and `)})`;
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
  const rows = await database.any(option`${optionsSql(reader, target, [isListed], { limit: MAX_LABELS })}`);
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

function wordCondition(reader: Reader, target: ModelInfo, word: string): FragmentSqlToken {
  const key = onlyKey(target);
  const parts = reader.labelParts(target);
  const conditions = [...matches(parts, 't', word)];
  for (const field of parts) {
    conditions.push(...referencedConditions(reader, field, word));
    // Dates and numbers in a label match if part of their text does.
    if (!isText(field))
      conditions.push(sql.fragment`${columnSql('t', field)}::text ilike ${`%${literalPattern(word)}%`}`);
  }
  if (isText(key) && !parts.includes(key)) {
    conditions.push(sql.fragment`${searchedSql(key, 't')} ilike ${`${literalPattern(word)}%`}`);
  }
  return conditions.length === 0 ? sql.fragment`false` : sql.fragment`(${joinFragments(conditions, or)})`;
}

/** A word of the label of a row that the label references. */
function referencedConditions(reader: Reader, field: FieldInfo, word: string): readonly FragmentSqlToken[] {
  const { target } = field;
  if (target === undefined || !reader.canReadLabels(field)) return [];
  const found = matches(reader.labelParts(target), 't', word);
  if (found.length === 0) return [];
  const scope = reader.scope(target);
  const conditions = [
    sql.fragment`(${joinFragments(found, or)})`,
    ...(scope === undefined ? [] : [sql.fragment`(${scope})`]),
  ];
  // Inside, the alias t is that of the other model.
  return [
    sql.fragment`${columnSql('t', field)} in (
      select ${columnSql('t', onlyKey(target))} from ${tableSql(target)} t ${whereSql(conditions)}
    )`,
  ];
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
