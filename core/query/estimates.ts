import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { withoutScope } from '../database/scope.ts';
import type { ModelInfo } from '../model/registry.ts';

const FRESH = 5 * 60_000;
const sizes = sql.type(z.object({ table: z.string(), rows: z.string() }));

/**
 * About how many rows a table has, from the statistics that PostgreSQL keeps: one statement for all tables, in the
 * background, every five minutes while lists are read. Unknown means large.
 */
export class Estimates {
  readonly #database: Query;
  readonly #tables: readonly string[];
  #known: ReadonlyMap<string, number> = new Map();
  #due = 0;
  #first: Promise<void> | undefined;

  constructor(database: Query, models: readonly ModelInfo[]) {
    this.#database = database;
    this.#tables = models.map(tableName);
  }

  of(model: ModelInfo): number {
    return this.#known.get(tableName(model)) ?? Number.POSITIVE_INFINITY;
  }

  /** Asks once, when nobody has asked before. */
  known(): Promise<void> {
    this.#first ??= this.refresh().catch(() => {
      this.#first = undefined;
    });
    return this.#first;
  }

  async refresh(): Promise<void> {
    this.#due = Date.now() + FRESH;
    // All readers share the figures, no matter which of them triggers the query.
    const rows = await withoutScope(() =>
      this.#database.any(sizes`
        select wanted."table", (${estimateSql})::bigint as rows
        from unnest(${sql.array([...this.#tables], 'text')}) as wanted ("table")
        join pg_class c on c.oid = to_regclass(wanted."table")
      `),
    );
    this.#known = new Map(rows.map((row) => [row.table, Number(row.rows)]));
    this.#first ??= Promise.resolve();
  }

  /** Refreshes when it is time. Nobody waits for it, and when it fails the old figures stay until the next time. */
  keepFresh(): void {
    if (Date.now() >= this.#due) this.refresh().catch(() => {});
  }
}

/**
 * Rows of the table `c` of pg_class, as the planner reckons: rows a page at the last ANALYZE times the pages there are now.
 * A table that was never analysed is taken for full of short rows, so that it is rather taken for large.
 */
export const estimateSql: FragmentSqlToken = sql.fragment`
  case
    when c.reltuples > 0 and c.relpages > 0
      then c.reltuples / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::int)
    when c.reltuples < 0
      then pg_relation_size(c.oid) / 50
    else greatest(c.reltuples, 0)
  end
`;

/** The table's name as SQL writes it, for to_regclass. */
export function tableName(model: ModelInfo): string {
  return model.table.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}
