import { type AnyModel, type App, type Insert, sql, type Transaction } from 'rustio-admin';

const rowsAStatement = 5_000;

/**
 * Puts rows into a model's table without `app.write`: no permission, no event, no audit row for each of them. Right for
 * loading a published collection into an empty database, wrong for everything that somebody does later.
 * PostgreSQL turns the JSON into the columns' own types, so nothing is lost on the way. Keys are kept.
 */
export async function fill<M extends AnyModel>(
  tx: Transaction,
  app: App,
  model: M,
  rows: readonly Insert<M>[],
): Promise<void> {
  const { stored, key, table } = app.models.of(model);
  const given = stored.filter(({ name }) => rows.some((row) => fieldOf(row, name) !== undefined));
  const columns = sql.join(
    given.map(({ column }) => sql.identifier([column])),
    sql.fragment`, `,
  );
  const into = sql.identifier([...table]);

  for (let at = 0; at < rows.length; at += rowsAStatement) {
    const batch = rows.slice(at, at + rowsAStatement).map((row) =>
      Object.fromEntries(
        given.map(({ name, column, spec }) => {
          const value = fieldOf(row, name) ?? null;
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

  const [identity] = key.filter(({ kind }) => kind === 'identity');
  if (identity) {
    const column = sql.identifier([identity.column]);
    await tx.query(sql.unsafe`
      select setval(pg_get_serial_sequence(${[...table].map(quoted).join('.')}, ${identity.column}), max(${column}))
      from ${into}
    `);
  }
  await tx.query(sql.unsafe`analyze ${into}`);
}

function fieldOf(row: object, name: string): unknown {
  return Reflect.get(row, name);
}

/** A name in the quotes that PostgreSQL wants inside a text. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
