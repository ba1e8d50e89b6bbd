import { type ConstraintViolation, constraintViolation } from '../database/errors.ts';
import { fieldsOfConstraint } from '../migrate/names.ts';
import type { Issue } from '../model/kind.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { isIndexed } from '../query/order.ts';
import { noSuchRow } from './given-values.ts';
import type { Problem } from './types.ts';
import type { Values } from './write.ts';

/**
 * What a refusal of the database means to the person who filled in the form, at the fields that it is about. Undefined when
 * the error is no broken constraint. The constraint's name stays inside: it says nothing to him.
 */
export function constraintProblems(model: ModelInfo, values: Values, error: unknown): readonly Problem[] | undefined {
  const violation = constraintViolation(error);
  if (violation === undefined) return undefined;
  if (violation.kind === 'tooLong')
    return [{ field: longestOf(model, values), issue: { key: 'problem.tooLongToFind' } }];
  const link = linkOf(model, violation);
  if (link !== undefined) return [{ field: link.name, issue: issueOf(violation, [link], values) }];
  const fields = violation.table === model.table.at(-1) ? fieldsOf(model, violation) : [];
  if (fields.length === 0) return [{ field: undefined, issue: { key: 'problem.constraint' } }];
  const issue = issueOf(violation, fields, values);
  return fields.map((field) => ({ field: field.name, issue }));
}

/** PostgreSQL does not always say which index could not hold the row; the longest indexed text is what was too much. */
function longestOf(model: ModelInfo, values: Values): string | undefined {
  const lengthOf = ({ name }: FieldInfo): number => String(values[name] ?? '').length;
  const texts = model.stored.filter((field) => isIndexed(field) && typeof values[field.name] === 'string');
  return texts.toSorted((one, other) => lengthOf(other) - lengthOf(one))[0]?.name;
}

/** A pair of a manyToMany that could not be stored is a mistake in that field. */
function linkOf(model: ModelInfo, { table }: ConstraintViolation): FieldInfo | undefined {
  return [...model.fields.values()].find((field) => field.through?.model.table.at(-1) === table);
}

function fieldsOf(model: ModelInfo, violation: ConstraintViolation): readonly FieldInfo[] {
  const { constraint, column, detail } = violation;
  const byName = constraint === undefined ? undefined : fieldsOfConstraint(model, constraint);
  const columns = byName === undefined ? [...(column === undefined ? [] : [column]), ...columnsIn(detail)] : [];
  return byName ?? model.stored.filter((field) => columns.includes(field.column));
}

/**
 * The columns in PostgreSQL's detail, "Key (origin, destination)=(ATL, LAX) already exists.", whatever language it is in. For
 * tables whose constraints others have named.
 */
function columnsIn(detail: string | undefined): readonly string[] {
  const [, list] = /\(([^()]+)\)=\(/.exec(detail ?? '') ?? [];
  return (list ?? '').split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}

function issueOf({ kind }: ConstraintViolation, fields: readonly FieldInfo[], values: Values): Issue {
  const [first] = fields;
  switch (kind) {
    case 'unique':
      if (fields.length < 2) return { key: 'problem.taken' };
      return { key: 'problem.takenTogether', params: { fields: fields.map((field) => field.label).join(', ') } };
    case 'foreignKey':
      return first === undefined ? { key: 'problem.constraint' } : noSuchRow(first, given(first, values));
    case 'notNull':
      return { key: 'problem.required' };
    case 'tooLong':
      return { key: 'problem.tooLongToFind' };
    case 'exclusion':
      return { key: 'problem.overlaps' };
    case 'check':
      return { key: first !== undefined && first.values.length > 0 ? 'problem.choice' : 'problem.refused' };
  }
}

function given(field: FieldInfo, values: Values): readonly string[] {
  const value = values[field.name];
  return Array.isArray(value) ? value.map(String) : [String(value ?? '')];
}
