// Field declarations and the types that fall out of them.
//
// Two rules keep circular references between models working; both are marked LAZY below.
//   1. A relation's target is an arrow function captured as a type parameter whose constraint has NO call signature.
//   2. Nothing that runs while `defineModel(...)` is being resolved may look at what that arrow returns.
// Properties named '~…' are phantoms: they exist for the compiler only, never at run time.

import type { Bytes } from '../bytes.ts';
import type { FileType, ImageType } from '../files/file-types.ts';

export type BuiltInKind =
  | 'identity'
  | 'text'
  | 'integer'
  | 'bigint'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'localDateTime'
  | 'uuid'
  | 'json'
  | 'choice'
  | 'array'
  | 'email'
  | 'phone'
  | 'url'
  | 'slug'
  | 'money'
  | 'colour'
  | 'markdown'
  | 'bytes'
  | 'file'
  | 'image'
  | 'belongsTo'
  | 'manyToMany';

/**
 * The value in code of each field type that a plugin brings; plugins merge theirs into it and list the type in `fieldTypes`.
 *
 * @example
 * declare module 'rustio-admin/plugin' {
 *   interface FieldTypes { geoPoint: { lat: number; lng: number } }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: plugins merge into it
export interface FieldTypes {}
export type CustomKind = keyof FieldTypes & string;
export type Kind = BuiltInKind | CustomKind;

/** required: must be given on insert · optional: nullable, has a default or is generated · virtual: no column */
export type Mode = 'required' | 'optional' | 'virtual';

/** What every field is checked against. LAZY: '~value' stays `unknown`, so that the checker skips it unresolved. */
export interface AnyField {
  readonly kind: Kind;
  /** The options as they were written; the registry reads them, nobody else. */
  readonly options: object;
  readonly '~value': unknown;
  readonly '~mode': unknown;
}
export type Fields = { readonly [name: string]: AnyField };

export interface Column<K extends Kind, V, M extends Mode> extends AnyField {
  readonly kind: K;
  readonly '~value': V;
  readonly '~mode': M;
}
export interface Choice<V extends string, Null extends null, M extends Mode> extends Column<'choice', V | Null, M> {
  readonly values: readonly V[];
}
/** `From`: the field that it is made from; `never` where it is typed. */
export interface Slug<From extends string, Null extends null, M extends Mode> extends Column<'slug', string | Null, M> {
  readonly '~from': From;
}
/** What an array may hold. Neither may be empty nor have a default of its own. */
export type Item =
  | Column<'text', string, 'required'>
  | Column<'integer', number, 'required'>
  | Choice<string, never, 'required'>;
export interface BelongsTo<T, Null extends null, M extends Mode> extends AnyField {
  readonly kind: 'belongsTo';
  readonly target: T;
  readonly '~value': KeyOf<Target<T>> | Null;
  readonly '~mode': M;
}
export interface ManyToMany<T> extends AnyField {
  readonly kind: 'manyToMany';
  readonly target: T;
  readonly through: unknown;
  readonly '~value': never;
  readonly '~mode': 'virtual';
}
export type Identity = Column<'identity', number, 'optional'>;

/**
 * An arrow function that returns a model: `() => Patient`.
 * LAZY: it has no call signature. With `T extends () => unknown` the arrow would get a contextual signature, the checker
 * would resolve its body at once and follow the whole graph of models, depth first, until the stack overflows.
 */
// biome-ignore lint/complexity/noBannedTypes: a constraint without call signature is what keeps the arrow unresolved
export interface ArrowToModel extends Function {}

export type Target<T> = T extends () => infer M ? M : never;
type ValueOf<X> = X extends { readonly '~value': infer V } ? V : never;
/** The key of a model: `number`, `string`, or `{ origin: string; destination: string }`. */
export type KeyOf<M> = M extends { readonly fields: infer F; readonly key: infer K }
  ? K extends keyof F
    ? ValueOf<F[K]>
    : K extends readonly (infer P extends keyof F)[]
      ? { [Q in P]: ValueOf<F[Q]> }
      : never
  : never;

type NullIf<N> = N extends true ? null : never;
type ModeIf<N, D> = N extends true ? 'optional' : [D] extends [never] ? 'required' : 'optional';

