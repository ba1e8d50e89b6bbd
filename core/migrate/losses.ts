/**
 * Finds what a migration deletes or truncates: tables, columns, rows, digits. This is derived from its SQL, which developers may
 * have edited, and compared with the actual database: only existing data can be lost, so a new database is migrated without
 * confirmation.
 */
import type pg from 'pg';
import { quoteName } from '../sql/quote.ts';
import { castBetween } from './cast.ts';
import { type NameChange, parseEffects, type Removal } from './removals.ts';
import { firstLine, splitStatements } from './statements.ts';

/** A statement that deletes or converts existing data. */
export interface Loss {
  readonly source: string;
  /** The migration's name. */
  readonly name: string;
  readonly line: number;
  /** The beginning of the statement. */
  readonly statement: string;
  /** A phrase for what is lost: `every value of person.phone`. */
  readonly what: string;
}

/** A migration or down file that would run. */
export interface PlannedScript {
  readonly source: string;
  readonly name: string;
  readonly sql: string;
}

/** One line for each loss, for the terminal. */
export function describeLosses(losses: readonly Loss[]): string[] {
  return losses.map(({ source, name, line, statement, what }) => `${source} ${name}:${line}  ${what}: ${statement}`);
}

/**
 * Finds the losses if the scripts are run in this order on this database.
 *
 * @example
 * await findLosses(client, pending) // [{ source: 'project', name: '…', line: 3, statement: 'alter table person drop column phone', … }]
 */
export async function findLosses(client: pg.Client, scripts: readonly PlannedScript[]): Promise<readonly Loss[]> {
  const names = new Names();
  const losses: Loss[] = [];
  const isUsed = await hasMigrations(client);
  for (const { source, name, sql } of scripts) {
    for (const statement of splitStatements(sql)) {
      const { removals, nameChanges } = parseEffects(statement.text);
      for (const removal of removals) {
        const what = await lossBy(client, names, removal, isUsed);
        if (what === undefined) continue;
        losses.push({ source, name, line: statement.line, statement: firstLine(statement.text), what });
      }
      for (const nameChange of nameChanges) names.apply(nameChange);
    }
  }
  return losses;
}

async function lossBy(client: pg.Client, names: Names, removal: Removal, isUsed: boolean): Promise<string | undefined> {
  switch (removal.kind) {
    case 'unknown':
      return isUsed ? 'data that cannot be determined from the statement' : undefined;
    case 'schema':
      return (await exists(client, 'select from pg_namespace where nspname = $1', removal.schema))
        ? `every table in the schema ${removal.schema}`
        : undefined;
    case 'table':
    case 'rows':
    case 'matched': {
      const table = names.table(removal.table);
      if (table === undefined || !(await hasTable(client, table))) return undefined;
      return `${removal.kind === 'matched' ? 'matching rows' : 'every row'} of ${removal.table}`;
    }
    case 'column':
    case 'values':
    case 'type': {
      const table = names.table(removal.table);
      const column = names.column(removal.table, removal.column);
      const type = table === undefined || column === undefined ? undefined : await typeOf(client, table, column);
      if (type === undefined) return undefined;
      const place = `${removal.table}.${removal.column}`;
      if (removal.kind !== 'type') return `every value of ${place}`;
      return mayLoseValues(removal, type) ? `values of ${place}: ${type} becomes ${removal.to}` : undefined;
    }
  }
}

/** Whether a conversion may change or reject values. A developer's own USING expression may do anything. */
function mayLoseValues({ column, to, using }: Extract<Removal, { kind: 'type' }>, from: string): boolean {
  const cast = castBetween(column, from, to);
  if (cast.caution !== undefined) return true;
  const plain = [undefined, '', column, quoteName(column), cast.using, `${quoteName(column)}::${to}`];
  return !plain.includes(using.replaceAll(/\s+/g, ' '));
}

/** Maps names of tables and columns at each statement to their names before the scripts run. */
class Names {
  /** The value is undefined for a table that one of the scripts created. */
  readonly #tables = new Map<string, string | undefined>();
  readonly #columns = new Map<string, string | undefined>();

  apply(nameChange: NameChange): void {
    const { table } = nameChange;
    if (nameChange.kind === 'created') this.#tables.set(table, undefined);
    else if (nameChange.kind === 'addedColumn') this.#columns.set(columnId(table, nameChange.column), undefined);
    else if (nameChange.kind === 'renamed') {
      for (const [id, column] of [...this.#columns]) {
        const [of = '', name = ''] = JSON.parse(id);
        if (of === table) this.#columns.set(columnId(nameChange.to, name), column);
      }
      this.#tables.set(nameChange.to, this.table(table));
      this.#tables.set(table, undefined);
    } else this.#columns.set(columnId(table, nameChange.to), this.column(table, nameChange.column));
  }

  table(name: string): string | undefined {
    return this.#tables.has(name) ? this.#tables.get(name) : name;
  }

  column(table: string, name: string): string | undefined {
    const id = columnId(table, name);
    return this.#columns.has(id) ? this.#columns.get(id) : name;
  }
}

function columnId(table: string, column: string): string {
  return JSON.stringify([table, column]);
}

async function hasMigrations(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>(
    `select to_regclass('rustio_migration') is not null as exists`,
  );
  return rows[0]?.exists === true && (await exists(client, 'select from rustio_migration'));
}

async function hasTable(client: pg.Client, table: string): Promise<boolean> {
  return exists(client, "select from pg_class where oid = to_regclass($1) and relkind in ('r', 'p', 'f')", table);
}

async function typeOf(client: pg.Client, table: string, column: string): Promise<string | undefined> {
  const { rows } = await client.query<{ type: string }>(
    `select format_type(atttypid, atttypmod) as type
     from pg_attribute
     where attrelid = to_regclass($1) and attname = $2 and attnum > 0 and not attisdropped`,
    [table, column],
  );
  return rows[0]?.type;
}

async function exists(client: pg.Client, query: string, ...values: readonly string[]): Promise<boolean> {
  const { rowCount } = await client.query(`${query} limit 1`, [...values]);
  return rowCount === 1;
}
