import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { isTimeout } from '../database/errors.ts';
import type { Query } from '../database/queries.ts';
import { currentScope, scopeKey } from '../database/scope.ts';
import type { ModelInfo } from '../model/registry.ts';
import { estimateSql, tableName } from './estimates.ts';
import { freshPlan } from './fresh-plan.ts';
import { tableSql, trusted, whereSql } from './sql-names.ts';
import type { Count } from './types.ts';

/** Tables up to so many rows are counted exactly. */
const COUNTED_EXACTLY = 50_000;
/** Of a larger one, what is narrowed down is counted up to here. */
const COUNTED_FILTERED = 1_000;
const KEPT_MS = 60_000;
const MOST_KEPT = 500;

export interface CountOptions {
  /** A page waits so long for its count; then it says "more than", and the count goes on for the next reader. */
  readonly patience?: number;
}

const figures = sql.type(z.object({ estimate: z.string(), rows: z.string().nullable() }));
const whole = sql.type(z.object({ rows: z.string() }));

/**
 * How many rows a list has, in one statement: exactly where that is cheap, else about, or "more than". What is cut off is
 * remembered for a minute, with everything that it depends on (the reader's own rows and the scope among them); nothing exact is.
 */
export class Counts {
  readonly #patience: number;
  readonly #kept = new Map<string, { readonly count: Count; readonly until: number }>();
  readonly #running = new Map<string, Promise<Count>>();

  constructor({ patience = 500 }: CountOptions = {}) {
    this.#patience = patience;
  }

  /** `database`: who asks first lends his; `atLeast`: rows that the page has seen, for the answer when the count takes too long. */
  async count(
    database: Query,
    model: ModelInfo,
    conditions: readonly FragmentSqlToken[],
    atLeast: number,
  ): Promise<Count> {
    const name = JSON.stringify([
      scopeKey(),
      model.name,
      conditions.map((condition) => [condition.sql, condition.values]),
    ]);
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.until > Date.now()) return kept.count;

    // Readers of the same list wait for the same count.
    let running = this.#running.get(name);
    if (running === undefined) {
      running = this.#run(database, model, conditions, atLeast, name).finally(() => this.#running.delete(name));
      this.#running.set(name, running);
    }
    return withPatience(running, this.#patience, { kind: 'more', rows: atLeast });
  }

  /** Every row, until the database's time limit. */
  async exact(
    database: Query,
    model: ModelInfo,
    conditions: readonly FragmentSqlToken[],
    atLeast: number,
  ): Promise<Count> {
    try {
      const { rows } = await database.one(
        whole`select count(*) as rows from ${tableSql(model)} t ${whereSql(conditions)}`,
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
    name: string,
  ): Promise<Count> {
    const count = await this.#ask(database, model, conditions, atLeast);
    if (count.kind !== 'exact') this.#keep(name, count);
    return count;
  }

  async #ask(
    database: Query,
    model: ModelInfo,
    conditions: readonly FragmentSqlToken[],
    atLeast: number,
  ): Promise<Count> {
    try {
      const { estimate, rows } = await database.one(countQuery(model, conditions));
      return judged(Number(estimate), rows === null ? undefined : Number(rows));
    } catch (error) {
      if (isTimeout(error)) return { kind: 'more', rows: atLeast };
      throw error;
    }
  }

  #keep(name: string, count: Count): void {
    this.#kept.delete(name);
    this.#kept.set(name, { count, until: Date.now() + KEPT_MS });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/**
 * Estimate and count in one: the table's size decides inside the statement how far it counts. Without conditions the
 * estimate of a large table is the answer, and nothing is counted; in a scope it is counted as with conditions, since the
 * statistics know nothing of row-level security.
 */
function countQuery(model: ModelInfo, conditions: readonly FragmentSqlToken[]) {
  const upTo = (most: number) => sql.fragment`(
    select count(*) from (
      select from ${tableSql(model)} t ${whereSql(conditions)} limit ${trusted(String(most + 1))}
    ) counted
  )`;
  const isWhole = conditions.length === 0 && currentScope() === undefined;
  const large = isWhole ? sql.fragment`null` : upTo(COUNTED_FILTERED);
  const query = figures`
    select
      size.estimate::bigint as estimate,
      case when size.estimate > ${trusted(String(COUNTED_EXACTLY))} then ${large} else ${upTo(COUNTED_EXACTLY)} end as rows
    from (select ${estimateSql} as estimate from pg_class c where c.oid = ${tableName(model)}::regclass) size
  `;
  return conditions.length === 0 ? query : freshPlan(query);
}

function judged(estimate: number, rows: number | undefined): Count {
  if (rows === undefined) return { kind: 'about', rows: estimate };
  const most = estimate > COUNTED_EXACTLY ? COUNTED_FILTERED : COUNTED_EXACTLY;
  return rows > most ? { kind: 'more', rows: most } : { kind: 'exact', rows };
}

async function withPatience<T>(work: Promise<T>, milliseconds: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((done) => {
    timer = setTimeout(() => done(otherwise), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
