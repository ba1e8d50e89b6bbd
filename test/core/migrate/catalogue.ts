import { withPlainConnection } from '../../../core/database/plain-connection.ts';

// Everything that a migration can create, as text for comparing two databases. Not compared: the order of columns, which no
// statement can change, and names of not-null constraints, which only newer servers store.
const CATALOGUE = `
  select line from (
    select format('column %s.%s %s, not null: %s, default: %s, identity: %s', attrelid::regclass, attname,
      format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), attidentity) as line
    from pg_attribute
    join pg_class on pg_class.oid = attrelid
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relkind = 'r' and attnum > 0 and not attisdropped and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    union all
    select format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(pg_constraint.oid))
    from pg_constraint
    where contype <> 'n' and connamespace::regnamespace::text !~ '^(pg_|information_schema)'
    union all
    select format('index %s', pg_get_indexdef(indexrelid))
    from pg_index
    join pg_class on pg_class.oid = indexrelid
    where relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    union all
    select format('sequence %s', pg_class.oid::regclass)
    from pg_class
    where relkind = 'S' and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  ) as everything
  where line !~ 'rustio_migration'
  order by line collate "C"
`;

/** The catalogue of a database, one line per object. */
export async function catalogueOf(url: string): Promise<readonly string[]> {
  return withPlainConnection(url, async (client) => {
    const { rows } = await client.query<{ line: string }>(CATALOGUE);
    return rows.map(({ line }) => line);
  });
}

/** The first column of a query's rows, as text. */
export async function textsOf(url: string, query: string): Promise<readonly string[]> {
  return withPlainConnection(url, async (client) => {
    const { rows } = await client.query<string[]>({ text: query, rowMode: 'array' });
    return rows.map(([text]) => String(text));
  });
}