/** What every field with a column may say. */
export interface FieldOptions<N extends boolean, D> {
  /** May be NULL; an empty input then means NULL. */
  nullable?: N;
  /** A literal becomes the column's DEFAULT; a function is called by the write door, once a row. */
  default?: D;
  unique?: boolean;
  /** `true`: a B-tree index, so that lists sort and filter by it at any size. `'search'`: a trigram index (pg_trgm) for search. */
  index?: boolean | 'search';
  /** What people read; made from the name when missing (`startsAt` → "Starts at"). */
  label?: string;
  /** One sentence under the input. */
  help?: string;
  /** Name in the database, when it is not the snake_case of the field's name. */
  column?: string;
  /** Shown, never written from a form. */
  readOnly?: boolean;
}
export interface IdentityOptions {
  label?: string;
  help?: string;
  /** Name in the database, when it is not the snake_case of the field's name. */
  column?: string;
}
export interface TextOptions<N extends boolean, D> extends FieldOptions<N, D> {
  /**
   * The column's own type in a table that somebody else keeps (`managed: false`), so that values are compared as it does and
   * its indexes are used: `citext`, or `bpchar`, which is `char(n)`.
   */
  sqlType?: 'citext' | 'bpchar';
  /** Fewest and most characters (Unicode code points). */
  min?: number;
  max?: number;
  multiline?: boolean;
}
export interface NumberOptions<N extends boolean, D, V = number> extends FieldOptions<N, D> {
  min?: V;
  max?: V;
}
export interface DecimalOptions<N extends boolean, D> extends FieldOptions<N, D> {
  /** Digits in all, and digits after the point. */
  precision?: number;
  scale?: number;
  min?: string;
  max?: string;
}
export interface ChoiceOptions<N extends boolean, D, V extends string> extends FieldOptions<N, D> {
  /** The column's enum type in a table that somebody else keeps (`managed: false`), with its schema if need be. */
  sqlType?: string;
  /** What people read for each value; made from the value when missing. */
  labels?: { readonly [P in V]?: string };
  /** The meaning that a badge in lists shows by its colour. */
  tones?: { readonly [P in V]?: Tone };
}
export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad';
export interface SlugOptions<N extends boolean, From extends string> extends Omit<FieldOptions<N, never>, 'default'> {
  /** The text field that the slug is made from when it is left empty. */
  from?: From;
  /** Most characters. @defaultValue 80 */
  max?: number;
  /** @defaultValue true */
  unique?: boolean;
}
export interface MoneyOptions<N extends boolean, D> extends FieldOptions<N, D> {
  /** ISO 4217, such as `'USD'`. It decides how many digits stand after the point. */
  currency: string;
  min?: string;
  max?: string;
}
export interface ArrayOptions<N extends boolean, D> extends Omit<FieldOptions<N, D>, 'unique' | 'index'> {
  /** Fewest and most items. */
  min?: number;
  max?: number;
  /** A GIN index, so that lists filter by it at any size. */
  index?: boolean;
}
export interface BytesOptions<N extends boolean, D> extends Omit<FieldOptions<N, D>, 'unique' | 'index' | 'readOnly'> {
  /** Fewest and most bytes. */
  min?: number;
  max?: number;
}
export interface FileOptions<N extends boolean>
  extends Pick<FieldOptions<N, never>, 'nullable' | 'label' | 'help' | 'column' | 'readOnly'> {
  /** The largest that is taken. @defaultValue '10 MB' */
  max?: Bytes;
  /** What it may hold, told by the content and never by the name. @defaultValue anything */
  types?: readonly FileType[];
}
export interface ImageOptions<N extends boolean> extends Omit<FileOptions<N>, 'types'> {
  /** The largest that is taken. @defaultValue '5 MB' */
  max?: Bytes;
  types?: readonly ImageType[];
  /** The most dots, width times height. @defaultValue 40,000,000 */
  pixels?: number;
}
/** What a field of a plugin's type may say; what bounds mean is for the type to say. */
export interface CustomOptions<N extends boolean, D> extends FieldOptions<N, D> {
  min?: number | bigint | string;
  max?: number | bigint | string;
}
export interface RelationOptions<N extends boolean> {
  nullable?: N;
  unique?: boolean;
  /** Relations are indexed unless this says `false`. */
  index?: boolean;
  /** What happens to this row when the row it points to is deleted. @defaultValue 'restrict' */
  onDelete?: 'restrict' | 'cascade' | (N extends true ? 'setNull' : never);
  label?: string;
  help?: string;
  column?: string;
  readOnly?: boolean;
}
/** The part of Standard Schema (zod, valibot, arktype …) that types and validation need. */
export interface SchemaOf<V> {
  readonly '~standard': {
    readonly types?: { readonly output: V } | undefined;
    readonly validate: (value: unknown) => unknown;
  };
}

