import { type FragmentSqlToken, sql } from 'slonik';
import { kinds } from '../model/kinds/index.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';

/** Types of computed columns: those whose fields need no option to be complete. */
export type ComputedType = 'text' | 'integer' | 'bigint' | 'boolean' | 'date' | 'timestamp' | 'uuid';

export interface ComputedSource {
  /** Unique among the computed columns and filters of the listing. */
  readonly name: string;
  readonly label: string;
  readonly type: ComputedType;
  /** Over the alias `t` of the model's table. */
  readonly expression: FragmentSqlToken;
  /** @defaultValue true */
  readonly sortable?: boolean;
}

/** Begins the names of computed columns and of filters by a condition in query strings; no field's name has it. */
export const COMPUTED = '*';

/**
 * A column that PostgreSQL computes in the statement of a list. To the builders of list SQL it is a field like any other: it is
 * sorted by, has a place in cursors, and may be NULL. It has no index, so larger tables are not sorted by it.
 *
 * @example
 * computedField(model, {
 *   name: 'comments',
 *   label: 'Comments',
 *   type: 'bigint',
 *   expression: sql.fragment`select count(*) from comment c where c.record_key = t.id::text`,
 * }) // sort=*comments
 */
export function computedField(model: ModelInfo, source: ComputedSource): FieldInfo {
  const name = COMPUTED + source.name;
  const spec = kinds[source.type];
  return {
    model,
    name,
    column: name,
    expression: source.expression,
    owner: model.owner,
    writable: false,
    kind: source.type,
    spec: source.sortable === false ? { ...spec, sortable: false } : spec,
    label: source.label,
    help: '',
    nullable: true,
    unique: false,
    index: false,
    readOnly: true,
    default: undefined,
    min: undefined,
    max: undefined,
    multiline: false,
    precision: undefined,
    scale: undefined,
    values: [],
    types: [],
    pixels: undefined,
    currency: undefined,
    item: undefined,
    source: undefined,
    valueLabels: {},
    tones: {},
    schema: undefined,
    target: undefined,
    onDelete: 'restrict',
    through: undefined,
  };
}

/** The field that stands for a `ConditionFilter`. It is never read as a column: its values are conditions. */
export function conditionField(
  model: ModelInfo,
  { name, label }: { readonly name: string; readonly label: string },
): FieldInfo {
  return computedField(model, { name, label, type: 'text', expression: sql.fragment`null`, sortable: false });
}
