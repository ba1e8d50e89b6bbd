import { type Fields, field, type Identity, type KeyOf, type Kind, type Target } from './field.ts';

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
/** What a definition says beside fields and key, names as plain strings. */
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
  readonly pick?: 'viewers' | 'everybody';
}
type WithId<F, K> = [K] extends [never] ? { id: Identity } & F : F;
type KeyName<K> = [K] extends [never] ? 'id' : K;

/**
 * Slugs of these fields as they must be: made from a text field among them. A wrong one is told in a sentence. Only `kind` and
 * `~from` are looked at, so relations stay unresolved.
 */
type SlugsFit<F> = {
  readonly [P in keyof F as F[P] extends { readonly kind: 'slug' } ? P : never]: F[P] extends {
    readonly '~from': infer S extends string;
  }
    ? [S] extends [OfKind<F, 'text'>]
      ? unknown
      : `There is no text field "${S}" in this model`
    : unknown;
};

export interface Definition<F extends Fields, K> {
  fields: F & SlugsFit<NoInfer<F>>;
  /** A field, or several; without it the model gets `id: field.identity()`. */
  key?: K;
  /** Each a set of fields that no two rows may share. */
  unique?: readonly (readonly FieldName<NoInfer<F>>[])[];
  /** Each an index over several fields; `-name` is descending. For one field say `index: true` there. */
  indexes?: readonly (readonly OrderName<NoInfer<F>>[])[];
  /** The field, or fields, by which people know a row. Needed where there is no `name`, `title` or `email`. Always SQL. */
  label?: StoredName<NoInfer<F>> | readonly StoredName<NoInfer<F>>[];
  /** What people call one ("strike report") and several ("strike reports"). Made from the name when missing. */
  title?: string;
  plural?: string;
  /** The word in the address: `order-lines`. Made from the plural of the model's name when missing. */
  slug?: string;
  /** The table, `schema.table` included, when it is not the snake_case of the name. */
  table?: string;
  /** `false`: the table belongs to somebody else; migrations leave it alone. */
  managed?: boolean;
  /** Nobody adds, changes or deletes rows through the write door (a view, a table of a plugin). */
  readOnly?: boolean;
  /** Who may pick a row of this model in a relation of a record that he may edit. @defaultValue 'viewers' */
  pick?: 'viewers' | 'everybody';
}

/**
 * Declares a model: table, form, validation, permissions and types come from it.
 * Only names in here, no callback that takes a row: it would be checked while the model's own type is being resolved.
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

// ── what falls out

/** Spells a mapped type out, so that editors show `{ id: number; … }` and not the alias with its arguments. */
type Spelled<T> = T extends infer O ? { [P in keyof O]: O[P] } : never;

export type RowOf<F extends Fields> = Spelled<{
  -readonly [P in keyof F as F[P]['~mode'] extends 'virtual' ? never : P]: F[P]['~value'];
}>;
/** What a list reads of a row: not the bytes, which nobody looks at. */
export type RowShown<F extends Fields> = Spelled<{
  -readonly [P in keyof F as F[P] extends { readonly '~mode': 'virtual' } | { readonly kind: 'bytes' }
    ? never
    : P]: F[P]['~value'];
}>;
/** What a select gives. */
export type Row<M extends AnyModel> = RowOf<M['fields']>;
/** What an insert takes: optional where nullable, defaulted or generated. */
export type Insert<M extends AnyModel> = Spelled<
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
/** What an update takes: anything stored, save a generated identity. */
export type Update<M extends AnyModel> = Spelled<{
  -readonly [P in keyof M['fields'] as M['fields'][P]['~mode'] extends 'virtual'
    ? never
    : M['fields'][P]['kind'] extends 'identity'
      ? never
      : P]?: M['fields'][P]['~value'];
}>;
/** The type of a model's key: a number for an identity, else a string; a tuple for a composite key. */
export type Key<M extends AnyModel> = KeyOf<M>;

// ── names that options take

/** Rebuilds a union of literals without its alias, so that errors print `"id" | "name"` and not `FieldName<{…}>`. */
export type Bare<T> = [T] extends [infer U extends string] ? `${U}` : never;
/** Ends in `keyof` for the same reason: an indexed access or an intersection would carry the alias into the message. */
export type OfKind<F, K extends Kind> = keyof {
  [P in keyof F as F[P] extends { readonly kind: K } ? P & string : never]: 0;
};
type Sought = 'text' | 'choice' | 'uuid' | 'email' | 'phone' | 'url' | 'slug' | 'markdown';
/** Too many different values to choose from: these are searched. */
type Unfiltered = 'text' | 'json' | 'uuid' | 'email' | 'phone' | 'url' | 'slug' | 'colour' | 'markdown' | 'bytes';
type Unordered = 'manyToMany' | 'json' | 'array' | 'markdown' | 'bytes' | 'file' | 'image';

export type FieldName<F> = Bare<keyof F & string>;
export type StoredName<F> = Bare<Exclude<keyof F & string, OfKind<F, 'manyToMany'>>>;
export type FilterName<F> = Bare<Exclude<keyof F & string, OfKind<F, Unfiltered>>>;
type Ordered<F> = Exclude<keyof F & string, OfKind<F, Unordered>>;
export type OrderName<F> = Bare<Ordered<F> | `-${Ordered<F>}`>;
type TargetFields<X> = X extends { readonly target: infer T }
  ? Target<T> extends { readonly fields: infer F extends Fields }
    ? F
    : never
  : never;
/** Text of the row itself, or, after one dot, of the row that a relation points to. */
export type SearchName<F> = Bare<
  | OfKind<F, Sought>
  | {
      [P in OfKind<F, 'belongsTo'>]: P extends keyof F ? `${P}.${OfKind<TargetFields<F[P]>, Sought>}` : never;
    }[OfKind<F, 'belongsTo'>]
>;
