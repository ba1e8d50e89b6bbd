// Rows as `app.records` returns them: the fields that the user may see under their own names, the label of a single record, the
// labels of relations, and the lists of manyToMany fields. They are selected from a subquery `p` that is already limited to the
// page, so that labels are looked up only for the rows shown.

import type { FragmentSqlToken, QuerySqlToken } from 'slonik';
import { z } from 'zod';
import type { DbValue, FieldInfo, ModelInfo } from '../model/field-type.ts';
import { type ExtraColumns, type RowSchema, rowSchema, withRowChange } from '../model/row.ts';
import { aliasBeside, LABEL, LARGE, MATCHES, relationLabel, relationList, VERSION } from '../sql/aliases.ts';
import { comma, fragment, joinFragments, nameSql, rawSql, typed } from '../sql/fragments.ts';
import { displaySql, type Extent, largeValues, largeValuesSql } from './display-sql.ts';
import { columnSql, comparedSql, onlyKey, tableSql } from './field-sql.ts';
import { hasMarkedValues, type LabelFormat } from './label-format.ts';
import { visibleLabelSql } from './label-sql.ts';
import type { Reader } from './reader.ts';
import { visibleLinks } from './visible-rows.ts';

export interface RowSql {
  readonly columns: FragmentSqlToken;
  /** Joins to `p`. */
  readonly joins: FragmentSqlToken;
  /** The fields that `p` must select. */
  readonly needed: readonly FieldInfo[];
  readonly schema: RowSchema;
  /** Statements of pages; present if the SQL is the same for all users who see these fields. */
  readonly pages?: Map<string, RowsQuery>;
}

export interface RowSelection {
  /** Fields to show, with a column or manyToMany. The caller must have removed those that the user cannot see. */
  readonly fields: readonly FieldInfo[];
  /** Max entries of a manyToMany. */
  readonly listed: number;
  /** A single record includes its label and larger values than a row of a list. */
  readonly extent: Extent;
  /** Whether `p` has a column `inPage(model, VERSION)`. */
  readonly version: boolean;
  /** Whether `p` has a column `inPage(model, MATCHES)`. @defaultValue false */
  readonly matches?: boolean;
}

/** The name in `p` of a column that is not one of the model's. */
export function inPage(model: ModelInfo, alias: string): string {
  const columns = model.stored.map(({ column }) => column);
  return aliasBeside(columns, alias);
}

const text = z.string();
const label = text.nullable();
const list = z.array(z.object({ key: text, label }));

export function rowSql(reader: Reader, model: ModelInfo, selection: RowSelection): RowSql {
  const fields = [...new Set([...model.key, ...selection.fields])];
  const cacheKey = listKey(reader, fields, selection);
  if (cacheKey === undefined) return composeRow(reader, model, fields, selection);
  const byModel = listRows.get(reader.labelFormat) ?? new WeakMap<ModelInfo, Map<string, RowSql>>();
  listRows.set(reader.labelFormat, byModel);
  const cache = byModel.get(model) ?? new Map<string, RowSql>();
  byModel.set(model, cache);
  return kept(cache, cacheKey, () => ({ ...composeRow(reader, model, fields, selection), pages: new Map() }));
}

/** Max number of rows' SQL per model, and of statements for each. */
const MAX_KEPT = 40;

/** The value of this key, created if it is not kept. A URL can ask for millions of filters, sort orders and page sizes. */
export function kept<V>(cache: Map<string, V>, cacheKey: string, create: () => V): V {
  const existing = cache.get(cacheKey);
  if (existing !== undefined) return existing;
  // fault: statements-pile-up
  if (cache.size >= MAX_KEPT) cache.clear();
  const value = create();
  cache.set(cacheKey, value);
  return value;
}

const listRows = new WeakMap<LabelFormat, WeakMap<ModelInfo, Map<string, RowSql>>>();

/**
 * The cache key for the SQL of a list's rows, which is then not composed again for every page. Undefined if the SQL may also
 * depend on the user: with row rules, link rows and expressions.
 */
function listKey(
  reader: Reader,
  fields: readonly FieldInfo[],
  { extent, version, matches }: RowSelection,
): string | undefined {
  if (extent !== 'list' || version) return undefined;
  let key = matches === true ? '#' : '';
  for (const field of fields) {
    key += ` ${field.name}`;
    const { target, through } = field;
    if (through !== undefined || field.expression !== undefined) return undefined;
    if (target === undefined || !reader.canReadLabels(field)) continue;
    const parts = reader.labelParts(target);
    // fault: statement-shared-by-users
    if (reader.scope(target) !== undefined || parts.some((part) => part.target !== undefined)) return undefined;
    key += `(${parts.map(({ name }) => name).join(' ')})`;
  }
  return key;
}

