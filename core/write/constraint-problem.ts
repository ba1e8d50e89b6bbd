import { type ConstraintViolation, constraintViolation } from '../database/errors.ts';
import { checkName, fieldsOfConstraint } from '../migrate/names.ts';
import type { Issue } from '../model/kind.ts';
import { countCharacters } from '../model/plain-text.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { outsideOf } from '../model/whole-number.ts';
import { isIndexed } from '../query/order.ts';
import { noSuchRow } from './given-values.ts';
import type { Problem } from './types.ts';
import type { Values } from './write.ts';

/**
 * What a refusal of the database means to the person who filled in the form, at the fields that it is about. Undefined when
 * the error is none. Names of constraints and the words of triggers stay inside: they are not meant for him.
 */
export function constraintProblems(model: ModelInfo, values: Values, error: unknown): readonly Problem[] | undefined {
  const violation = constraintViolation(error);
  if (violation === undefined) return undefined;
  if (violation.kind === 'tooLong')
    return [{ field: longestOf(model, values), issue: { key: 'problem.tooLongToFind' } }];
  if (violation.kind === 'width') return tooWide(model, values, violation.limit);
  if (violation.kind === 'data') return model.managed ? undefined : outOfRange(model, values);
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

/** A varchar(n) or char(n) that somebody else made: every text that is longer is told. */
function tooWide(model: ModelInfo, values: Values, limit: number | undefined): readonly Problem[] {
  const problems = model.stored.flatMap(({ name }): readonly Problem[] => {
    const value = values[name];
    const length = typeof value === 'string' ? countCharacters(value) : 0;
    if (limit === undefined || length <= limit) return [];
    return [{ field: name, issue: { key: 'problem.tooLong', params: { max: limit, length } } }];
  });
  return problems.length > 0 ? problems : [{ field: undefined, issue: { key: 'problem.constraint' } }];
}

const INT2 = { min: -(2 ** 15), max: 2 ** 15 - 1 };

/** A smallint is a whole number with a narrower range than the kind's. What else a column cannot hold concerns the record. */
function outOfRange(model: ModelInfo, values: Values): readonly Problem[] {
  const problems = model.stored.flatMap((field): readonly Problem[] => {
    const value = values[field.name];
    const found = field.kind === 'integer' && typeof value === 'number' ? outsideOf(value, INT2, {}) : undefined;
    return found === undefined ? [] : [{ field: field.name, issue: found }];
  });
  return problems.length > 0 ? problems : [{ field: undefined, issue: { key: 'problem.constraint' } }];
}

/** A pair of a manyToMany that could not be stored is a mistake in that field. */
function linkOf(model: ModelInfo, { table }: ConstraintViolation): FieldInfo | undefined {
  if (table === undefined) return undefined;
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

function issueOf({ kind, constraint }: ConstraintViolation, fields: readonly FieldInfo[], values: Values): Issue {
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
    case 'width':
      return { key: 'problem.tooLongToFind' };
    case 'data':
    case 'rule':
      return { key: 'problem.constraint' };
    case 'exclusion':
      return { key: 'problem.overlaps' };
    case 'check':
      return { key: isChoiceCheck(first, constraint) ? 'problem.choice' : 'problem.refused' };
  }
}

/** The one that keeps a choice to its values. Any other CHECK on the column has another meaning. */
function isChoiceCheck(field: FieldInfo | undefined, constraint: string | undefined): boolean {
  return field !== undefined && field.values.length > 0 && constraint === checkName(field, 'choice');
}

function given(field: FieldInfo, values: Values): readonly string[] {
  const value = values[field.name];
  return Array.isArray(value) ? value.map(String) : [String(value ?? '')];
}
