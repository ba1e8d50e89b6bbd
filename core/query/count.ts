import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { isTimeout } from '../database/errors.ts';
import type { Query } from '../database/queries.ts';
import { currentScope, scopeKey } from '../database/scope.ts';
import type { ModelInfo } from '../model/field-type.ts';
import { freshPlan, rawSql, whereSql } from '../sql/fragments.ts';
import { estimateSql, SMALL_TABLE } from './estimates.ts';
import { tableSql } from './field-sql.ts';
import { tableName } from './table-facts.ts';
import type { Count } from './types.ts';

/** In larger tables, filtered rows are counted up to this number. */
const COUNTED_FILTERED = 1_000;
const CACHE_MS = 60_000;
const MAX_CACHED = 500;

export interface CountOptions {
  /**
   * How long a page waits for its count, in milliseconds. After that it shows "more than", and the count continues for later
   * requests.
   */
  readonly timeout?: number;
}

const estimateAndRows = sql.type(z.object({ estimate: z.string(), rows: z.string().nullable() }));
const rowCount = sql.type(z.object({ rows: z.string() }));

/**
 * Counts the rows of a list in one statement: exactly if that is cheap, otherwise with an estimate or "more than". Inexact results
 * are cached for a minute, keyed by everything that they depend on (including the user's row rules and the scope); exact results
 * are not cached.
 */
export class Counts {
  readonly #timeout: number;
  readonly #cache = new Map<string, { readonly count: Count; readonly until: number }>();
  readonly #running = new Map<string, Promise<Count>>();

  constructor({ timeout = 500 }: CountOptions = {}) {
    this.#timeout = timeout;
  }

  /**
   * `database`: concurrent counts use that of the first caller. `atLeast`: the number of rows on the page, which is the result if
   * the count takes too long.
   */
  async count(
    database: Query,
    model: ModelInfo,
    conditions: readonly FragmentSqlToken[],
    atLeast: number,
  ): Promise<Count> {
    const cacheKey = JSON.stringify([
      scopeKey(),
      model.name,
      conditions.map((condition) => [condition.sql, condition.values]),
    ]);
    const cached = this.#cache.get(cacheKey);
    if (cached !== undefined && cached.until > performance.now()) return cached.count;

    // Concurrent requests for the same list share one count.
    let running = this.#running.get(cacheKey);
    if (running === undefined) {
      running = this.#run(database, model, conditions, atLeast, cacheKey).finally(() => this.#running.delete(cacheKey));
      this.#running.set(cacheKey, running);
    }
    return resultOrFallback(running, this.#timeout, { kind: 'more', rows: atLeast });
  }

  /** Counts all rows, within the database's time limit. */
  async exact(
    database: Query,
    model: ModelInfo,
    conditions: readonly FragmentSqlToken[],
    atLeast: number,
  ): Promise<Count> {
    try {
      const { rows } = await database.one(
        rowCount`select count(*) as rows from ${tableSql(model)} t ${whereSql(conditions)}`,
      );
      return { kind: 'exact', rows: Number(rows) };
    } catch (error) {
      if (isTimeout(error)) return { kind: 'more', rows: atLeast };
      throw error;
    }
  }

  async #run(
    database: Query,
    model: ModelInfo,
    conditions: readonly FragmentSqlToken[],
    atLeast: number,
    cacheKey: string,
  ): Promise<Count> {
    const count = await this.#query(database, model, conditions, atLeast);
    if (count.kind !== 'exact') this.#store(cacheKey, count);
    return count;
  }

  async #query(
    database: Query,
    model: ModelInfo,
    conditions: readonly FragmentSqlToken[],
    atLeast: number,
  ): Promise<Count> {
    try {
      const { estimate, rows } = await database.one(countQuery(model, conditions));
      return toCount(Number(estimate), rows === null ? undefined : Number(rows));
    } catch (error) {
      if (isTimeout(error)) return { kind: 'more', rows: atLeast };
      throw error;
    }
  }

  #store(cacheKey: string, count: Count): void {
    this.#cache.delete(cacheKey);
    this.#cache.set(cacheKey, { count, until: performance.now() + CACHE_MS });
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > MAX_CACHED && oldest !== undefined) this.#cache.delete(oldest);
  }
}

/**
 * Estimates and counts in one statement, which decides by the table's size how far it counts. Without conditions, the result for a
 * large table is the estimate and nothing is counted. In a scope, rows are counted as if there were conditions, because statistics
 * ignore row-level security.
 */
function countQuery(model: ModelInfo, conditions: readonly FragmentSqlToken[]) {
  const upTo = (max: number) => sql.fragment`(
    select count(*) from (
      select from ${tableSql(model)} t ${whereSql(conditions)} limit ${rawSql(String(max + 1))}
    ) counted
  )`;
  const isUnrestricted = conditions.length === 0 && currentScope() === undefined;
  const large = isUnrestricted ? sql.fragment`null` : upTo(COUNTED_FILTERED);
  const query = estimateAndRows`
    select
      size.estimate::bigint as estimate,
      case when size.estimate > ${rawSql(String(SMALL_TABLE))} then ${large} else ${upTo(SMALL_TABLE)} end as rows
    from (select ${estimateSql} as estimate from pg_class c where c.oid = ${tableName(model)}::regclass) size
  `;
  return conditions.length === 0 ? query : freshPlan(query);
}

function toCount(estimate: number, rows: number | undefined): Count {
  if (rows === undefined) return { kind: 'about', rows: estimate };
  const max = estimate > SMALL_TABLE ? COUNTED_FILTERED : SMALL_TABLE;
  return rows > max ? { kind: 'more', rows: max } : { kind: 'exact', rows };
}

async function resultOrFallback<T>(work: Promise<T>, milliseconds: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), milliseconds);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
