// The options of each field type, which `declared-field.ts` reads at startup.

import type { Bytes } from '../base/bytes.ts';
import type { FileType, ImageType } from './file-types.ts';

/** Options of every field with a column. */
export interface FieldOptions<N extends boolean, D> {
  /** May be NULL; an empty input then means NULL. */
  nullable?: N;
  /** A literal becomes the column's DEFAULT; a function is called by `app.write`, once per row. */
  default?: D;
  unique?: boolean;
  /**
   * `true`: a B-tree index, so that lists sort and filter by the field at any size. `'search'`: a trigram index (pg_trgm) for
   * search.
   */
  index?: boolean | 'search';
  /** The label shown to users. Derived from the name by default (`startsAt` → "Starts at"). */
  label?: string;
  /** One sentence shown below the input. */
  help?: string;
  /** The column name, if it is not the snake_case of the field's name. */
  column?: string;
  /** The field is shown, but cannot be set in forms. */
  readOnly?: boolean;
  /**
   * Whether the audit trail records only that the value changed, and not the value. Without it, names such as `password` or `apiKey`
   * decide.
   */
  secret?: boolean;
}
export interface IdentityOptions {
  label?: string;
  help?: string;
  /** The column name, if it is not the snake_case of the field's name. */
  column?: string;
}
export interface TextOptions<N extends boolean, D> extends FieldOptions<N, D> {
  /**
   * The column's actual type in an unmanaged table (`managed: false`), so that values are compared by its rules and its indexes are
   * used: `citext`, or `bpchar` for `char(n)`.
   */
  sqlType?: 'citext' | 'bpchar';
  /** Min and max length in characters (Unicode code points). */
  min?: number;
  max?: number;
  multiline?: boolean;
}
export interface NumberOptions<N extends boolean, D, V = number> extends FieldOptions<N, D> {
  min?: V;
  max?: V;
}
export interface DecimalOptions<N extends boolean, D> extends FieldOptions<N, D> {
  /** Total number of digits, and digits after the point. */
  precision?: number;
  scale?: number;
  min?: string;
  max?: string;
}
export interface ChoiceOptions<N extends boolean, D, V extends string> extends FieldOptions<N, D> {
  /** The column's enum type in an unmanaged table (`managed: false`), with its schema if necessary. */
  sqlType?: string;
  /** The label of each value. Derived from the value by default. */
  labels?: { readonly [P in V]?: string };
  /** The tone of each value's badge in lists. */
  tones?: { readonly [P in V]?: Tone };
}
export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad';
export interface SlugOptions<N extends boolean, From extends string> extends Omit<FieldOptions<N, never>, 'default'> {
  /** The text field from which the slug is generated if it is left empty. */
  from?: From;
  /** Max length in characters. @defaultValue 80 */
  max?: number;
  /** @defaultValue true */
  unique?: boolean;
}
export interface MoneyOptions<N extends boolean, D> extends FieldOptions<N, D> {
  /** ISO 4217 code, such as `'USD'`. It determines the number of decimal places. */
  currency: string;
  min?: string;
  max?: string;
}
export interface ArrayOptions<N extends boolean, D> extends Omit<FieldOptions<N, D>, 'unique' | 'index'> {
  /** Min and max number of items. */
  min?: number;
  max?: number;
  /** A GIN index, so that lists filter by the field at any size. */
  index?: boolean;
}
export interface BytesOptions<N extends boolean, D> extends Omit<FieldOptions<N, D>, 'unique' | 'index' | 'readOnly'> {
  /** Min and max size in bytes. */
  min?: number;
  max?: number;
}
export interface FileOptions<N extends boolean>
  extends Pick<FieldOptions<N, never>, 'nullable' | 'label' | 'help' | 'column' | 'readOnly'> {
  /** Max size. @defaultValue '10 MB' */
  max?: Bytes;
  /** Allowed types, detected from the content and never from the name. @defaultValue anything */
  types?: readonly FileType[];
}
export interface ImageOptions<N extends boolean> extends Omit<FileOptions<N>, 'types'> {
  /** Max size. @defaultValue '5 MB' */
  max?: Bytes;
  types?: readonly ImageType[];
  /** Max number of pixels, width times height. @defaultValue 40,000,000 */
  pixels?: number;
}
/** Options of a field of a plugin's type; the type defines what the bounds mean. */
export interface CustomOptions<N extends boolean, D> extends FieldOptions<N, D> {
  min?: number | bigint | string;
  max?: number | bigint | string;
}
export interface RelationOptions<N extends boolean> {
  nullable?: N;
  unique?: boolean;
  /** Whether the relation is indexed. @defaultValue true */
  index?: boolean;
  /** What happens to this row when the row that it references is deleted. @defaultValue 'restrict' */
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
