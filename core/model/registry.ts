import type { FragmentSqlToken } from 'slonik';
import type { Kind } from './field.ts';
import type { FieldType } from './kind.ts';
import type { AnyModel } from './model.ts';

/** A field after the boot: names resolved, relations bound, options read. */
export interface FieldInfo {
  readonly model: ModelInfo;
  readonly name: string;
  /** Who declared it: the model's owner, or the plugin that adds it to the model. */
  readonly owner: string;
  /** Whether data access may write it: fields of a read-only model are written by their plugin's own code alone. */
  readonly writable: boolean;
  /** Empty for a manyToMany. */
  readonly column: string;
  /**
   * Only of a computed column of a list (`core/query/computed-field.ts`): what it is computed from, over the alias `t` of the
   * model's table. Such a field is in no model's `fields`.
   */
  readonly expression?: FragmentSqlToken;
  readonly kind: Kind;
  readonly spec: FieldType;
  readonly label: string;
  readonly help: string;
  readonly nullable: boolean;
  readonly unique: boolean;
  readonly index: boolean | 'search';
  readonly readOnly: boolean;
  readonly default: unknown;
  readonly min: number | bigint | string | undefined;
  readonly max: number | bigint | string | undefined;
  readonly multiline: boolean;
  readonly precision: number | undefined;
  readonly scale: number | undefined;
  readonly values: readonly string[];
  /** file, image: what it may hold; empty: anything. `max` is the largest, in bytes. */
  readonly types: readonly string[];
  /** image: the most dots. */
  readonly pixels: number | undefined;
  /** money: the ISO 4217 code of the currency. */
  readonly currency: string | undefined;
  /** array: what each of its items is. It has no column of its own. */
  readonly item: FieldInfo | undefined;
  /** slug: the field that it is made from when nobody gives one. */
  readonly source: FieldInfo | undefined;
  readonly valueLabels: Readonly<Record<string, string>>;
  readonly tones: Readonly<Record<string, string>>;
  readonly schema: { readonly '~standard': { readonly validate: (value: unknown) => unknown } } | undefined;
  /** belongsTo and manyToMany: where it points. */
  readonly target: ModelInfo | undefined;
  readonly onDelete: 'restrict' | 'cascade' | 'setNull';
  /** manyToMany: the model of the pairs, its relation to this model and to the target. */
  readonly through: { readonly model: ModelInfo; readonly near: FieldInfo; readonly far: FieldInfo } | undefined;
}

/** A model after the boot: what its declaration means, with the fields that plugins add. */
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
  readonly pick: 'viewers' | 'everybody';
  /** Relations of other models (and of itself) that point here. */
  readonly inbound: readonly FieldInfo[];
}

/**
 * Whether a row of the model may be changed through data access: a read-only model may have fields of other plugins that may.
 *
 * @example
 * models: (model) => isEditable(model),
 */
export function isEditable(model: ModelInfo): boolean {
  return !model.readOnly || [...model.fields.values()].some((field) => field.writable);
}

/** All models of an application, by every name under which they are asked for. */
export interface Models {
  readonly all: readonly ModelInfo[];
  byName(name: string): ModelInfo | undefined;
  bySlug(address: string): ModelInfo | undefined;
  /** The resolved form of a declared model; throws RIO-MODEL-UNKNOWN when it is not part of the application. */
  of(model: AnyModel): ModelInfo;
}
