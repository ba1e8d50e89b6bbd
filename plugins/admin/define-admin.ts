import type { ExtensionName } from '../../core/model/extend-model.ts';
import type { Fields } from '../../core/model/field.ts';
import type { AnyModel, FieldName, FilterName, OrderName, RowShown, SearchName } from '../../core/model/model.ts';

/** A column that is computed from a row. Its name may stand in `list` and `fieldsets`. */
export interface Computed<R> {
  readonly label: string;
  /** Text, number, date or null; shown escaped. Called once a row, so nothing slow. */
  readonly value: (row: R) => string | number | bigint | boolean | Date | null | undefined;
  readonly align?: 'start' | 'end';
}

/** `C`: names of computed columns; `E`: of fields that plugins add to the model. */
export interface AdminOptions<F extends Fields, C extends string, E extends string = never> {
  readonly computed?: { readonly [P in C]: Computed<RowShown<F>> };
  /** Columns of the list; the first links to the record. @defaultValue the label's fields and the first five others */
  readonly list?: readonly (FieldName<F> | E | NoInfer<C>)[];
  readonly filters?: readonly (FilterName<F> | E)[];
  readonly search?: readonly (SearchName<F> | E)[];
  /** `-name` is descending. The key is always added, so that no order is left to chance. */
  readonly order?: readonly (OrderName<F> | E | `-${E}`)[];
  /** Rows a page. @defaultValue 50 */
  readonly size?: number;
  /** Sections of detail and form; fields that stand in none follow in a last one. */
  readonly fieldsets?: readonly {
    readonly title: string;
    readonly fields: readonly (FieldName<F> | E | NoInfer<C>)[];
  }[];
  /** Shown in the form, never written from it. */
  readonly readOnly?: readonly (FieldName<F> | E)[];
  /** A heading under which the index and the navigation group the model. */
  readonly group?: string;
  /**
   * No pages: neither list nor record nor form, and relations show its records without a link. For tables of plugins whose own
   * pages decide what is seen. @defaultValue false
   */
  readonly hidden?: boolean;
}

/** Not generic on purpose: short in editors and in declarations, and nothing's type depends on it. */
export interface ModelAdmin {
  readonly model: AnyModel;
  readonly options: AdminOptions<Fields, string>;
}

/**
 * Declares how the admin shows a model. Names are checked by type here, and again at boot.
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
