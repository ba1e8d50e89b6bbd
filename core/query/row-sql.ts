// Rows as `app.records` returns them: the fields that the user may see under their own names, the label of a single record, the
// labels of relations, and the lists of manyToMany fields. They are selected from a subquery `p` that is already limited to the
// page, so that labels are looked up only for the rows shown.

import { type FragmentSqlToken, type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { DbRow, FieldInfo, ModelInfo } from '../model/field-type.ts';
import { type ExtraColumns, type RowSchema, rowSchema } from '../model/row.ts';
import { aliasBeside, LABEL, LARGE, MATCHES, relationLabel, relationList, VERSION } from '../sql/aliases.ts';
import { comma, fragment, joinFragments, nameSql, rawSql } from '../sql/fragments.ts';
import { displaySql, type Extent, largeValues, largeValuesSql, withLargeValues } from './display-sql.ts';
import { columnSql, onlyKey, tableSql } from './field-sql.ts';
import { visibleLabelSql } from './label-sql.ts';
import type { Reader } from './reader.ts';
import { visiblePairs } from './visible-rows.ts';

export interface RowSql {
  readonly columns: FragmentSqlToken;
  /** Joins to `p`. */
  readonly joins: FragmentSqlToken;
  /** The fields that `p` must select. */
  readonly needed: readonly FieldInfo[];
  readonly schema: z.ZodType<DbRow>;
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
  const stored = fields.filter((field) => field.column !== '');
  const columns = stored.map(
    (field) => fragment`${displaySql('p', field, selection.extent)} as ${nameSql([field.name])}`,
  );
  const extras: Record<string, ExtraColumns[string]> = {};
  const large = largeValuesSql('p', stored, selection.extent);
  if (large !== undefined) {
    columns.push(large);
    extras[LARGE] = largeValues;
  }
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

  for (const [index, field] of fields.entries()) {
    const alias = `j${index}`;
    if (field.through !== undefined) {
      const name = relationList(field.name);
      columns.push(fragment`${nameSql([alias, 'items'])} as ${nameSql([name])}`);
      joins.push(listJoin(reader, field, alias, selection.listed));
      extras[name] = list;
    } else if (field.target !== undefined && reader.canReadLabels(field)) {
      const name = relationLabel(field.name);
      columns.push(fragment`${nameSql([alias, 'label'])} as ${nameSql([name])}`);
      joins.push(labelJoin(reader, field.target, columnSql('p', field), alias));
      extras[name] = label;
    }
  }
  return {
    columns: joinFragments(columns, comma),
    joins: joinFragments(joins, fragment` `),
    needed: [...new Set([...stored, ...parts])],
    schema: schemaOf(model, stored, extras),
  };
}

export type RowsQuery = QuerySqlToken<z.ZodType<DbRow>>;

/** `select … from (page) p …`, with the given order on `p`. */
export function rowsQuery(row: RowSql, page: FragmentSqlToken, order: FragmentSqlToken): RowsQuery {
  return sql.type(row.schema)`select ${row.columns} from (${page}) p ${row.joins} ${order}`;
}

/** The label of one row of another model; NULL if the user cannot see that row. */
function labelJoin(reader: Reader, target: ModelInfo, key: FragmentSqlToken, alias: string): FragmentSqlToken {
  return fragment`
    left join lateral (
      select ${visibleLabelSql(reader, target, 't')} as label
      from ${tableSql(target)} t
      where ${columnSql('t', onlyKey(target))} = ${key} ${scopeSql(reader, target)}
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
  // A pair that references a row hidden from the user would reveal its key. Forms leave such pairs unchanged.
  // fault: hidden-pairs-listed
  const condition = visiblePairs(reader, field);
  const visible = condition === undefined ? fragment`` : fragment`and ${condition}`;
  const labelColumn = hasLabels ? fragment`target.label` : fragment`null::text`;
  return fragment`
    left join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('key', link.key, 'label', link.label)), '[]') as items
      from (
        select ${targetKey}::text as key, ${labelColumn} as label
        from ${tableSql(through.model)} link ${labels}
        where ${columnSql('link', through.source)} = ${columnSql('p', ownKey)} ${visible}
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

const schemas = new WeakMap<RowSchema, z.ZodType<DbRow>>();

function schemaOf(model: ModelInfo, stored: readonly FieldInfo[], extras: ExtraColumns): z.ZodType<DbRow> {
  const base = rowSchema(model, stored, extras);
  if (!(LARGE in extras)) return base;
  const schema = schemas.get(base) ?? z.pipe(base, z.transform(withLargeValues));
  schemas.set(base, schema);
  return schema;
}
