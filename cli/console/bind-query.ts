import { type QuerySqlToken, sql } from 'slonik';
import type { App } from '../../core/app.ts';
import { databaseError } from '../../core/database/errors.ts';
import type { Actor } from '../../core/policy/actor.ts';
import { holdsEverything } from '../../core/policy/policy.ts';
import type { ConsoleTransaction } from './console-transaction.ts';
import { Rejected } from './rejection-text.ts';
import { markAsTable } from './show-value.ts';

/** The `query` function of the console: returns the rows of one statement. */
export type BoundQuery = (statement: QuerySqlToken) => Promise<readonly unknown[]>;

/** Statements that would end the transaction or change its settings, and anything that does not begin with a letter or a parenthesis. */
const CONTROL = /^(?:abort|begin|commit|end|prepare|release|reset|rollback|savepoint|set|start)\b|^(?![a-z(])/i;
const SPACE_AND_COMMENTS = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;
const READ_ONLY = '25006';

/**
 * Runs SQL in the transaction, read-only: permissions, row rules and the audit trail cannot see what a statement does. For the
 * same reason, only actors with all permissions can run SQL.
 */
export function bindQuery(app: App, actor: Actor, transaction: ConsoleTransaction): BoundQuery {
  return async (statement) => {
    if (typeof statement?.sql !== 'string') throw new Rejected('Pass a statement: query(sql.unsafe`select …`).');
    if (!holdsEverything(app, actor)) {
      throw new Rejected(`SQL ignores permissions, and ${actor.name} does not have all of them. Use \`records\`.`);
    }
    if (CONTROL.test(statement.sql.replace(SPACE_AND_COMMENTS, '')))
      throw new Rejected('`query` cannot control the transaction. Use .commit and .rollback.');
    const rows = await transaction.call(async (tx) => {
      await tx.query(sql.unsafe`set local transaction_read_only = on`);
      return [...(await tx.any(statement).catch(rethrow))];
    });
    if (rows.every(isRow)) markAsTable(rows);
    return rows;
  };
}

function isRow(row: unknown): row is Readonly<Record<string, unknown>> {
  return typeof row === 'object' && row !== null;
}

function rethrow(error: unknown): never {
  if (databaseError(error)?.code !== READ_ONLY) throw error;
  throw new Rejected('`query` only reads. Change records with `write`, or write a migration.');
}
