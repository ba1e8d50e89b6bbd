import { type AnyModel, type App, type Insert, sql, type Transaction } from 'rustio-admin';

const BATCH_SIZE = 5_000;

/**
 * Inserts rows with their keys, without `app.write`: no permissions are checked, and no events or audit entries are recorded. Use
 * it only on an empty database. PostgreSQL converts the JSON to the column types, so nothing is lost.
 */
export async function insertRows<M extends AnyModel>(
  tx: Transaction,
  app: App,
  model: M,
  rows: readonly Insert<M>[],
): Promise<void> {
  const { stored, key, table } = app.models.of(model);
  // Columns without a value in any row get their default.
  const fields = stored.filter(({ name }) => rows.some((row) => getField(row, name) !== undefined));
  const columns = sql.join(
    fields.map(({ column }) => sql.identifier([column])),
    sql.fragment`, `,
  );
  const tableName = sql.identifier([...table]);

  for (let start = 0; start < rows.length; start += BATCH_SIZE) {
    const batch = rows.slice(start, start + BATCH_SIZE).map((row) =>
      Object.fromEntries(
        fields.map(({ name, column, type }) => {
          const value = getField(row, name) ?? null;
          return [column, value === null ? null : type.encode(value)];
        }),
      ),
    );
    await tx.query(sql.unsafe`
      insert into ${tableName} (${columns})
      overriding system value
      select ${columns}
      from json_populate_recordset(null::${tableName}, ${JSON.stringify(batch)}::json)
    `);
  }

  // Continue the sequence after the highest inserted key.
  const identity = key.find(({ typeName }) => typeName === 'identity');
  if (identity) {
    const column = sql.identifier([identity.column]);
    await tx.query(sql.unsafe`
      select setval(pg_get_serial_sequence(${table.map(quoteIdentifier).join('.')}, ${identity.column}), max(${column}))
      from ${tableName}
    `);
  }
  await tx.query(sql.unsafe`analyze ${tableName}`);
}

function getField(row: object, name: string): unknown {
  return Reflect.get(row, name);
}

/** `pg_get_serial_sequence` parses its argument like an SQL identifier. */
function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