export interface FieldApi {
  /** A number made by the database; the key of every model that names none. */
  identity(options?: IdentityOptions): Identity;
  text<N extends boolean = false, D extends string | (() => string) = never>(
    options?: TextOptions<N, D>,
  ): Column<'text', string | NullIf<N>, ModeIf<N, D>>;
  /** A whole number of 32 bits. */
  integer<N extends boolean = false, D extends number | (() => number) = never>(
    options?: NumberOptions<N, D>,
  ): Column<'integer', number | NullIf<N>, ModeIf<N, D>>;
  /** A whole number of 64 bits, a `bigint` in code. */
  bigint<N extends boolean = false, D extends bigint | (() => bigint) = never>(
    options?: NumberOptions<N, D, bigint>,
  ): Column<'bigint', bigint | NullIf<N>, ModeIf<N, D>>;
  /** An exact decimal; travels as a string, so that no digit is lost. */
  decimal<N extends boolean = false, D extends string | (() => string) = never>(
    options?: DecimalOptions<N, D>,
  ): Column<'decimal', string | NullIf<N>, ModeIf<N, D>>;
  boolean<N extends boolean = false, D extends boolean | (() => boolean) = never>(
    options?: FieldOptions<N, D>,
  ): Column<'boolean', boolean | NullIf<N>, ModeIf<N, D>>;
  /** A calendar date, `'2026-11-20'`. */
  date<N extends boolean = false, D extends 'today' | (() => string) = never>(
    options?: FieldOptions<N, D>,
  ): Column<'date', string | NullIf<N>, ModeIf<N, D>>;
  /** A time of day, `'09:30'` or `'09:30:15'`. */
  time<N extends boolean = false, D extends string | (() => string) = never>(
    options?: FieldOptions<N, D>,
  ): Column<'time', string | NullIf<N>, ModeIf<N, D>>;
  /** A moment, to the millisecond; shown in the reader's time zone. */
  timestamp<N extends boolean = false, D extends 'now' | (() => Date) = never>(
    options?: FieldOptions<N, D>,
  ): Column<'timestamp', Date | NullIf<N>, ModeIf<N, D>>;
  /** Date and time on a wall clock somewhere, without a zone: `'2001-01-01 00:47:00'`. */
  localDateTime<N extends boolean = false, D extends string | (() => string) = never>(
    options?: FieldOptions<N, D>,
  ): Column<'localDateTime', string | NullIf<N>, ModeIf<N, D>>;
  uuid<N extends boolean = false, D extends 'random' | (() => string) = never>(
    options?: FieldOptions<N, D>,
  ): Column<'uuid', string | NullIf<N>, ModeIf<N, D>>;
  json<V, N extends boolean = false, D extends V | (() => V) = never>(
    schema: SchemaOf<V>,
    options?: FieldOptions<N, D>,
  ): Column<'json', V | NullIf<N>, ModeIf<N, D>>;
  /** One of a fixed set; stored as text with a named CHECK. */
  choice<const V extends string, N extends boolean = false, D extends V = never>(
    values: readonly V[],
    options?: ChoiceOptions<N, D, V>,
  ): Choice<V, NullIf<N>, ModeIf<N, D>>;
  /**
   * Several texts, whole numbers or choices in one column: `field.array(field.text({ max: 40 }), { max: 20 })`. Without a
   * default a new row has none of them.
   */
  array<
    I extends Item,
    N extends boolean = false,
    D extends readonly ValueOf<I>[] | (() => readonly ValueOf<I>[]) = never,
  >(item: I, options?: ArrayOptions<N, D>): Column<'array', readonly ValueOf<I>[] | NullIf<N>, 'optional'>;
  /** An e-mail address; a `unique` one without regard to capitals. */
  email<N extends boolean = false, D extends string | (() => string) = never>(
    options?: FieldOptions<N, D>,
  ): Column<'email', string | NullIf<N>, ModeIf<N, D>>;
  /** A telephone number with its country, `'+4930123456'`. */
  phone<N extends boolean = false, D extends string | (() => string) = never>(
    options?: FieldOptions<N, D>,
  ): Column<'phone', string | NullIf<N>, ModeIf<N, D>>;
  /** An address of the web, `http` or `https`. */
  url<N extends boolean = false, D extends string | (() => string) = never>(
    options?: FieldOptions<N, D>,
  ): Column<'url', string | NullIf<N>, ModeIf<N, D>>;
  /** A part of an address, made from another field: `field.slug({ from: 'title' })`. Unique unless it says otherwise. */
  slug<const From extends string = never, N extends boolean = false>(
    options?: SlugOptions<N, From>,
  ): Slug<From, NullIf<N>, ModeIf<N, From>>;
  /** An exact amount in one currency; travels as a string, so that no digit is lost. */
  money<N extends boolean = false, D extends string | (() => string) = never>(
    options: MoneyOptions<N, D>,
  ): Column<'money', string | NullIf<N>, ModeIf<N, D>>;
  /** A colour, `'#0d9488'`. */
  colour<N extends boolean = false, D extends string | (() => string) = never>(
    options?: FieldOptions<N, D>,
  ): Column<'colour', string | NullIf<N>, ModeIf<N, D>>;
  /** Text of many lines with Markdown in it. */
  markdown<N extends boolean = false, D extends string | (() => string) = never>(
    options?: Omit<TextOptions<N, D>, 'multiline'>,
  ): Column<'markdown', string | NullIf<N>, ModeIf<N, D>>;
  /** Bytes that code writes and people do not: pages show size and SHA-256. */
  bytes<N extends boolean = false, D extends () => Uint8Array = never>(
    options?: BytesOptions<N, D>,
  ): Column<'bytes', Uint8Array | NullIf<N>, ModeIf<N, D>>;
  /**
   * A file that people upload, `field.file({ max: '10 MB', types: ['application/pdf'] })`. Its value is a random key; content and
   * name are read through the record alone.
   */
  file<N extends boolean = false>(options?: FileOptions<N>): Column<'file', string | NullIf<N>, ModeIf<N, never>>;
  /** A picture: PNG, JPEG, GIF or WebP. A record's page shows it. */
  image<N extends boolean = false>(options?: ImageOptions<N>): Column<'image', string | NullIf<N>, ModeIf<N, never>>;
  /**
   * A field of a type that an enabled plugin brings: `field.custom('geoPoint', { nullable: true })`. Its values have the type
   * that the plugin merges into `FieldTypes`.
   */
  custom<K extends CustomKind, N extends boolean = false, D extends FieldTypes[K] | (() => FieldTypes[K]) = never>(
    type: K,
    options?: CustomOptions<N, D>,
  ): Column<K, FieldTypes[K] | NullIf<N>, ModeIf<N, D>>;
  /** The row holds the key of the target: `field.belongsTo(() => Patient)`. */
  belongsTo<T extends ArrowToModel, N extends boolean = false>(
    target: T,
    options?: RelationOptions<N>,
  ): BelongsTo<T, NullIf<N>, ModeIf<N, never>>;
  /** No column: the pairs live in `through`, a model with one belongsTo to each side. */
  manyToMany<T extends ArrowToModel, J extends ArrowToModel>(
    target: T,
    options: { through: J; label?: string; help?: string; readOnly?: boolean },
  ): ManyToMany<T>;
}

