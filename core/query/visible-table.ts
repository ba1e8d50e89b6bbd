import { type FragmentSqlToken, sql } from 'slonik';
import type { ModelInfo } from '../model/field-type.ts';
import { comma, joinFragments, rawSql, whereSql } from '../sql/fragments.ts';
import { columnSql, tableSql } from './field-sql.ts';
import type { Reader } from './reader.ts';

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
