// Slugs that nobody typed: made from another field of the row, with a number behind them where another row has the word.

import { sql } from 'slonik';
import { z } from 'zod';
import type { Query, Transaction } from '../database/pool.ts';
import type { Param } from '../model/kind.ts';
import { SLUG_CHARACTERS } from '../model/kinds/slug.ts';
import { kebabCase } from '../model/naming.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { cutSlug, slugOf } from '../model/slug-text.ts';
import { keyCondition } from '../query/find-row.ts';
import { columnSql, tableSql, valuesSql, whereSql } from '../query/sql-names.ts';
import type { Values } from './write.ts';

/** So many numbers are tried, a few first; then there are more rows of one title than anybody can tell apart. */
const TRIED = [20, 1_000, 20_000];
const texts = sql.type(z.object({ text: z.string() }));

/**
 * The values with a slug for every field that says `from` and was left empty. `row`: the key of the row that is changed; then
 * only a slug that was emptied is made anew, for addresses should not change with every title.
 */
export async function withSlugs(
  tx: Transaction,
  model: ModelInfo,
  values: Values,
  row?: readonly Param[],
): Promise<Values> {
  const made: Record<string, string> = {};
  for (const slug of model.stored) {
    const { source } = slug;
    if (source === undefined || !isWanted(slug, values, row !== undefined)) continue;
    const text = await textOf(tx, source, values, row);
    const most = Number(slug.max ?? SLUG_CHARACTERS);
    const base = slugOf(text, most) || cutSlug(kebabCase(model.name), most);
    made[slug.name] = slug.unique ? await freeSlug(tx, slug, base, most, row) : base;
  }
  return { ...values, ...made };
}

function isWanted(slug: FieldInfo, values: Values, changed: boolean): boolean {
  const given = Object.hasOwn(values, slug.name) ? values[slug.name] : undefined;
  return given === null || given === '' || (given === undefined && !changed);
}

/** What the slug is made from: as it was given, else as it is stored, else the default that the database will put there. */
async function textOf(
  tx: Query,
  source: FieldInfo,
  values: Values,
  row: readonly Param[] | undefined,
): Promise<string> {
  const given = Object.hasOwn(values, source.name) ? values[source.name] : undefined;
  if (typeof given === 'string') return given;
  if (given === null) return '';
  if (row === undefined) return typeof source.default === 'string' ? source.default : '';
  const { model } = source;
  const found = await tx.maybeOne(texts`
    select coalesce(${columnSql('t', source)}, '') as text from ${tableSql(model)} t ${whereSql(keyCondition(model, row))}
  `);
  return found?.text ?? '';
}

/** The word itself, or with the first number that is free behind it. Two who want the same word wait for each other. */
async function freeSlug(
  tx: Transaction,
  slug: FieldInfo,
  base: string,
  most: number,
  row: readonly Param[] | undefined,
): Promise<string> {
  const { model } = slug;
  const name = `slug ${model.table.join('.')} ${slug.column} ${base}`;
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
  const own = row === undefined ? [] : keyCondition(model, row);
  for (const tried of TRIED) {
    const words = Array.from({ length: tried }, (_, at) => (at === 0 ? base : numbered(base, at + 1, most)));
    const listed = sql.fragment`${columnSql('t', slug)} = any(${valuesSql(slug, words)})`;
    const others = own.length === 0 ? [] : [sql.fragment`not (${sql.join(own, sql.fragment` and `)})`];
    const taken = await tx.any(texts`
      select ${columnSql('t', slug)} as text from ${tableSql(model)} t ${whereSql([listed, ...others])}
    `);
    const known = new Set(taken.map(({ text }) => text));
    const free = words.find((word) => !known.has(word));
    if (free !== undefined) return free;
  }
  // The unique index will refuse it, in words.
  return base;
}

function numbered(base: string, number: number, most: number): string {
  const suffix = `-${number}`;
  return cutSlug(base, most - suffix.length) + suffix;
}
