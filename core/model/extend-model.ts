import type { ReportProblem } from '../errors/boot.ts';
import { unknownModelProblem } from './bind-fields.ts';
import { readField } from './declared-field.ts';
import type { Fields } from './field.ts';
import { compileField } from './field-info.ts';
import type { AnyModel } from './model.ts';
import { fieldNameProblem } from './names.ts';
import type { MutableModel, Resolution } from './resolution.ts';

/**
 * The fields that plugins add to models, as `model.field`. Plugins merge theirs into it, so that `records`, `write`, hooks and
 * `defineAdmin` know them. (`Row<typeof User>` still contains only the fields that the model itself declares.)
 *
 * @example
 * declare module 'rustio-admin/plugin' {
 *   interface ExtendedFields { 'user.phone': string | null }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: plugins merge into it
export interface ExtendedFields {}

/** The fields that plugins add to rows of this model. */
export type ExtensionOf<M extends AnyModel> = string extends M['modelName']
  ? unknown
  : { [P in keyof ExtendedFields as P extends `${M['modelName']}.${infer F}` ? F : never]: ExtendedFields[P] };

/** The added fields in the values of an insert or update. */
export type ExtensionValues<M extends AnyModel> = string extends M['modelName']
  ? unknown
  : { [P in keyof ExtendedFields as P extends `${M['modelName']}.${infer F}` ? F : never]?: ExtendedFields[P] };

/** The names of the fields that plugins add. */
export type ExtensionName<M extends AnyModel> = keyof ExtensionOf<M> & string;

/** Fields that a plugin adds to another plugin's model; created with `extendModel`. */
export interface ModelExtension {
  readonly model: AnyModel;
  readonly fields: Fields;
  /** Whether data access and forms may set the fields even if the model itself is read-only. */
  readonly writable: boolean;
}

/**
 * Adds fields to a model of an earlier plugin or of the project. Their columns come from this plugin's own migrations, and must
 * be nullable or have a default, since the model's owner inserts rows without them. They are listed, shown, filtered, searched
 * and audited like the model's own. With `writable`, users with the `change` permission on the model may set them, even if the
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

// ── at startup

/** The fields that one plugin adds. */
export interface OwnedExtension extends ModelExtension {
  /** The plugin's name. */
  readonly owner: string;
}

/** Adds the fields of plugins to other owners' models, after the model's own fields. */
export function addFields(
  extensions: readonly OwnedExtension[],
  { models, declared, types, report }: Resolution,
): void {
  for (const { owner, model: declaration, fields, writable } of extensions) {
    const { modelName } = declaration;
    const where = `plugin ${owner}: extendModels.${modelName}`;
    const model = models.get(declaration);
    if (model === undefined) {
      report(where, unknownModelProblem(modelName, models.values()));
      continue;
    }
    for (const [name, value] of Object.entries(fields)) {
      const reportField = (problem: string): void => report(`${where}.${name}`, problem);
      const nameProblem = fieldNameProblem(name);
      if (nameProblem !== undefined) {
        reportField(nameProblem);
        continue;
      }
      const existing = model.fields.get(name);
      if (existing !== undefined) {
        reportField(`"${modelName}" has a field "${name}" already, which belongs to ${existing.owner}.`);
        continue;
      }
      const declaredField = readField(value, types, reportField);
      if (declaredField === undefined) continue;
      if (declaredField.typeName === 'identity') {
        reportField('An identity is a key, and a key belongs to the owner of the model.');
        continue;
      }
      const field = compileField(model, name, declaredField, owner);
      field.writable ||= writable;
      declared.set(field, declaredField);
      model.fields.set(name, field);
      if (field.typeName !== 'manyToMany') model.stored.push(field);
    }
  }
}

/**
 * Reports added fields that are not nullable and have no column default. The model's owner may insert rows with its own SQL, where
 * a default that only data access applies has no effect.
 */
export function requireColumns(models: readonly MutableModel[], report: ReportProblem): void {
  for (const model of models) {
    for (const field of model.stored) {
      if (field.owner === model.owner || field.nullable || field.type.sqlDefault(field) !== undefined) continue;
      report(
        `plugin ${field.owner}: extendModels.${model.name}.${field.name}`,
        `It must be nullable or have a database default, since ${model.owner} adds rows to "${model.name}" without it.`,
      );
    }
  }
}
