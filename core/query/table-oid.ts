import { type FragmentSqlToken, sql } from 'slonik';

/**
 * The OID of a table, also of one in a schema that the role may not use: `to_regclass` fails there. Null if it does not exist.
 *
 * @param parts SQL of a `text[]`: the table's name, after that of its schema if it has one
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
