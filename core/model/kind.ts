import type { z } from 'zod';
import type { Kind } from './field.ts';
import type { FieldInfo } from './registry.ts';

/** A value as the driver hands it over: text for nearly everything, so that no digit is lost on the way. */
export type DbValue = string | number | boolean | null | object;
/** A row as a query of the reading door gives it: wires by alias. */
export type DbRow = Readonly<Record<string, DbValue>>;
/** What may travel to the database as a value. */
export type Param = string | number | boolean | null;

/** Why a value is refused: a key of the words, and what they mention. */
export interface Issue {
  readonly key: string;
  readonly params?: Readonly<Record<string, string | number>>;
}
/** What came of reading a text: the value, or why it is not one. */
export type Parsed<V> = { readonly ok: true; readonly value: V } | { readonly ok: false; readonly issue: Issue };

/** What a kind needs to show a value to one reader. Shared per locale and zone, never made per request. */
export interface Formatter {
  readonly locale: string;
  /** Shows a moment (ISO text of PostgreSQL, UTC) in the reader's zone. */
  readonly timestamp: (wire: string) => string;
  readonly date: (wire: string) => string;
  readonly localDateTime: (wire: string) => string;
  readonly number: (wire: string | number) => string;
  /** An exact amount with the sign of its currency, as the reader's language writes it. `currency`: an ISO 4217 code. */
  readonly money: (wire: string, currency: string) => string;
  readonly t: (key: string, params?: Readonly<Record<string, string | number>>) => string;
  /** Address of a record's page, or undefined when this admin shows no page for the model. */
  readonly recordUrl: (model: string, key: string) => string | undefined;
  /** Values are shown whole (a detail page). Else, in lists, long text is cut. */
  readonly whole?: boolean;
  /** The value stands inside a link already, so no kind may make one of its own. */
  readonly bare?: boolean;
}

/**
 * How a list may be narrowed by a field of this kind. `typed`: to values that the reader writes himself; `presence`: to rows that
 * have a value, or none.
 */
export type FilterShape = 'none' | 'values' | 'boolean' | 'range' | 'relation' | 'typed' | 'presence';

/**
 * Everything that the framework knows about a type of field. One file per type; nothing else in the code asks
 * `if (kind === …)` where one of these would do. Plugins bring types of their own in `fieldTypes`; the column's type must have
 * an `=` in PostgreSQL, by which a save finds out what changes.
 */
export interface FieldType<V = unknown> {
  readonly kind: Kind;

  // ── stored
  /** The column's type in PostgreSQL; undefined where there is no column. */
  sqlType(field: FieldInfo): string | undefined;
  /** The literal after DEFAULT, as SQL text; undefined when the default is none or a function. */
  sqlDefault(field: FieldInfo): string | undefined;
  /** The default that is a word and not a value: `now`, `today`, `random`. */
  readonly defaultWord?: string;
  /** How `unique` compares. `lower`: capitals make no difference; the column then has a unique index over `lower(…)`. */
  readonly uniqueAs?: 'lower';
  /** A table of the framework that the column points to. */
  readonly references?: { readonly table: string; readonly column: string };
  /** Conditions that the database holds: a suffix for the constraint's name, and the condition over the quoted column. */
  checks(field: FieldInfo): readonly { readonly suffix: string; sql(column: string): string }[];

  // ── between database and code
  /** The shape of the wire, never null; zod looks at it in every result. */
  readonly wire: z.ZodType<DbValue>;
  decode(wire: NonNullable<DbValue>): V;
  encode(value: V): Param;
  /** The cast that a parameter of this kind needs to be itself in SQL: `timestamptz`. */
  cast(field: FieldInfo): string;

  /**
   * Where a column that others made may hold more digits than the kind knows of: the column, as SQL, without them. A form that
   * nobody touched must not cut them off.
   */
  rounded?(column: string): string;

  /**
   * For values too large to be read for looking at, and for keys that tell nobody anything: what pages and the audit trail
   * read instead, as SQL over the quoted column, and whether a wire is that and can not be decoded. `whole`: for one record;
   * else it must cost a list next to nothing.
   */
  readonly summary?: { sql(column: string, whole: boolean): string; is(wire: DbValue): boolean };

  // ── validated
  /**
   * What somebody typed to a value that may be stored: it asks `validate`, too. Says what is wrong in words, never throws.
   * Callers look for emptiness before (`text.trim() === ''`): that is NULL or a missing value, and nothing to parse.
   * A moment without an offset is one on the clocks of `zone` (IANA name; UTC when missing).
   */
  parse(text: string, field: FieldInfo, zone?: string): Parsed<V>;
  /** The reason why a value given by code or by `parse` may not be stored; undefined when it may. */
  validate(value: unknown, field: FieldInfo): Issue | undefined;

  // ── shown
  /** Compiles the inside of a list's cell or a detail's value; the result is HTML. Never called with null. */
  cell(field: FieldInfo, show: Formatter): (wire: NonNullable<DbValue>, row: DbRow) => string;
  /** `right` for numbers. */
  readonly align: 'start' | 'end';

  // ── edited
  /** Which control of templates/admin/fields edits it: `text`. With a slash, a view of a plugin or of the project: `geo/point`. */
  widget(field: FieldInfo): string;
  /** The wire as the text that the control holds; `parse` with the same zone takes it back. */
  text(wire: NonNullable<DbValue>, field: FieldInfo, zone?: string): string;

  // ── filtered, sorted, searched, exported
  readonly filter: FilterShape;
  readonly sortable: boolean;
  readonly searchable: boolean;
  /** The wire as a cell of an export and, unless `recorded` says more, as a value in an audit row's JSON. */
  exported(wire: NonNullable<DbValue>): string | number | boolean | object;
  /** What the audit row holds instead, where it must prove more than an export tells. */
  recorded?(wire: NonNullable<DbValue>): string;
}