// The phantoms have no run-time half: each maker returns the plain object that the registry reads.
const plain =
  (kind: Kind) =>
  (options: object = {}) =>
    ({ kind, options }) as never;

/** Makers of fields, one a kind. */
export const field: FieldApi = {
  identity: plain('identity'),
  text: plain('text'),
  integer: plain('integer'),
  bigint: plain('bigint'),
  decimal: plain('decimal'),
  boolean: plain('boolean'),
  date: plain('date'),
  time: plain('time'),
  timestamp: plain('timestamp'),
  localDateTime: plain('localDateTime'),
  uuid: plain('uuid'),
  json: (schema, options = {}) => ({ kind: 'json', options, schema }) as never,
  choice: (values, options = {}) => ({ kind: 'choice', options, values }) as never,
  array: (item, options = {}) => ({ kind: 'array', options, item }) as never,
  email: plain('email'),
  phone: plain('phone'),
  url: plain('url'),
  slug: plain('slug'),
  money: plain('money'),
  colour: plain('colour'),
  markdown: plain('markdown'),
  bytes: plain('bytes'),
  file: plain('file'),
  image: plain('image'),
  custom: (kind, options = {}) => ({ kind, options, custom: true }) as never,
  belongsTo: (target, options = {}) => ({ kind: 'belongsTo', options, target }) as never,
  manyToMany: (target, { through, ...options }) => ({ kind: 'manyToMany', options, target, through }) as never,
};

/**
 * `createdAt` and `updatedAt`, which `app.write` maintains. A mixin is a function that returns fields; spread it.
 *
 * @example
 * const Order = defineModel('order', { fields: { name: field.text(), ...timestamps() } });
 */
export function timestamps(): {
  createdAt: Column<'timestamp', Date, 'optional'>;
  updatedAt: Column<'timestamp', Date, 'optional'>;
} {
  return {
    createdAt: field.timestamp({ default: 'now', readOnly: true, label: 'Created' }),
    updatedAt: field.timestamp({ default: 'now', readOnly: true, label: 'Last changed' }),
  };
}
