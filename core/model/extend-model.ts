import type { Fields } from './field.ts';
import type { AnyModel } from './model.ts';

/**
 * The fields that plugins add to models, as `model.field`. Plugins merge theirs into it, so that `records`, `write`, hooks and
 * `defineAdmin` know them. (`Row<typeof User>` stays what the model's own plugin declared.)
 *
 * @example
 * declare module 'rustio-admin/plugin' {
 *   interface ExtendedFields { 'user.phone': string | null }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: plugins merge into it
export interface ExtendedFields {}

/** What plugins add to rows of this model. */
export type ExtensionOf<M extends AnyModel> = string extends M['modelName']
  ? unknown
  : { [P in keyof ExtendedFields as P extends `${M['modelName']}.${infer F}` ? F : never]: ExtendedFields[P] };

/** The same for what an insert or update takes. */
export type ExtensionValues<M extends AnyModel> = string extends M['modelName']
  ? unknown
  : { [P in keyof ExtendedFields as P extends `${M['modelName']}.${infer F}` ? F : never]?: ExtendedFields[P] };

/** The names of the fields that plugins add. */
export type ExtensionName<M extends AnyModel> = keyof ExtensionOf<M> & string;

/** Fields that a plugin adds to another plugin's model; made with `extendModel`. */
export interface ModelExtension {
  readonly model: AnyModel;
  readonly fields: Fields;
  /** Whether data access and forms may set the fields although the model itself is read-only. */
  readonly writable: boolean;
}

/**
 * Adds fields to a model of an earlier plugin or of the project. Their columns come from this plugin's own migrations, and must be
 * nullable or have a default, since the model's owner inserts rows without them. They are listed, shown, filtered, searched and
 * audited like the model's own. With `writable`, people with the permission `change` of the model may set them, also where the
 * model itself is read-only.
 *
 * @example
 * // migrations/0001_phone.sql: alter table rustio_user add column phone text;
 * extendModels: [extendModel(User, { phone: field.phone({ nullable: true }) }, { writable: true })],
 *
 * declare module 'rustio-admin/plugin' {
 *   interface ExtendedFields { 'user.phone': string | null }
 * }
 */
export function extendModel(
  model: AnyModel,
  fields: Fields,
  options: { readonly writable?: boolean } = {},
): ModelExtension {
  return { model, fields, writable: options.writable ?? false };
}