function composeRow(reader: Reader, model: ModelInfo, fields: readonly FieldInfo[], selection: RowSelection): RowSql {
  const stored = fields.filter((field) => field.column !== '');
  const columns = stored.map(
    (field) => fragment`${displaySql('p', field, selection.extent)} as ${nameSql([field.name])}`,
  );
  const extras: Record<string, ExtraColumns[string]> = {};
  // Lists show only their columns; the label is read only for a single record, as its heading.
  const isRecord = selection.extent !== 'list';
  const parts = isRecord ? reader.labelParts(model) : [];
  if (isRecord) {
    columns.push(fragment`${visibleLabelSql(reader, model, 'p')} as ${nameSql([LABEL])}`);
    extras[LABEL] = text;
  }
  const joins: FragmentSqlToken[] = [];
  if (selection.version) {
    columns.push(fragment`${nameSql(['p', inPage(model, VERSION)])} as ${nameSql([VERSION])}`);
    extras[VERSION] = text;
  }
  if (selection.matches) {
    columns.push(fragment`${nameSql(['p', inPage(model, MATCHES)])} as ${nameSql([MATCHES])}`);
    extras[MATCHES] = label;
  }

  const marked = isRecord && hasMarkedValues(model) ? [LABEL] : [];
  for (const [index, field] of fields.entries()) {
    const alias = `j${index}`;
    const { target } = field;
    if (field.through !== undefined) {
      const name = relationList(field.name);
      columns.push(fragment`${nameSql([alias, 'items'])} as ${nameSql([name])}`);
      joins.push(listJoin(reader, field, alias, selection.listed));
      extras[name] = list;
      if (target !== undefined && hasMarkedValues(target)) marked.push(name);
    } else if (target !== undefined && reader.canReadLabels(field)) {
      const name = relationLabel(field.name);
      columns.push(fragment`${nameSql([alias, 'label'])} as ${nameSql([name])}`);
      joins.push(labelJoin(reader, target, columnSql('p', field), alias));
      extras[name] = label;
      if (hasMarkedValues(target)) marked.push(name);
    }
  }
  // Last, because the schema removes this column from the row: V8 keeps the fast representation of an object that loses its last property.
  const large = largeValuesSql('p', stored, selection.extent);
  if (large !== undefined) {
    columns.push(large);
    extras[LARGE] = largeValues;
  }
  return {
    columns: joinFragments(columns, comma),
    joins: joinFragments(joins, fragment` `),
    needed: [...new Set([...stored, ...parts])],
    schema: shownSchema(rowSchema(model, stored, extras), reader.labelFormat, marked),
  };
}

export type RowsQuery = QuerySqlToken<RowSchema>;

/** `select … from (page) p …`, with the given order on `p`. */
export function rowsQuery(row: RowSql, page: FragmentSqlToken, order: FragmentSqlToken): RowsQuery {
  return typed(row.schema, fragment`select ${row.columns} from (${page}) p ${row.joins} ${order}`);
}

/** The label of one row of another model; NULL if the user cannot see that row. */
function labelJoin(reader: Reader, target: ModelInfo, key: FragmentSqlToken, alias: string): FragmentSqlToken {
  // The key of a view may not be unique, and the rows that refer to it must not be shown several times.
  // fault: relation-to-a-repeated-key
  const firstOnly = target.managed ? fragment`` : rawSql('limit 1');
  return fragment`
    left join lateral (
      select ${visibleLabelSql(reader, target, 't')} as label
      from ${tableSql(target)} t
      where ${columnSql('t', onlyKey(target))} = ${comparedSql(onlyKey(target), key)} ${scopeSql(reader, target)} ${firstOnly}
    ) ${nameSql([alias])} on true
  `;
}

function listJoin(reader: Reader, field: FieldInfo, alias: string, max: number): FragmentSqlToken {
  const { through, target } = field;
  const [ownKey] = field.model.key;
  if (through === undefined || target === undefined || ownKey === undefined) {
    throw new TypeError(`${field.model.name}.${field.name} is not a manyToMany field.`);
  }
  const targetKey = columnSql('link', through.target);
  const hasLabels = reader.canReadLabels(field);
  const labels = hasLabels ? labelJoin(reader, target, targetKey, 'target') : fragment``;
  // A link row that references a row hidden from the user would reveal its key. Forms leave such link rows unchanged.
  // fault: hidden-links-listed
  const condition = visibleLinks(reader, field);
  const visible = condition === undefined ? fragment`` : fragment`and ${condition}`;
  const labelColumn = hasLabels ? fragment`target.label` : fragment`null::text`;
  return fragment`
    left join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('key', link.key, 'label', link.label)), '[]') as items
      from (
        select ${targetKey}::text as key, ${labelColumn} as label
        from ${tableSql(through.model)} link ${labels}
        where ${columnSql('link', through.source)} = ${comparedSql(through.source, columnSql('p', ownKey))} ${visible}
        order by label, ${targetKey}
        limit ${rawSql(String(max))}
      ) link
    ) ${nameSql([alias])} on true
  `;
}

function scopeSql(reader: Reader, model: ModelInfo): FragmentSqlToken {
  const scope = reader.scope(model);
  return scope === undefined ? fragment`` : fragment`and (${scope})`;
}

const shownSchemas = new WeakMap<RowSchema, WeakMap<LabelFormat, RowSchema>>();

/** The schema with these labels as pages show them. The names of the columns determine which labels a row has. */
function shownSchema(base: RowSchema, labelFormat: LabelFormat, labels: readonly string[]): RowSchema {
  if (labels.length === 0) return base;
  const byFormat = shownSchemas.get(base) ?? new WeakMap<LabelFormat, RowSchema>();
  shownSchemas.set(base, byFormat);
  const read = (value: DbValue | undefined): DbValue => {
    if (Array.isArray(value)) return value.map((item) => ({ ...item, label: read(item.label) }));
    return typeof value === 'string' ? labelFormat.format(value) : (value ?? null);
  };
  let schema = byFormat.get(labelFormat);
  if (schema === undefined) {
    schema = withRowChange(base, (row) => {
      for (const name of labels) row[name] = read(row[name]);
    });
    byFormat.set(labelFormat, schema);
  }
  return schema;
}
