import { roundingIssue } from './column-precision.ts';
import type { DbRow, DbValue, FieldInfo, ModelInfo } from './field-type.ts';
import { createIssue, type Issue, type Problem } from './issue.ts';

type Values = Readonly<Record<string, unknown>>;

const filledByDatabase = new WeakSet<FieldInfo>();

/**
 * Whether an unmanaged column has a default that the model does not declare: a sequence, a function, `now()`. Such a field is not
 * required in a new row.
 */
export function isFilledByDatabase(field: FieldInfo): boolean {
  // fault: default-of-the-database
  return filledByDatabase.has(field);
}

/** Sets what `loadTableFacts` read from the catalogue. */
export function setFilledByDatabase(field: FieldInfo, isFilled: boolean): void {
  if (isFilled) filledByDatabase.add(field);
  else filledByDatabase.delete(field);
}

/**
 * All problems with the values of a new row, or of a change to one. `undefined` means "not given". `stored`: the current
 * row. Array items that it already contains are not validated again.
 */
export function validateValues(
  model: ModelInfo,
  values: Values,
  mode: 'insert' | 'update',
  stored: DbRow = {},
): Problem[] {
  const problems: Problem[] = [];
  for (const name of Object.keys(values)) {
    if (!model.fields.has(name)) problems.push({ field: name, issue: createIssue('problem.unknownField', { name }) });
  }
  for (const [name, field] of model.fields) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const issue = value === undefined ? missingIssue(field, mode) : valueIssue(field, value, mode, stored[name]);
    if (issue !== undefined) problems.push({ field: name, issue });
  }
  return problems;
}

/** The values of a new row with defaults computed by functions. Literal defaults are left to the database. */
export function withDefaults(model: ModelInfo, values: Values): Values {
  const defaults: Record<string, unknown> = {};
  for (const field of model.stored) {
    const isGiven = Object.hasOwn(values, field.name) && values[field.name] !== undefined;
    if (!isGiven && typeof field.default === 'function') defaults[field.name] = field.default();
  }
  return { ...values, ...defaults };
}

function missingIssue(field: FieldInfo, mode: 'insert' | 'update'): Issue | undefined {
  const generated =
    field.type.sqlDefault(field) !== undefined ||
    field.source !== undefined ||
    field.typeName === 'identity' ||
    isFilledByDatabase(field);
  const optional = field.nullable || field.default !== undefined || generated || field.typeName === 'manyToMany';
  return mode === 'update' || optional ? undefined : createIssue('problem.required');
}

function valueIssue(
  field: FieldInfo,
  value: unknown,
  mode: 'insert' | 'update',
  stored: DbValue | undefined,
): Issue | undefined {
  if (mode === 'update' && field.typeName === 'identity') return createIssue('problem.generated');
  if (value === null) return field.nullable ? undefined : createIssue('problem.required');
  const issue =
    stored === undefined || stored === null || field.type.validateChange === undefined
      ? field.type.validate(value, field)
      : field.type.validateChange(value, stored, field);
  // Times set by code, such as `new Date()`, may be rounded. Digits that users enter must not be lost; see `readForm`.
  return issue ?? (value instanceof Date ? undefined : roundingIssue(field, value));
}
