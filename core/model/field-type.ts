import type { FragmentSqlToken } from 'slonik';
import type { z } from 'zod';
import type { FieldTypeName } from './field.ts';
import type { Issue, Parsed } from './issue.ts';
import type { AnyModel } from './model.ts';

/** A value as the driver returns it. Most types are text, so that no digits are lost. */
export type DbValue = string | number | boolean | null | object;
/** A row as a query of `app.records` returns it: database values by alias. */
export type DbRow = Readonly<Record<string, DbValue>>;
/** A value that can be sent to the database as a parameter. */
export type Param = string | number | boolean | null;

/** The helpers with which a field type formats values for a user. Shared per locale and time zone, never created per request. */
export interface Formatter {
  readonly locale: string;
  /** Formats a timestamp (PostgreSQL's ISO text, UTC) in the user's time zone. */
  readonly timestamp: (dbValue: string) => string;
  readonly date: (dbValue: string) => string;
  readonly localDateTime: (dbValue: string) => string;
  readonly number: (dbValue: string | number) => string;
  /** Formats an exact amount with its currency symbol in the user's locale. `currency`: an ISO 4217 code. */
  readonly money: (dbValue: string, currency: string) => string;
  readonly t: (key: string, params?: Readonly<Record<string, string | number>>) => string;
  /** URL of a record's page; undefined if this admin has no page for the model. */
  readonly recordUrl: (model: string, key: string) => string | undefined;
  /** Values are shown in full (a detail page). Otherwise long text is truncated, as in lists. */
  readonly whole?: boolean;
  /** The value is already inside a link, so the cell must not contain one of its own. */
  readonly bare?: boolean;
}

/**
 * How a list can be filtered by a field of this type. `typed`: by values that the user enters; `presence`: by whether the row
 * has a value.
 */
export type FilterShape = 'none' | 'values' | 'boolean' | 'range' | 'relation' | 'typed' | 'presence';

/**
 * A field type of a plugin: the members of the built-in types, and a cell.
 *
 * @example
 * const geoPoint: FieldType<Point> = { name: 'geoPoint', sqlType: () => 'point', cell: () => (value) => escapeHtml(String(value)), … };
 */
export interface FieldType<V = unknown> extends BaseFieldType<V> {
  /**
   * Creates the function that renders a value as HTML, in a list's cell or on a record's page. That function is never called with
   * null.
   */
  cell(field: FieldInfo, formatter: Formatter): (dbValue: NonNullable<DbValue>, row: DbRow) => string;
}

/**
 * Everything that the framework knows about a field type. Other code uses these members instead of checking `typeName`. Plugins
 * provide their own types in `fieldTypes`. The column's type must have an `=` operator in PostgreSQL, with which an update detects
 * changes.
 */
export interface BaseFieldType<V = unknown> {
  readonly name: FieldTypeName;

  // ── stored
  /** The column's type in PostgreSQL; undefined if there is no column. */
  sqlType(field: FieldInfo): string | undefined;
  /** The literal after DEFAULT, as SQL text; undefined if there is no default or it is a function. */
  sqlDefault(field: FieldInfo): string | undefined;
  /** The default that is a keyword rather than a value: `now`, `today`, `random`. */
  readonly defaultWord?: string;
  /** How `unique` compares. `lower`: ignores case; the column then has a unique index on `lower(…)`. */
  readonly uniqueAs?: 'lower';
  /** A table of the framework that the column references. */
  readonly references?: { readonly table: string; readonly column: string };
  /** CHECK constraints: a suffix for the constraint's name, and the condition on the quoted column. */
  checks(field: FieldInfo): readonly { readonly suffix: string; sql(column: string): string }[];

  // ── between database and code
  /** The shape of the database value, never null; every result is validated against it with zod. */
  readonly dbSchema: z.ZodType<DbValue>;
  decode(dbValue: NonNullable<DbValue>): V;
  /**
   * Whether a value matches `dbSchema` but is not one that the field type writes, such as an array with NULL items. `doctor`
   * reports such values.
   */
  unexpected?(dbValue: NonNullable<DbValue>): boolean;
  encode(value: V): Param;
  /** The cast that a parameter of this type needs in SQL: `timestamptz`. */
  cast(field: FieldInfo): string;

  /**
   * For unmanaged columns that may hold more digits than the field type supports: an SQL expression for the column without the
   * extra digits. It is used to detect changes, so that submitting an unchanged form does not truncate them.
   */
  rounded?(column: string): string;

  /** For values that the driver would not read exactly: the SQL expression with which pages and the audit trail read the column. */
  exact?(column: string): string;

  /**
   * For values that are too large to read for display, and for keys that mean nothing to users: what pages and the audit trail read
   * instead. `sql`: an SQL expression on the quoted column. `is`: whether a database value is such a summary, which cannot be
   * decoded. `whole`: the expression is for a single record; otherwise it must be cheap enough for lists.
   */
  readonly summary?: { sql(column: string, whole: boolean): string; is(dbValue: DbValue): boolean };

  // ── validated
  /**
   * Parses and validates user input. Never throws; problems are returned as issues. Callers handle empty or blank input first: it
   * means NULL or a missing value, and is not parsed. A timestamp without an offset is local time in `timeZone` (IANA name; UTC by
   * default).
   */
  parse(text: string, field: FieldInfo, timeZone?: string): Parsed<V>;
  /**
   * For values with several parts: like `parse`, but for an edited version of a stored value's text. Parts that were submitted
   * unchanged are taken from the stored value, even if `parse` would reject or change them.
   */
  parseChange?(text: string, stored: NonNullable<DbValue>, field: FieldInfo, timeZone?: string): Parsed<V>;
  /** Like `validate`, but parts that are already in the stored value are not validated. */
  validateChange?(value: unknown, stored: NonNullable<DbValue>, field: FieldInfo): Issue | undefined;
  /** Why a value from code or from `parse` cannot be stored; undefined if it can. */
  validate(value: unknown, field: FieldInfo): Issue | undefined;

