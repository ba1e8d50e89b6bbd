import { type FragmentSqlToken, sql } from 'slonik';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { comma, joinFragments, rawSql, whereSql } from '../sql/fragments.ts';
import { columnSql, comparedSql, onlyKey, tableSql } from './field-sql.ts';
import type { Reader } from './reader.ts';

const and = sql.fragment` and `;

/**
 * The link rows of a manyToMany that an actor may see, as a condition on the alias `link`: the row rules of their model and of the
 * rows that they reference. Whether the actor may view the other model at all is not considered. Undefined for all link rows.
 */
export function visibleLinks(reader: Reader, { through, target }: FieldInfo): FragmentSqlToken | undefined {
  if (through === undefined || target === undefined) return undefined;
  const linked = columnSql('link', through.target);
  const ofLink = [
    sql.fragment`${columnSql('t', through.source)} = ${columnSql('link', through.source)}`,
    sql.fragment`${columnSql('t', through.target)} = ${linked}`,
  ];
  const ofTarget = [sql.fragment`${columnSql('t', onlyKey(target))} = ${comparedSql(onlyKey(target), linked)}`];
  const conditions = [
    ...(reader.scope(through.model) === undefined ? [] : [existsSql(reader, through.model, ofLink)]),
    ...(reader.seesEveryRow(target) ? [] : [existsSql(reader, target, ofTarget)]),
  ];
  return conditions.length === 0 ? undefined : joinFragments(conditions, and);
}

function existsSql(reader: Reader, model: ModelInfo, conditions: readonly FragmentSqlToken[]): FragmentSqlToken {
  const scope = reader.scope(model);
  const all = scope === undefined ? conditions : [...conditions, sql.fragment`(${scope})`];
  return sql.fragment`exists (select from ${tableSql(model)} t ${whereSql(all)})`;
}

/** A model's table as an actor sees it: see `Records.tableFor`. PostgreSQL merges the subquery into the statement around it. */
export function visibleTable(reader: Reader, model: ModelInfo): FragmentSqlToken {
  const columns = model.stored.map((field) => {
    const name = sql.identifier([field.column]);
    // fault: hidden-column-in-table
    return reader.sees(field)
      ? columnSql('t', field)
      : sql.fragment`null::${rawSql(field.type.cast(field))} as ${name}`;
  });
  const scope = reader.mayView(model) ? reader.scope(model) : sql.fragment`false`;
  // fault: hidden-rows-in-table
  const conditions = scope === undefined ? [] : [sql.fragment`(${scope})`];
  return sql.fragment`(select ${joinFragments(columns, comma)} from ${tableSql(model)} t ${whereSql(conditions)})`;
}
