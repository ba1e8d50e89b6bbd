// Rows to choose from in a relation, in a form or to narrow a list. Who may neither read the other model nor is let pick from it
// finds nothing.

import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { isStorable } from '../model/plain-text.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { freshPlan } from './fresh-plan.ts';
import { LABEL_GLUE, labelSql, textSql } from './label-sql.ts';
import { isIndexed, SORTED_WITHOUT_INDEX } from './order.ts';
import type { Reader } from './reader.ts';
import { exactValue, matches } from './search-sql.ts';
import { literalPattern, searchWords } from './search-words.ts';
import { columnSql, isText, joined, onlyKey, tableSql, trusted, valuesSql, whereSql } from './sql-names.ts';
import type { Option } from './types.ts';

const option = sql.type(z.object({ key: z.string(), label: z.string() }));
const or = sql.fragment` or `;
const MOST_OPTIONS = 100;
const MOST_LABELS = 1_000;
const MOST_CANDIDATES = 5;

export interface Options {
  readonly options: readonly Option[];
  readonly more: boolean;
}
const none: Options = { options: [], more: false };

/** The row whose key was typed comes first, then rows in whose label every word occurs. */
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
  if (target === undefined || words === undefined || !reader.looksUp(field)) return none;
  const most = Math.min(Math.max(1, Math.trunc(limit)), MOST_OPTIONS);
  const keys = words.length === 0 ? [] : keysTyped(target, q);
  const conditions = words.map((word) => wordCondition(reader, target, word));
  const others = keys.length === 0 ? [] : [sql.fragment`not (${keyAmong(target, keys)})`];
  const found = part(reader, target, [...conditions, ...others], {
    order: orderFor(reader, target, estimate),
    limit: most + 1,
  });
  const exact = () => part(reader, target, [keyAmong(target, keys)], { limit: keys.length });
  const parts = keys.length === 0 ? [found] : [exact(), found];
  const rows = await database.any(freshPlan(option`${unionSql(parts)}`));
  return { options: rows.slice(0, most), more: rows.length > most };
}

/** What somebody typed: a key; or else a whole label; or else one that differs in capitals alone. */
export async function resolveTyped(
  database: Query,
  reader: Reader,
  field: FieldInfo,
  typed: string,
): Promise<readonly Option[]> {
  const { target } = field;
  const text = typed.trim();
  if (target === undefined || text === '' || !isStorable(text) || !reader.picks(field)) return [];
  const key = keyTyped(target, text);
  const ways = [
    ...(key === undefined ? [] : [keyAmong(target, [key])]),
    labelledSql(reader, target, text, 'exactly'),
    labelledSql(reader, target, text, 'in any case'),
  ];
  for (const condition of ways) {
    const found = await database.any(
      freshPlan(option`${part(reader, target, [condition], { limit: MOST_CANDIDATES })}`),
    );
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * The rows with this label. Compared part by part where the text falls apart as the label is put together, so that an index
 * on a part leads there; else as a whole.
 */
function labelledSql(
  reader: Reader,
  target: ModelInfo,
  text: string,
  how: 'exactly' | 'in any case',
): FragmentSqlToken {
  const parts = reader.labelParts(target);
  const texts = parts.length === 1 ? [text] : text.split(LABEL_GLUE);
  const compare = (left: FragmentSqlToken, right: string) =>
    how === 'exactly'
      ? sql.fragment`${left} = ${right}::text`
      : sql.fragment`${left} ilike ${literalPattern(right)}::text`;
  if (parts.length === 0 || texts.length !== parts.length) return compare(labelFor(reader, target), text);
  const conditions = parts.map((field, index) => compare(textSql(field, 't'), texts[index] ?? ''));
  return sql.fragment`(${joined(conditions, sql.fragment` and `)})`;
}

/** Labels by key, for keys that stand in an address or a form. */
export async function labelsOf(
  database: Query,
  reader: Reader,
  field: FieldInfo,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { target } = field;
  if (target === undefined || !reader.knowsTarget(field)) return new Map();
  const known = keys.slice(0, MOST_LABELS).flatMap((typed) => keyTyped(target, typed) ?? []);
  if (known.length === 0) return new Map();
  const key = onlyKey(target);
  const listed = sql.fragment`${columnSql('t', key)} = any(${valuesSql(key, [...new Set(known)])})`;
  const rows = await database.any(option`${part(reader, target, [listed], { limit: MOST_LABELS })}`);
  return new Map(rows.map((row) => [row.key, row.label]));
}

interface PartOptions {
  readonly limit: number;
  readonly order?: FragmentSqlToken;
}

function part(
  reader: Reader,
  target: ModelInfo,
  conditions: readonly FragmentSqlToken[],
  { order, limit }: PartOptions,
): FragmentSqlToken {
  const scope = reader.scope(target);
  const all = [...(scope === undefined ? [] : [sql.fragment`(${scope})`]), ...conditions];
  return sql.fragment`
    select ${columnSql('t', onlyKey(target))}::text as key, ${labelFor(reader, target)} as label
    from ${tableSql(target)} t ${whereSql(all)}
    ${order ?? sql.fragment`order by ${columnSql('t', onlyKey(target))}`} ${trusted(`limit ${limit}`)}
  `;
}

/** PostgreSQL runs the parts of a UNION ALL one after the other, so the typed key's row stays in front. */
function unionSql(parts: readonly FragmentSqlToken[]): FragmentSqlToken {
  const [only, ...more] = parts;
  if (only !== undefined && more.length === 0) return only;
  return joined(
    parts.map((each) => sql.fragment`(${each})`),
    sql.fragment` union all `,
  );
}

function wordCondition(reader: Reader, target: ModelInfo, word: string): FragmentSqlToken {
  const key = onlyKey(target);
  const parts = reader.labelParts(target);
  const found = [...matches(parts, 't', word)];
  for (const field of parts) {
    // Dates and numbers in a label are found by a part of what is read there.
    if (!isText(field)) found.push(sql.fragment`${columnSql('t', field)}::text ilike ${`%${literalPattern(word)}%`}`);
  }
  if (isText(key) && !parts.includes(key)) {
    found.push(sql.fragment`${columnSql('t', key)} ilike ${`${literalPattern(word)}%`}`);
  }
  return found.length === 0 ? sql.fragment`false` : sql.fragment`(${joined(found, or)})`;
}

/** By the label where an index or the table's size allows it, else by the key. */
function orderFor(reader: Reader, target: ModelInfo, estimate: number): FragmentSqlToken {
  const [first] = reader.labelParts(target);
  const key = columnSql('t', onlyKey(target));
  if (first === undefined || !(isIndexed(first) || estimate <= SORTED_WITHOUT_INDEX))
    return sql.fragment`order by ${key}`;
  return sql.fragment`order by ${columnSql('t', first)}, ${key}`;
}

function labelFor(reader: Reader, target: ModelInfo): FragmentSqlToken {
  return labelSql(target, reader.labelParts(target), 't');
}

function keyAmong(target: ModelInfo, keys: readonly string[]): FragmentSqlToken {
  const field = onlyKey(target);
  return sql.fragment`${columnSql('t', field)} = any(${valuesSql(field, keys)})`;
}

/** Somebody who types `den` means the airport DEN: the key as it stands, and in capitals or small letters alone. */
function keysTyped(target: ModelInfo, typed: string): readonly string[] {
  const spellings = [typed, typed.toUpperCase(), typed.toLowerCase()];
  return [...new Set(spellings.flatMap((each) => keyTyped(target, each) ?? []))];
}

function keyTyped(target: ModelInfo, typed: string): string | undefined {
  return exactValue(onlyKey(target), typed);
}
