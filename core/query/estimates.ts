import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { withoutScope } from '../database/scope.ts';
import type { ModelInfo } from '../model/field-type.ts';
import { rawSql } from '../sql/fragments.ts';
import { loadOutsideReferences } from './outside-references.ts';
import { loadTableFacts, tableName } from './table-facts.ts';
import { tableOidSql } from './table-oid.ts';

const REFRESH_MS = 5 * 60_000;
/** Statements that fail must not read the catalogue each time. */
const RELOAD_MS = 2_000;
const sizes = sql.type(z.object({ table: z.string(), rows: z.string() }));

/**
 * Estimated row counts of tables from PostgreSQL's statistics. While lists are read, they are refreshed in the background every
 * five minutes, with one statement for all tables. Tables without an estimate are treated as large.
 */
export class Estimates {
  readonly #database: Query;
  readonly #models: readonly ModelInfo[];
  readonly #tables: readonly string[];
  #rows: ReadonlyMap<string, number> = new Map();
  #refreshAt = 0;
  #firstLoad: Promise<void> | undefined;
  #reload: Promise<boolean> | undefined;
  #reloadAt = 0;

  constructor(database: Query, models: readonly ModelInfo[]) {
    this.#database = database;
    this.#models = models;
    this.#tables = models.map(tableName);
  }

  of(model: ModelInfo): number {
    return this.#rows.get(tableName(model)) ?? Number.POSITIVE_INFINITY;
  }

  /** Resolves when estimates have been loaded. A successful query is not repeated. */
  loaded(): Promise<void> {
    this.#firstLoad ??= this.refresh().catch(() => {
      this.#firstLoad = undefined;
    });
    return this.#firstLoad;
  }

  async refresh(): Promise<void> {
    this.#refreshAt = performance.now() + REFRESH_MS;
    // The estimates are shared by all users, regardless of whose request triggers the query.
    const rows = await withoutScope(() =>
      this.#database.any(sizes`
        select requested."table", (${estimateSql})::bigint as rows
        from unnest(${sql.array([...this.#tables], 'text')}) as requested ("table")
        join pg_class c on c.oid = ${tableOidSql(sql.fragment`parse_ident(requested."table")`)}
      `),
    );
    await withoutScope(() => loadTableFacts(this.#database, this.#models));
    await withoutScope(() => loadOutsideReferences(this.#database, this.#models));
    this.#rows = new Map(rows.map((row) => [row.table, Number(row.rows)]));
    this.#firstLoad ??= Promise.resolve();
  }

  /**
   * Reads the catalogue again because a statement did not fit the tables: they may have changed. Returns false if it was read just
   * before, or cannot be read.
   */
  reload(): Promise<boolean> {
    if (this.#reload === undefined && performance.now() < this.#reloadAt) return Promise.resolve(false);
    this.#reload ??= this.refresh()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        this.#reload = undefined;
        this.#reloadAt = performance.now() + RELOAD_MS;
      });
    return this.#reload;
  }

  /** Refreshes old estimates. Requests do not wait for this; if it fails, the old estimates are kept until the next attempt. */
  keepFresh(): void {
    if (performance.now() >= this.#refreshAt) this.refresh().catch(() => {});
  }
}

/** Tables with at most this many rows are counted exactly, and can be sorted by a column without an index. */
export const SMALL_TABLE = 50_000;
/** Tables of at most this many bytes count as small: they have at most a quarter of a million rows, sorted in a tenth of a second. */
const SMALL_SIZE = 8 * 1024 * 1024;

// fault: small-table-overestimated
const neverAnalysed = sql.fragment`
  case when pg_relation_size(c.oid) <= ${rawSql(String(SMALL_SIZE))}
    then least(pg_relation_size(c.oid) / 50, ${rawSql(String(SMALL_TABLE))})
    else pg_relation_size(c.oid) / 50
  end
`;

/**
 * Estimated rows of the table `c` of pg_class, as the planner computes them: rows per page at the last ANALYZE times the current
 * number of pages. A table that was never analysed, or not since it was empty, is assumed to be full of short rows, so that its size
 * is overestimated rather than underestimated, unless the table has at most `SMALL_SIZE` bytes.
 */
export const estimateSql: FragmentSqlToken = sql.fragment`
  case
    when c.reltuples > 0 and c.relpages > 0
      then c.reltuples / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::int)
    when c.reltuples < 0 or (c.reltuples = 0 and c.relpages = 0)
      then ${neverAnalysed}
    else greatest(c.reltuples, 0)
  end
`;
