// Generates slugs that were not entered from another field of the row, with a number appended if another row has the same slug.

import { sql } from 'slonik';
import { z } from 'zod';
import type { Query, Transaction } from '../database/pool.ts';
import type { FieldInfo, ModelInfo, Param } from '../model/field-type.ts';
import { MAX_SLUG_LENGTH, slugify, truncateSlug } from '../model/field-types/slug.ts';
import { kebabCase } from '../model/names.ts';
import { columnSql, tableSql, valuesSql } from '../query/field-sql.ts';
import { keyCondition } from '../query/find-record.ts';
import { whereSql } from '../sql/fragments.ts';
import type { Values } from './types.ts';

/** The numbers of candidates that are tried in turn. Users could not distinguish more rows with the same title. */
const CANDIDATE_COUNTS = [20, 1_000, 20_000];
const texts = sql.type(z.object({ text: z.string() }));

/**
 * The values, with a slug for every empty field that has `from`. `row`: the key of the row that is changed. In that case, only a
 * slug that was cleared is regenerated, because URLs should not change with every title.
 */
export async function withSlugs(
  tx: Transaction,
  model: ModelInfo,
  values: Values,
  row?: readonly Param[],
): Promise<Values> {
  const slugs: Record<string, string> = {};
  for (const slug of model.stored) {
    const { source } = slug;
    if (source === undefined || !needsSlug(slug, values, row !== undefined)) continue;
    const text = await textOf(tx, source, values, row);
    const max = Number(slug.max ?? MAX_SLUG_LENGTH);
    const base = slugify(text, max) || truncateSlug(kebabCase(model.name), max);
    slugs[slug.name] = slug.unique ? await freeSlug(tx, slug, base, max, row) : base;
  }
  return { ...values, ...slugs };
}

function needsSlug(slug: FieldInfo, values: Values, isUpdate: boolean): boolean {
  const value = Object.hasOwn(values, slug.name) ? values[slug.name] : undefined;
  return value === null || value === '' || (value === undefined && !isUpdate);
}

/** The text of the slug's source field: its new value, otherwise the stored value, otherwise the database default. */
async function textOf(
  tx: Query,
  source: FieldInfo,
  values: Values,
  row: readonly Param[] | undefined,
): Promise<string> {
  const value = Object.hasOwn(values, source.name) ? values[source.name] : undefined;
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (row === undefined) return typeof source.default === 'string' ? source.default : '';
  const { model } = source;
  const stored = await tx.maybeOne(texts`
    select coalesce(${columnSql('t', source)}, '') as text from ${tableSql(model)} t ${whereSql(keyCondition(model, row))}
  `);
  return stored?.text ?? '';
}

/** The slug itself, or with the first free number appended. Concurrent writers of the same slug are serialized. */
async function freeSlug(
  tx: Transaction,
  slug: FieldInfo,
  base: string,
  max: number,
  row: readonly Param[] | undefined,
): Promise<string> {
  const { model } = slug;
  const name = `slug ${model.table.join('.')} ${slug.column} ${base}`;
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
  const ownRow = row === undefined ? [] : keyCondition(model, row);
  for (const count of CANDIDATE_COUNTS) {
    const candidates = Array.from({ length: count }, (_, at) => (at === 0 ? base : numbered(base, at + 1, max)));
    const isCandidate = sql.fragment`${columnSql('t', slug)} = any(${valuesSql(slug, candidates)})`;
    const others = ownRow.length === 0 ? [] : [sql.fragment`not (${sql.join(ownRow, sql.fragment` and `)})`];
    const taken = await tx.any(texts`
      select ${columnSql('t', slug)} as text from ${tableSql(model)} t ${whereSql([isCandidate, ...others])}
    `);
    const takenTexts = new Set(taken.map(({ text }) => text));
    const free = candidates.find((candidate) => !takenTexts.has(candidate));
    if (free !== undefined) return free;
  }
  // The unique index will reject it, which results in a message to the user.
  return base;
}

function numbered(base: string, number: number, max: number): string {
  const suffix = `-${number}`;
  return truncateSlug(base, max - suffix.length) + suffix;
}
