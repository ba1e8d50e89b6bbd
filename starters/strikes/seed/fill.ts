import { type AnyModel, type App, type Insert, sql, type Transaction } from 'rustio-admin';

const rowsAStatement = 5_000;

/**
 * Inserts rows into a model's table without `app.write`: no permission check, no event, no audit entry for each of them. Right
 * for loading a published data set into an empty database, wrong for everything that users do later. PostgreSQL converts the
 * JSON to the columns' own types, so nothing is lost. Keys are kept.
 */
export async function fill<M extends AnyModel>(
  tx: Transaction,
  app: App,
  model: M,
  rows: readonly Insert<M>[],
): Promise<void> {
  const { stored, key, table } = app.models.of(model);
  const given = stored.filter(({ name }) => rows.some((row) => getField(row, name) !== undefined));
  const columns = sql.join(
    given.map(({ column }) => sql.identifier([column])),
    sql.fragment`, `,
  );
  const into = sql.identifier([...table]);

  for (let at = 0; at < rows.length; at += rowsAStatement) {
    const batch = rows.slice(at, at + rowsAStatement).map((row) =>
      Object.fromEntries(
        given.map(({ name, column, type: spec }) => {
          const value = getField(row, name) ?? null;
          return [column, value === null ? null : spec.encode(value)];
        }),
      ),
    );
    await tx.query(sql.unsafe`
      insert into ${into} (${columns})
      overriding system value
      select ${columns}
      from json_populate_recordset(null::${into}, ${JSON.stringify(batch)}::json)
    `);
  }

  const [identity] = key.filter(({ typeName: kind }) => kind === 'identity');
  if (identity) {
    const column = sql.identifier([identity.column]);
    await tx.query(sql.unsafe`
      select setval(pg_get_serial_sequence(${[...table].map(quoted).join('.')}, ${identity.column}), max(${column}))
      from ${into}
    `);
  }
  await tx.query(sql.unsafe`analyze ${into}`);
}

function getField(row: object, name: string): unknown {
  return Reflect.get(row, name);
}

/** A name in the quotes that PostgreSQL wants inside a text. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
