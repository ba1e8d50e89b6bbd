import type { Problem } from '../write/types.ts';
import type { Issue } from './kind.ts';
import { issue } from './parsed.ts';
import type { FieldInfo, ModelInfo } from './registry.ts';

type Values = Readonly<Record<string, unknown>>;

/** Everything that is wrong with values for a new row, or for a change of one; all problems at once. `undefined` is "not given". */
export function validateValues(model: ModelInfo, values: Values, mode: 'insert' | 'update'): Problem[] {
  const problems: Problem[] = [];
  for (const name of Object.keys(values)) {
    if (!model.fields.has(name)) problems.push({ field: name, issue: issue('problem.unknownField', { name }) });
  }
  for (const [name, field] of model.fields) {
    const given = Object.hasOwn(values, name) ? values[name] : undefined;
    const found = given === undefined ? missing(field, mode) : fault(field, given, mode);
    if (found !== undefined) problems.push({ field: name, issue: found });
  }
  return problems;
}

/** The values of a new row with what functions give as defaults. Literal ones are left to the database. */
export function withDefaults(model: ModelInfo, values: Values): Values {
  const made: Record<string, unknown> = {};
  for (const field of model.stored) {
    const given = Object.hasOwn(values, field.name) && values[field.name] !== undefined;
    if (!given && typeof field.default === 'function') made[field.name] = field.default();
  }
  return { ...values, ...made };
}

function missing(field: FieldInfo, mode: 'insert' | 'update'): Issue | undefined {
  const made = field.spec.sqlDefault(field) !== undefined || field.source !== undefined || field.kind === 'identity';
  const optional = field.nullable || field.default !== undefined || made || field.kind === 'manyToMany';
  return mode === 'update' || optional ? undefined : issue('problem.required');
}

function fault(field: FieldInfo, value: unknown, mode: 'insert' | 'update'): Issue | undefined {
  if (mode === 'update' && field.kind === 'identity') return issue('problem.generated');
  if (value === null) return field.nullable ? undefined : issue('problem.required');
  return field.spec.validate(value, field);
}
