import type { Fields } from './field.ts';
import type { AnyModel } from './model.ts';

/** Fields that a plugin adds to another plugin's model; made with `extendModel`. */
export interface ModelExtension {
  readonly model: AnyModel;
  readonly fields: Fields;
  /** Whether forms may set the fields although the model itself is read-only. */
  readonly writable: boolean;
}

/**
 * Adds fields to a model of an earlier plugin. Their columns come from this plugin's own migrations, and must be nullable or have
 * a default, since the other plugin inserts rows without them. They are shown, filtered and audited like the model's own.
 *
 * @example
 * // migrations/0001_phone.sql: alter table rustio_user add column phone text;
 * extendModels: [extendModel(User, { phone: field.phone({ nullable: true }) }, { writable: true })],
 *
 * declare module 'rustio-admin/auth' {
 *   interface User { phone: string | null }
 * }
 */
export function extendModel(
  model: AnyModel,
  fields: Fields,
  options: { readonly writable?: boolean } = {},
): ModelExtension {
  return { model, fields, writable: options.writable ?? false };
}
