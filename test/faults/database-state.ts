import { withPlainConnection } from '../../core/database/plain-connection.ts';

/** The rows of every table, by table. */
export type DatabaseState = ReadonlyMap<string, readonly unknown[]>;

/** Written outside of the transaction of a change, on purpose: counters of attempts; activity and messages of a session. */
const INDEPENDENT = ['rustio_attempt', 'rustio_schedule'];
const OF_SESSIONS = ['last_seen_at', 'idle_expires_at', 'data'];

export function databaseState(url: string): Promise<DatabaseState> {
  return withPlainConnection(url, async (client) => {
    const tables = await client.query<{ name: string; table: string }>(`
      select format('%I.%I', schemaname, tablename) as name, tablename as table from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1
    `);
    const state = new Map<string, readonly unknown[]>();
    for (const { name, table } of tables.rows) {
      if (INDEPENDENT.includes(table)) continue;
      const left = table === 'rustio_session' ? OF_SESSIONS : [];
      const columns = left.map((column) => ` - '${column}'`).join('');
      const { rows } = await client.query<{ row: unknown }>(`select to_jsonb(t)${columns} as row from ${name} t`);
      state.set(name, rows.map(({ row }) => row).toSorted(byText));
    }
    return state;
  });
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

/** What random and temporal values look like in JSON; a repetition of the same change has others. */
const VOLATILE: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::[\d.]+)?(?:\+00:00|Z)$/, '<time>'],
  [/^\\x[0-9a-f]+$/, '<bytes>'],
  [/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '<uuid>'],
  [/^\$argon2id\$/, '<password hash>'],
  [/^(?=.*[A-Z0-9])[\w+/=.:-]{22,}$/, '<token>'],
];

/** The state as text, in which new random and temporal values have been replaced by their kind: those that `before` lacks. */
export function comparable(state: DatabaseState, before: DatabaseState): readonly string[] {
  const known = new Set<string>();
  for (const rows of before.values()) collectTexts(rows, known);
  return [...state].map(([table, rows]) => {
    const lines = rows.map((row) => JSON.stringify(row, (_, value: unknown) => masked(value, known)));
    return [table, ...lines.toSorted()].join('\n  ');
  });
}

function masked(value: unknown, known: ReadonlySet<string>): unknown {
  if (typeof value !== 'string' || known.has(value)) return value;
  return VOLATILE.find(([pattern]) => pattern.test(value))?.[1] ?? value;
}

function collectTexts(value: unknown, known: Set<string>): void {
  if (typeof value === 'string') known.add(value);
  else if (typeof value === 'object' && value !== null)
    for (const each of Object.values(value)) collectTexts(each, known);
}
