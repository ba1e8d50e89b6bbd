import type { FragmentSqlToken } from 'slonik';
import type { Actor } from '../actor.ts';
import type { DbRow } from '../model/kind.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';

/** A piece of a statement, made with `` sql.fragment`…` ``: values in it are parameters. */
export type SqlFragment = FragmentSqlToken;

/** What somebody wants to do to rows of a model. */
export type Action = 'view' | 'add' | 'change' | 'delete';

/** The combined policy of all plugins and of the project: see `combinePolicies` in `core/policy.ts`. Closed by default. */
export interface Policy {
  /** Whether the actor has a permission, by its full name: `audit.view`. */
  holds(actor: Actor, permission: string): boolean;
  may(actor: Actor, action: Action, model: ModelInfo): boolean;
  /** Whether the actor may see (view) or set (add, change) this field. A field that may not be seen cannot be filtered, sorted or searched by either. */
  mayField(actor: Actor, action: Action, field: FieldInfo): boolean;
  /** The rows that the actor may act on, as a condition over the alias `t`; undefined: all of them. */
  rows(actor: Actor, action: Action, model: ModelInfo): FragmentSqlToken | undefined;
}

/** A list's definition after the boot: what may be shown, filtered, searched, sorted. Compiled once a model. */
export interface Listing {
  readonly model: ModelInfo;
  readonly columns: readonly FieldInfo[];
  readonly filters: readonly FieldInfo[];
  /** Fields of the model itself, or of a relation's target with the relation as `via`. */
  readonly search: readonly SearchField[];
  readonly order: readonly Sort[];
  readonly size: number;
  /** Computed columns read the whole row. */
  readonly wholeRow: boolean;
  /** Columns that PostgreSQL computes in the list's statement; made with `computedField`. */
  readonly computed?: readonly FieldInfo[];
  /** Filters beside those by a field of the model. */
  readonly conditions?: readonly ConditionFilter[];
}
/** A filter whose values select SQL conditions declared in code. */
export interface ConditionFilter {
  /** Made with `computedField`; its name is the parameter's: `f.*overdue`. */
  readonly field: FieldInfo;
  /** The values that a query string may have; any other is malformed. */
  readonly values: readonly string[];
  /** The rows that one of them stands for, over the alias `t`. */
  where(value: string): FragmentSqlToken;
}
export interface SearchField {
  readonly via: FieldInfo | undefined;
  readonly field: FieldInfo;
}
export interface Sort {
  readonly field: FieldInfo;
  readonly descending: boolean;
}

/** One narrowed field. Several values are alternatives; `null` is "is empty". */
export type Filter =
  | { readonly field: FieldInfo; readonly is: 'oneOf'; readonly values: readonly (string | null)[] }
  /** The values of a `ConditionFilter`, with what they stand for. */
  | {
      readonly field: FieldInfo;
      readonly is: 'condition';
      readonly values: readonly string[];
      readonly where: readonly FragmentSqlToken[];
    }
  /** Whatever it is, there is one. */
  | { readonly field: FieldInfo; readonly is: 'present' }
  | {
      readonly field: FieldInfo;
      readonly is: 'range';
      readonly from: string | undefined;
      readonly to: string | undefined;
    };

/** What an address of a list asks for, names and values checked. */
export interface Ask {
  readonly q: string;
  readonly filters: readonly Filter[];
  /** Empty: the listing's own order. The key is always added as the last one. */
  readonly sort: readonly Sort[];
  /** Where the page starts; undefined at the top. `last`: the last page. */
  readonly at: { readonly cursor: Cursor; readonly direction: 'after' | 'before' } | 'last' | undefined;
  readonly size: number;
  /** Ask for the exact count whatever it costs (until the time limit). */
  readonly exact: boolean;
}
/** The sort values and key of a row, as PostgreSQL text. */
export interface Cursor {
  readonly values: readonly (string | null)[];
}

export type Count =
  | { readonly kind: 'exact'; readonly rows: number }
  /** Unfiltered and large: the planner's figure. */
  | { readonly kind: 'about'; readonly rows: number }
  /** Filtered and large: at least this many. */
  | { readonly kind: 'more'; readonly rows: number }
  /** Beyond the first page nothing is counted. */
  | { readonly kind: 'unknown' };

/** A page of a list. Rows hold wires by field name; see `aliases.ts` for the key and for relations' labels. */
export interface Page {
  readonly rows: readonly DbRow[];
  /** Cursors as they stand in addresses; undefined where there is no such page. */
  readonly previous: string | undefined;
  readonly next: string | undefined;
  readonly count: Count;
}

/** One record with everything that a detail page or form shows. */
export interface Found {
  /** The key as it stands in addresses. */
  readonly key: string;
  /** A single key as PostgreSQL's text, as relations and filters hold it; empty for a composite key. */
  readonly keyValue: string;
  readonly label: string;
  /** Wires by field name, relation labels as in a list; fields that the reader may not see are absent. */
  readonly row: DbRow;
  /** Changes with every update of the row; compared by the write door. Empty where the table has none (a view). */
  readonly version: string;
}

/** A row that may be picked in a relation. */
export interface Option {
  readonly key: string;
  readonly label: string;
}

/** Rows elsewhere that point to a record. */
export interface Dependants {
  readonly field: FieldInfo;
  readonly rows: number;
  /** There are more than `rows`; nobody counted them all. */
  readonly more: boolean;
}
