import { type FragmentSqlToken, sql } from 'slonik';

/**
 * The OID of a table, or null if it does not exist. Also works for schemas that the role may not use, for which `to_regclass`
 * fails.
 *
 * @param parts an SQL expression of type `text[]`: the schema, if there is one, and the table
 */
export function tableOidSql(parts: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`
    case cardinality(${parts}) when 1 then to_regclass(quote_ident((${parts})[1]))::oid else (
      select pg_class.oid
      from pg_class
      join pg_namespace on pg_namespace.oid = relnamespace
      where nspname = (${parts})[1] and relname = (${parts})[2]
    ) end
  `;
}
