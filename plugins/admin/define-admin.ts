import { z } from 'zod';
import type { ExtensionName } from '../../core/model/extend-model.ts';
import type { Fields } from '../../core/model/field.ts';
import type { AnyModel, FieldName, FilterName, OrderName, RowShown, SearchName } from '../../core/model/model.ts';

/** A column that is computed from a row. `list` and `fieldsets` can use its name. */
export interface Computed<R> {
  readonly label: string;
  /** Text, number, date or null; escaped when shown. Called once per row, so it must be fast. */
  readonly value: (row: R) => string | number | bigint | boolean | Date | null | undefined;
  readonly align?: 'start' | 'end';
}

/** `C`: names of computed columns; `E`: names of fields that plugins add to the model. */
export interface AdminOptions<F extends Fields, C extends string, E extends string = never> {
  readonly computed?: { readonly [P in C]: Computed<RowShown<F>> };
  /** Columns of the list; the first one links to the record. @defaultValue the label's fields and the first five other fields */
  readonly list?: readonly (FieldName<F> | E | NoInfer<C>)[];
  readonly filters?: readonly (FilterName<F> | E)[];
  readonly search?: readonly (SearchName<F> | E)[];
  /** `-name` sorts in descending order. The key is always appended to make the order total. */
  readonly order?: readonly (OrderName<F> | E | `-${E}`)[];
  /** Rows per page. @defaultValue 50 */
  readonly size?: number;
  /** Sections of the record page and the form. Fields that are not listed follow in a last section. */
  readonly fieldsets?: readonly {
    readonly title: string;
    readonly fields: readonly (FieldName<F> | E | NoInfer<C>)[];
  }[];
  /** Shown in the form but never written. */
  readonly readOnly?: readonly (FieldName<F> | E)[];
  /** The heading under which the dashboard and the navigation list the model. */
  readonly group?: string;
  /**
   * Disables the list, record and form pages; relations show its records without a link. For tables of plugins whose own pages
   * control access. @defaultValue false
   */
  readonly hidden?: boolean;
}

/** Deliberately not generic: this keeps editor hints and declarations short, and no type depends on the parameters. */
export interface ModelAdmin {
  readonly model: AnyModel;
  readonly options: AdminOptions<Fields, string>;
}

/**
 * Declares how the admin shows a model. Names are checked by the compiler and again at startup.
 *
 * @example
 * export const airportAdmin = defineAdmin(Airport, { list: ['code', 'name', 'state'], filters: ['state'], search: ['code', 'name'] });
 */
export function defineAdmin<M extends AnyModel, const C extends string = never>(
  model: M,
  options: AdminOptions<M['fields'], C, ExtensionName<M>>,
): ModelAdmin {
  return { model, options: options as never };
}

const modelAdmin = z.custom<ModelAdmin>(
  (value) => typeof value === 'object' && value !== null && 'model' in value && 'options' in value,
  'must be created with defineAdmin(Model, { … })',
);

/** The options under `plugins.admin` in the config. */
export const adminOptionsSchema = z.strictObject({
  /** The admins of the models, in navigation order. Project models without an entry have no pages. */
  admins: z.array(modelAdmin).readonly().default([]),
});

declare module '../../core/settings.ts' {
  interface PluginOptions {
    admin: typeof adminOptionsSchema;
  }
}
