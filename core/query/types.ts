import type { FragmentSqlToken } from 'slonik';
import type { DbRow, FieldInfo, ModelInfo } from '../model/field-type.ts';

/** A part of a statement, created with `` sql.fragment`…` ``. Values in it become parameters. */
export type SqlFragment = FragmentSqlToken;

/** A list's definition after startup: what can be shown, filtered, searched and sorted. Compiled once per model. */
export interface Listing {
  readonly model: ModelInfo;
  readonly columns: readonly FieldInfo[];
  readonly filters: readonly FieldInfo[];
  /** Fields of the model itself, or of a relation's target with the relation as `via`. */
  readonly search: readonly SearchField[];
  readonly order: readonly Sort[];
  readonly size: number;
  /** Whether computed columns read the whole row. */
  readonly wholeRow: boolean;
  /** Columns that PostgreSQL computes in the list's statement; created with `computedField`. */
  readonly computed?: readonly FieldInfo[];
  /** Filters in addition to those on fields of the model. */
  readonly conditions?: readonly ConditionFilter[];
}
/** A filter whose values select SQL conditions declared in code. */
export interface ConditionFilter {
  /** Created with `computedField`; its name is that of the parameter: `f.*overdue`. */
  readonly field: FieldInfo;
  /** The values allowed in a query string. Any other value is rejected. */
  readonly values: readonly string[];
  /** The rows that match one of the values, on the alias `t`. */
  where(value: string): FragmentSqlToken;
}
/** The part of a listing that this user may use. Anything else is treated as if it did not exist. */
export interface Offered {
  /** Includes computed columns. */
  readonly columns: readonly FieldInfo[];
  readonly conditions: readonly ConditionFilter[];
  readonly filters: readonly FieldInfo[];
  readonly sortable: readonly FieldInfo[];
  /** Columns without an index: they can be sorted by only while the table is small. */
  readonly tooLargeToSort: readonly FieldInfo[];
  readonly search: readonly SearchField[];
}
export interface SearchField {
  readonly via: FieldInfo | undefined;
  readonly field: FieldInfo;
}
export interface Sort {
  readonly field: FieldInfo;
  readonly descending: boolean;
}

/** A filter on one field. Several values are alternatives; `null` is "is empty". */
export type Filter =
  | { readonly field: FieldInfo; readonly is: 'oneOf'; readonly values: readonly (string | null)[] }
  /** The values of a `ConditionFilter`, with their conditions. */
  | {
      readonly field: FieldInfo;
      readonly is: 'condition';
      readonly values: readonly string[];
      readonly where: readonly FragmentSqlToken[];
    }
  /** Any value, but not empty. */
  | { readonly field: FieldInfo; readonly is: 'present' }
  | {
      readonly field: FieldInfo;
      readonly is: 'range';
      readonly from: string | undefined;
      readonly to: string | undefined;
    };

/** A value at the boundary of a page: PostgreSQL's text, or only its beginning if it is too long for a link. */
export type CursorValue = string | null | { readonly prefix: string };
/** A part of a row's key: PostgreSQL's text, or its hash. */
export type KeyPart = string | { readonly md5: readonly string[] };

/** The sort values of a row, and its key if some of them have to be read from the row. */
export interface Cursor {
  readonly values: readonly CursorValue[];
  readonly key?: readonly KeyPart[];
}

export type Count =
  | { readonly kind: 'exact'; readonly rows: number }
  /** Unfiltered and large: the planner's estimate. */
  | { readonly kind: 'about'; readonly rows: number }
  /** Filtered and large: at least this many. */
  | { readonly kind: 'more'; readonly rows: number }
  /** Rows are not counted after the first page. */
  | { readonly kind: 'unknown' };

/** A page of a list. Rows hold database values by field name; see `aliases.ts` for the key and for relations' labels. */
export interface Page {
  readonly rows: readonly DbRow[];
  /** Cursors for URLs; undefined if there is no such page. */
  readonly previous: string | undefined;
  readonly next: string | undefined;
  readonly count: Count;
}

/** One record with everything that a detail page or form shows. */
export interface FoundRecord {
  /** The key as used in URLs. */
  readonly key: string;
  /** A single key as PostgreSQL's text, as used in relations and filters; empty for a composite key. */
  readonly keyValue: string;
  readonly label: string;
  /** Database values by field name, relation labels as in a list; fields that the user cannot see are absent. */
  readonly row: DbRow;
  /** Changes with every update of the row; `app.write` compares it. Empty for rows of read-only models. */
  readonly version: string;
  /** The names of manyToMany fields with more rows than the record lists. */
  readonly truncated: ReadonlySet<string>;
}

/** A row that can be selected in a relation. */
export interface Option {
  readonly key: string;
  readonly label: string;
}

/** Rows of other models that reference a record. */
export interface Dependants {
  readonly field: FieldInfo;
  readonly rows: number;
  /** Whether there are more than `rows`, which were not counted. */
  readonly more: boolean;
}
