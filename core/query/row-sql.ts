// One row as the reading door gives it: the fields that the reader may see under their own names, the label of a single
// record, the labels of relations, the lists of manyToMany fields. Built over a subselect `p` that has cut the page already, so
// that labels are looked up for the rows that are shown and for no other.

import { type FragmentSqlToken, type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { DbValue } from '../model/kind.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { type RowSchema, rowSchema } from '../model/row.ts';
import { LABEL, MATCHES, relationLabel, relationList, VERSION } from './aliases.ts';
import { labelSql } from './label-sql.ts';
import type { Reader } from './reader.ts';
import { columnSql, comma, joined, nameSql, onlyKey, piece, shownSql, tableSql, trusted } from './sql-names.ts';

export interface RowSql {
  readonly columns: FragmentSqlToken;
  /** Joins to `p`. */
  readonly joins: FragmentSqlToken;
  /** What `p` must have. */
  readonly needed: readonly FieldInfo[];
  readonly schema: RowSchema;
}

export interface RowWishes {
  /** Fields to show; those with a column and manyToMany ones. What the reader may not see must be gone already. */
  readonly fields: readonly FieldInfo[];
  /** Most entries of a manyToMany. */
  readonly listed: number;
  /** Of one record more is read than of each in a list: its label, and large values whole. */
  readonly whole: boolean;
  /** `p` has a column `~version`. */
  readonly version: boolean;
  /** `p` has a column `~matches`. @defaultValue false */
  readonly matches?: boolean;
}

type Extras = Record<string, z.ZodType<DbValue>>;
const text = z.string();
const label = text.nullable();
const list = z.array(z.object({ key: text, label }));

export function rowSql(reader: Reader, model: ModelInfo, wishes: RowWishes): RowSql {
  const fields = [...new Set([...model.key, ...wishes.fields])];
  const stored = fields.filter((field) => field.column !== '');
  const columns = stored.map((field) => piece`${shownSql('p', field, wishes.whole)} as ${nameSql([field.name])}`);
  const extras: Extras = {};
  // A list shows what stands in its columns; what the record itself is called is asked for where it is the heading.
  const parts = wishes.whole ? reader.labelParts(model) : [];
  if (wishes.whole) {
    columns.push(piece`${labelSql(model, parts, 'p')} as ${nameSql([LABEL])}`);
    extras[LABEL] = text;
  }
  const joins: FragmentSqlToken[] = [];
  if (wishes.version) {
    columns.push(nameSql(['p', VERSION]));
    extras[VERSION] = text;
  }
  if (wishes.matches) {
    columns.push(nameSql(['p', MATCHES]));
    extras[MATCHES] = label;
  }

  for (const [index, field] of fields.entries()) {
    const alias = `j${index}`;
    if (field.through !== undefined) {
      const name = relationList(field.name);
      columns.push(piece`${nameSql([alias, 'items'])} as ${nameSql([name])}`);
      joins.push(listJoin(reader, field, alias, wishes.listed));
      extras[name] = list;
    } else if (field.target !== undefined && reader.knowsTarget(field)) {
      const name = relationLabel(field.name);
      columns.push(piece`${nameSql([alias, 'label'])} as ${nameSql([name])}`);
      joins.push(labelJoin(reader, field.target, columnSql('p', field), alias));
      extras[name] = label;
    }
  }
  return {
    columns: joined(columns, comma),
    joins: joined(joins, piece` `),
    needed: [...new Set([...stored, ...parts])],
    schema: schemaOf(model, stored, extras),
  };
}

/** `select … from (page) p …`, in the order given over `p`. */
export function rowsQuery(row: RowSql, page: FragmentSqlToken, order: FragmentSqlToken): QuerySqlToken<RowSchema> {
  return sql.type(row.schema)`select ${row.columns} from (${page}) p ${row.joins} ${order}`;
}

/** The label of one row of another model; NULL where the reader may not see that row. */
function labelJoin(reader: Reader, target: ModelInfo, key: FragmentSqlToken, alias: string): FragmentSqlToken {
  return piece`
    left join lateral (
      select ${labelSql(target, reader.labelParts(target), 't')} as label
      from ${tableSql(target)} t
      where ${columnSql('t', onlyKey(target))} = ${key} ${scopeSql(reader, target)}
    ) ${nameSql([alias])} on true
  `;
}

function listJoin(reader: Reader, field: FieldInfo, alias: string, most: number): FragmentSqlToken {
  const { through, target } = field;
  const [ownKey] = field.model.key;
  if (through === undefined || target === undefined || ownKey === undefined) {
    throw new TypeError(`${field.model.name}.${field.name} is no manyToMany.`);
  }
  const far = columnSql('link', through.far);
  const known = reader.knowsTarget(field);
  const named = known ? labelJoin(reader, target, far, 'named') : piece``;
  const name = known ? piece`named.label` : piece`null::text`;
  return piece`
    left join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('key', link.key, 'label', link.label)), '[]') as items
      from (
        select ${far}::text as key, ${name} as label
        from ${tableSql(through.model)} link ${named}
        where ${columnSql('link', through.near)} = ${columnSql('p', ownKey)}
        order by label, ${far}
        limit ${trusted(String(most))}
      ) link
    ) ${nameSql([alias])} on true
  `;
}

function scopeSql(reader: Reader, model: ModelInfo): FragmentSqlToken {
  const scope = reader.scope(model);
  return scope === undefined ? piece`` : piece`and (${scope})`;
}

const extended = new WeakMap<RowSchema, Map<string, RowSchema>>();

/** Kept by what is in it: building a schema costs more than reading a page with it. */
function schemaOf(model: ModelInfo, stored: readonly FieldInfo[], extras: Extras): RowSchema {
  const base = rowSchema(model, stored);
  const known = extended.get(base) ?? new Map<string, RowSchema>();
  extended.set(base, known);
  const name = Object.keys(extras).join(' ');
  let schema = known.get(name);
  if (schema === undefined) {
    schema = base.extend(extras);
    known.set(name, schema);
  }
  return schema;
}
