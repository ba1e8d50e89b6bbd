import { type Fields, type FieldTypeName, field, type Identity, type KeyOf, type Target } from './field.ts';

/** Any model, for code that works on all of them. */
export interface AnyModel {
  readonly modelName: string;
  readonly fields: Fields;
  readonly key: unknown;
  readonly definition: AnyDefinition;
}
export interface Model<N extends string, F extends Fields, K> extends AnyModel {
  readonly modelName: N;
  readonly fields: F;
  readonly key: K;
}
/** The options of a definition besides fields and key, with names as plain strings. */
export interface AnyDefinition {
  readonly unique?: readonly (readonly string[])[];
  readonly indexes?: readonly (readonly string[])[];
  readonly label?: string | readonly string[];
  readonly title?: string;
  readonly plural?: string;
  readonly slug?: string;
  readonly table?: string;
  readonly managed?: boolean;
  readonly readOnly?: boolean;
  readonly selectableBy?: 'viewers' | 'everyone';
  readonly recordsViews?: boolean;
}
type WithId<F, K> = [K] extends [never] ? { id: Identity } & F : F;
type KeyName<K> = [K] extends [never] ? 'id' : K;

/**
 * Checks that slugs are generated from a text field of the same model. The compile error for a wrong one is a sentence. Only
 * `typeName` and `~from` are accessed, so that relations remain unresolved.
 */
type CheckedSlugs<F> = {
  readonly [P in keyof F as F[P] extends { readonly typeName: 'slug' } ? P : never]: F[P] extends {
    readonly '~from': infer S extends string;
  }
    ? [S] extends [FieldsOfType<F, 'text'>]
      ? unknown
      : `There is no text field "${S}" in this model`
    : unknown;
};

export interface Definition<F extends Fields, K> {
  fields: F & CheckedSlugs<NoInfer<F>>;
  /** One or several fields. Without it, the model gets `id: field.identity()`. */
  key?: K;
  /** Each is a set of fields whose combined values are unique. */
  unique?: readonly (readonly FieldName<NoInfer<F>>[])[];
  /** Each is an index on several fields; `-name` is descending. For an index on a single field, set `index: true` on the field. */
  indexes?: readonly (readonly OrderName<NoInfer<F>>[])[];
  /** The field, or fields, that label a row. Required if there is no `name`, `title` or `email`. */
  label?: StoredName<NoInfer<F>> | readonly StoredName<NoInfer<F>>[];
  /** The model's name in the UI, singular ("strike report") and plural ("strike reports"). Derived from the name by default. */
  title?: string;
  plural?: string;
  /** The URL segment: `order-lines`. Derived from the plural of the model's name by default. */
  slug?: string;
  /** The table, optionally `schema.table`, if it is not the snake_case of the name. */
  table?: string;
  /** `false`: the table is maintained elsewhere; migrations do not touch it. */
  managed?: boolean;
  /** Rows cannot be added, changed or deleted through `app.write` (a view, a table of a plugin). */
  readOnly?: boolean;
  /** Which users can select rows of this model in relations of records that they are allowed to edit. @defaultValue 'viewers' */
  selectableBy?: 'viewers' | 'everyone';
  /** Records in the audit trail who has opened a record, for personal or confidential data. @defaultValue false */
  recordsViews?: boolean;
}

/**
 * Declares a model, from which the table, the form, validation, permissions and types are derived. Options are names and never
 * callbacks that receive a row: TypeScript would have to check such a callback while it resolves the model's own type.
 *
 * @example
 * export const Airport = defineModel('airport', { fields: { code: field.text({ max: 3 }), name: field.text() }, key: 'code' });
 * export interface Airport extends Row<typeof Airport> {}
 */
export function defineModel<
  N extends string,
  F extends Fields,
  const K extends FieldName<F> | readonly FieldName<F>[] = never,