  // ── shown
  /** Only for plugins' types; cells of the built-in types are in `core/view/cells.ts`. */
  cell?(field: FieldInfo, formatter: Formatter): (dbValue: NonNullable<DbValue>, row: DbRow) => string;
  /** `end` for numbers. */
  readonly align: 'start' | 'end';

  // ── edited
  /**
   * The control in templates/admin/fields that edits the value: `text`. A name with a slash is a view of a plugin or of the
   * project: `geo/point`.
   */
  widget(field: FieldInfo): string;
  /** The database value as the text of the control; `parse` with the same time zone reverses it. */
  text(dbValue: NonNullable<DbValue>, field: FieldInfo, timeZone?: string): string;

  // ── filtered, sorted, searched, exported
  readonly filter: FilterShape;
  readonly sortable: boolean;
  readonly searchable: boolean;
  /** The database value as a cell of an export and, unless `recorded` is defined, as a value in an audit row's JSON. */
  exported(dbValue: NonNullable<DbValue>): string | number | boolean | object;
  /** The value in an audit row, if it must contain more than an export shows. */
  recorded?(dbValue: NonNullable<DbValue>): string;
}

/** A field after startup: names resolved, relations bound, options read. */
export interface FieldInfo {
  readonly model: ModelInfo;
  readonly name: string;
  /** Who declared it: the model's owner, or the plugin that adds it to the model. */
  readonly owner: string;
  /** Whether data access may write it. Fields of a read-only model are written only by their plugin's own code. */
  readonly writable: boolean;
  /** Empty for a manyToMany. */
  readonly column: string;
  /**
   * Only for computed columns of lists (`core/query/computed-field.ts`): the SQL expression, on the alias `t` of the model's table.
   * Such a field is not in any model's `fields`.
   */
  readonly expression?: FragmentSqlToken;
  readonly typeName: FieldTypeName;
  readonly type: BaseFieldType;
  readonly label: string;
  readonly help: string;
  readonly nullable: boolean;
  readonly unique: boolean;
  readonly index: boolean | 'search';
  readonly readOnly: boolean;
  /** Whether the audit trail must not contain its values; undefined: its name decides. */
  readonly secret: boolean | undefined;
  readonly default: unknown;
  readonly min: number | bigint | string | undefined;
  readonly max: number | bigint | string | undefined;
  readonly multiline: boolean;
  readonly precision: number | undefined;
  readonly scale: number | undefined;
  readonly values: readonly string[];
  /** file, image: allowed types; empty: any. `max` is the max size in bytes. */
  readonly types: readonly string[];
  /** image: max number of pixels. */
  readonly pixels: number | undefined;
  /** money: the ISO 4217 code of the currency. */
  readonly currency: string | undefined;
  /** array: the type of its items. It has no column of its own. */
  readonly item: FieldInfo | undefined;
  /** slug: the field that it is generated from if no value is given. */
  readonly source: FieldInfo | undefined;
  readonly valueLabels: Readonly<Record<string, string>>;
  readonly tones: Readonly<Record<string, string>>;
  readonly schema: { readonly '~standard': { readonly validate: (value: unknown) => unknown } } | undefined;
  /** belongsTo and manyToMany: the model that it references. */
  readonly target: ModelInfo | undefined;
  readonly onDelete: 'restrict' | 'cascade' | 'setNull';
  /** manyToMany: the model that stores the link rows, with its relations to this model and to the target. */
  readonly through: { readonly model: ModelInfo; readonly source: FieldInfo; readonly target: FieldInfo } | undefined;
}

/** A model after startup, resolved, with the fields that plugins add. */
export interface ModelInfo {
  readonly model: AnyModel;
  readonly name: string;
  /** Who declared it: a plugin's name, or `project`. */
  readonly owner: string;
  /** Schema and table, or the table alone. */
  readonly table: readonly string[];
  readonly slug: string;
  readonly title: string;
  readonly plural: string;
  readonly fields: ReadonlyMap<string, FieldInfo>;
  /** Fields with a column, in the order of the declaration. */
  readonly stored: readonly FieldInfo[];
  readonly key: readonly FieldInfo[];
  readonly label: readonly FieldInfo[];
  readonly unique: readonly (readonly FieldInfo[])[];
  readonly indexes: readonly (readonly { readonly field: FieldInfo; readonly descending: boolean }[])[];
  readonly managed: boolean;
  readonly readOnly: boolean;
  readonly selectableBy: 'viewers' | 'everyone';
  /** Whether the audit trail records who has viewed a record. */
  readonly recordsViews: boolean;
  /** Relations of other models (and of itself) that reference this one. */
  readonly inbound: readonly FieldInfo[];
}

/**
 * Whether rows of the model can be changed through data access. A read-only model can still have writable fields of other plugins.
 *
 * @example
 * models: (model) => isEditable(model),
 */
export function isEditable(model: ModelInfo): boolean {
  return !model.readOnly || [...model.fields.values()].some((field) => field.writable);
}

/** All models of an application, by every name under which they are looked up. */
export interface Models {
  readonly all: readonly ModelInfo[];
  byName(name: string): ModelInfo | undefined;
  bySlug(slug: string): ModelInfo | undefined;
  /** The resolved form of a declared model; throws RIO-MODEL-UNKNOWN when it is not part of the application. */
  of(model: AnyModel): ModelInfo;
}
