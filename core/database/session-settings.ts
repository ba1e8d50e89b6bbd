/**
 * Keeps the settings of a session as they were when it was opened. A trigger, or a function that a view calls, can change them for
 * the whole session (`set search_path`, `set_config(…, false)`): dates would then be written and read in another order, text in
 * another encoding, tables in another schema, and another tenant's setting would remain.
 */
import type pg from 'pg';

/** Settings that decide how values and names are read. The server reports every change of them. */
const REPORTED: ReadonlySet<string> = new Set([
  'client_encoding',
  'DateStyle',
  'default_transaction_read_only',
  'IntervalStyle',
  'search_path', // from PostgreSQL 18 on
  'standard_conforming_strings',
  'TimeZone',
]);

/** Statements with which the application itself changes settings, for the rest of the transaction. */
const OWN = /^\s*(?:set|reset)\b|\bset_config\s*\(/i;
const CONTROL = /^\s*(?:start transaction|savepoint|release|rollback)\b/i;
/** Statements that can run triggers and procedures. */
const RUNS_CODE =
  /^\s*(?:insert|update|delete|merge|call|do)\b|^\s*with\b[\s\S]*\b(?:insert into|update|delete from|merge into)\b/i;

/** A statement that restores settings. */
export interface Restoration {
  readonly text: string;
  readonly values: string[];
}

export class SessionSettings {
  readonly #current = new Map<string, string>();
  /** At the start of the session. */
  #initial: ReadonlyMap<string, string> = new Map();
  /** What applies now, including what the application itself has set for the transaction. */
  #expected: ReadonlyMap<string, string> = new Map();
  #ranCode = false;

  constructor(connection: pg.Connection) {
    connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
      if (REPORTED.has(parameterName)) this.#current.set(parameterName, parameterValue);
    });
  }

  /** To be called once the session is open and set up. */
  keep(): void {
    this.#initial = new Map(this.#current);
    this.#expected = this.#initial;
  }

  /** The statement that restores what this statement of a transaction has changed; undefined if it changed nothing. */
  afterStatement(sql: string): Restoration | undefined {
    this.#ranCode ||= mayRunCode(sql);
    if (OWN.test(sql) || CONTROL.test(sql)) {
      this.#expected = new Map(this.#current);
      return undefined;
    }
    const changed = this.#changed();
    if (changed.length === 0) return undefined;
    const calls = changed.map((_, index) => `set_config($${index * 2 + 1}, $${index * 2 + 2}, true)`);
    return { text: `select ${calls.join(', ')}`, values: changed.flat() };
  }

  /**
   * Whether the session has to be reset after a transaction, or a statement outside one. PostgreSQL does not report all settings,
   * so this is also true after any change of a table that may have a trigger.
   */
  needsReset(sql: string): boolean {
    const ranCode = this.#ranCode || mayRunCode(sql);
    this.#ranCode = false;
    this.#expected = this.#initial;
    // A rollback has restored the settings.
    if (/^\s*rollback\b/i.test(sql)) return false;
    // fault: settings-outlive-transaction
    return ranCode || this.#changed().length > 0;
  }

  #changed(): readonly [string, string][] {
    return [...this.#expected].filter(([name, value]) => this.#current.get(name) !== value);
  }
}

/** Whether a statement can run code that is not ours. */
function mayRunCode(sql: string): boolean {
  return !sql.includes('rustio_') && RUNS_CODE.test(sql);
}