>(name: N, definition: Definition<F, K>): Model<N, WithId<F, K>, KeyName<K>> {
  const { fields, key, ...rest } = definition;
  const all: Fields = key === undefined && !('id' in fields) ? { id: field.identity(), ...fields } : fields;
  return { modelName: name, fields: all, key: key ?? 'id', definition: rest } as never;
}

// ── inferred types

/** Expands a mapped type, so that editors show `{ id: number; … }` and not the alias with its arguments. */
type Expand<T> = T extends infer O ? { [P in keyof O]: O[P] } : never;

export type RowOf<F extends Fields> = Expand<{
  -readonly [P in keyof F as F[P]['~mode'] extends 'virtual' ? never : P]: F[P]['~value'];
}>;
/** A row as lists read it: without bytes, which lists do not show. */
export type RowShown<F extends Fields> = Expand<{
  -readonly [P in keyof F as F[P] extends { readonly '~mode': 'virtual' } | { readonly typeName: 'bytes' }
    ? never
    : P]: F[P]['~value'];
}>;
/** A row as a select returns it. */
export type Row<M extends AnyModel> = RowOf<M['fields']>;
/** The values of an insert. Fields that are nullable, generated or have a default are optional. */
export type Insert<M extends AnyModel> = Expand<
  {
    -readonly [P in keyof M['fields'] as M['fields'][P]['~mode'] extends 'required'
      ? P
      : never]: M['fields'][P]['~value'];
  } & {
    -readonly [P in keyof M['fields'] as M['fields'][P]['~mode'] extends 'optional'
      ? P
      : never]?: M['fields'][P]['~value'];
  }
>;
/** The values of an update: all stored fields except a generated identity. */
export type Update<M extends AnyModel> = Expand<{
  -readonly [P in keyof M['fields'] as M['fields'][P]['~mode'] extends 'virtual'
    ? never
    : M['fields'][P]['typeName'] extends 'identity'
      ? never
      : P]?: M['fields'][P]['~value'];
}>;
/** The type of a model's key; see `KeyOf`. */
export type Key<M extends AnyModel> = KeyOf<M>;

// ── names in options

/** Rebuilds a union of literals without its alias, so that errors print `"id" | "name"` and not `FieldName<{…}>`. */
export type Bare<T> = [T] extends [infer U extends string] ? `${U}` : never;
/** Ends in `keyof` for the same reason: with an indexed access or an intersection, the alias would appear in the message. */
export type FieldsOfType<F, K extends FieldTypeName> = keyof {
  [P in keyof F as F[P] extends { readonly typeName: K } ? P & string : never]: 0;
};
type Searchable = 'text' | 'choice' | 'uuid' | 'email' | 'phone' | 'url' | 'slug' | 'markdown';
/** Types with too many distinct values for a filter; they are searched instead. */
type NotFilterable = 'text' | 'json' | 'uuid' | 'email' | 'phone' | 'url' | 'slug' | 'colour' | 'markdown' | 'bytes';
type NotSortable = 'manyToMany' | 'json' | 'array' | 'markdown' | 'bytes' | 'file' | 'image';

export type FieldName<F> = Bare<keyof F & string>;
export type StoredName<F> = Bare<Exclude<keyof F & string, FieldsOfType<F, 'manyToMany'>>>;
export type FilterName<F> = Bare<Exclude<keyof F & string, FieldsOfType<F, NotFilterable>>>;
type Sortable<F> = Exclude<keyof F & string, FieldsOfType<F, NotSortable>>;
export type OrderName<F> = Bare<Sortable<F> | `-${Sortable<F>}`>;
type TargetFields<X> = X extends { readonly target: infer T }
  ? Target<T> extends { readonly fields: infer F extends Fields }
    ? F
    : never
  : never;
/** Text of the row itself, or, after one dot, of the row that a relation references. */
export type SearchName<F> = Bare<
  | FieldsOfType<F, Searchable>
  | {
      [P in FieldsOfType<F, 'belongsTo'>]: P extends keyof F
        ? `${P}.${FieldsOfType<TargetFields<F[P]>, Searchable>}`
        : never;
    }[FieldsOfType<F, 'belongsTo'>]
>;
