import { sql } from 'slonik';
import { z } from 'zod';
import { type ConstraintViolation, constraintViolation } from '../database/errors.ts';
import type { Query } from '../database/queries.ts';
import { checkName, fieldsOfConstraint } from '../model/constraint-names.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import type { Issue, Problem } from '../model/issue.ts';
import { isIndexed } from '../query/order.ts';
import type { Reader } from '../query/reader.ts';
import { tableName } from '../query/table-facts.ts';
import { quoteName } from '../sql/quote.ts';
import { valuesBeyondColumns } from './column-limits.ts';
import type { Values } from './types.ts';
import { noSuchRow } from './values.ts';

/** The change that the database rejected. */
export interface RejectedChange {
  readonly model: ModelInfo;
  readonly values: Values;
  /** What the actor may see. Messages name no other fields. */
  readonly reader: Reader;
}

const UNNAMED: readonly Problem[] = [{ field: undefined, issue: { key: 'problem.constraint' } }];

/**
 * Translates a rejection by the database into problems for the user, at the fields concerned. Undefined for any other error. A
 * CHECK that this framework did not generate is reported by its comment, or else by its name. Messages of triggers are not shown,
 * because they are not meant for users. Constraints are looked up in `database`, which must accept queries: the savepoint or the
 * transaction was rolled back.
 */
export async function constraintProblems(
  database: Query | undefined,
  change: RejectedChange,
  error: unknown,
): Promise<readonly Problem[] | undefined> {
  const violation = constraintViolation(error);
  if (violation === undefined) return undefined;
  const { model, values } = change;
  switch (violation.kind) {
    case 'tooLong':
      return tooLongToFind(change);
    case 'width':
    case 'data':
      return seenOnly(change, await valuesBeyondColumns(database, model, values));
    case 'encoding':
      return notInEncoding(model, values, violation.character);
    case 'generated':
      return generatedFields(model, values, violation);
    case 'rowSecurity':
      return [{ field: undefined, issue: { key: 'problem.rowRule' } }];
    case 'rule':
      return UNNAMED;
    default:
      if (database === undefined) return UNNAMED;
      return problemsAtFields(change, violation, await describeConstraint(database, change, violation));
  }
}

/** Removes problems of hidden fields, which a hook may have set: the user must not learn their names. */
function seenOnly({ model, reader }: RejectedChange, problems: readonly Problem[]): readonly Problem[] {
  const isSeen = ({ field }: Problem) =>
    field === undefined || model.stored.some((each) => each.name === field && reader.sees(each));
  return problems.length > 0 && problems.every(isSeen) ? problems : UNNAMED;
}

interface DescribedConstraint {
  readonly columns: readonly string[];
  readonly comment: string | null;
  /** Whether the columns are all those of a domain, any of which may be the cause. */
  readonly isDomain: boolean;
  /** Whether the violated constraint is on the model's own table. */
  readonly isOwn: boolean;
  /** The manyToMany whose `through` model has the violated table. Its violations are reported at that field. */
  readonly linkField: FieldInfo | undefined;
}

function problemsAtFields(
  { model, values, reader }: RejectedChange,
  violation: ConstraintViolation,
  described: DescribedConstraint,
): readonly Problem[] {
  const { linkField, isDomain } = described;
  if (linkField !== undefined)
    return [{ field: linkField.name, issue: constraintIssue(violation, [linkField], values, described) }];
  const violated = described.isOwn ? violatedFields(model, violation, described.columns) : [];
  // Of several columns of the same domain, those whose values may have been the cause.
  const isMissingValue = ({ name }: FieldInfo) => (values[name] ?? null) === null;
  const fields = isDomain
    ? violated.filter((field) => isMissingValue(field) === (violation.kind === 'notNull'))
    : violated;
  // The user must not learn the name of a hidden field, or that its value equals another row's.
  // fault: hidden-field-in-message
  if (!fields.every((field) => reader.sees(field))) return UNNAMED;
  // The form has no such field: the model leaves the column out, or the database generates its value.
  const isMissing = fields.length === 0 || fields.some((field) => field.typeName === 'identity');
  if (violation.kind === 'notNull' && described.isOwn && isMissing && violation.column !== undefined)
    return [{ field: undefined, issue: { key: 'problem.columnMissing', params: { column: violation.column } } }];
  const issue = constraintIssue(violation, fields, values, described);
  if (isDomain && fields.length > 1) return [{ field: undefined, issue }];
  if (fields.length > 0) return fields.map((field) => ({ field: field.name, issue }));
  // For constraints on expressions, such as lower(name) or a range, it is not known which fields they use, and one of them may be
  // hidden.
  const canBeReported = violation.kind === 'unique' || violation.kind === 'exclusion';
  return canBeReported && described.isOwn && model.stored.every((field) => reader.sees(field))
    ? [{ field: undefined, issue }]
    : UNNAMED;
}

const described = sql.type(
  z.object({
    comment: z.string().nullable(),
    columns: z.array(z.string()).nullable(),
    own: z.boolean().nullable(),
    linkTable: z.string().nullable(),
  }),
);

/**
 * Looks up a constraint in the catalogue: its columns, its comment and its table. Tables are compared with their schemas, as the
 * search path resolves them.
 */
async function describeConstraint(
  database: Query,
  { model }: RejectedChange,
  { constraint, schema, table, domain }: ConstraintViolation,
): Promise<DescribedConstraint> {
  if (domain !== undefined) return describeDomain(database, model, { constraint, schema, domain });
  if (table === undefined) return { columns: [], comment: null, isOwn: false, isDomain: false, linkField: undefined };
  const violated = schema === undefined ? quoteName(table) : `${quoteName(schema)}.${quoteName(table)}`;
  const linkFields = [...model.fields.values()].filter((field) => field.through !== undefined);
  const linkTables = linkFields.map((field) => (field.through === undefined ? '' : tableName(field.through.model)));
  const row = await database.maybeOne(described`
    select
      con.comment, coalesce(con.columns, index.columns) as columns,
      -- The error names the partition.
      to_regclass(${tableName(model)}) = coalesce(pg_partition_root(to_regclass(${violated})), to_regclass(${violated})) as own,
      (
        select links."table" from unnest(${sql.array(linkTables, 'text')}) as links ("table")
        where to_regclass(links."table") = to_regclass(${violated}) limit 1
      ) as "linkTable"
    from (select) one
    left join (
      select obj_description(c.oid, 'pg_constraint') as comment, (
        select array_agg(a.attname::text) from pg_attribute a where a.attrelid = c.conrelid and a.attnum = any(c.conkey)
      ) as columns
      from pg_constraint c where c.conname = ${constraint ?? ''} and c.conrelid = to_regclass(${violated})
    ) con on true
    left join (
      -- A unique index that is not a constraint: its columns, and those of its expressions.
      select array_agg(distinct a.attname::text) as columns
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join pg_attribute a on a.attrelid = i.indrelid
      where c.relname = ${constraint ?? ''} and i.indrelid = to_regclass(${violated}) and (
        a.attnum = any(i.indkey) or i.indexprs is not null and exists (
          select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
            and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid = a.attnum
        )
      )
    ) index on true
  `);
  return {
    columns: row?.columns ?? [],
    comment: row?.comment ?? null,
    isOwn: row?.own === true,
    isDomain: false,
    linkField: linkFields[linkTables.indexOf(row?.linkTable ?? '')],
  };
}

const describedDomain = sql.type(z.object({ comment: z.string().nullable(), columns: z.array(z.string()) }));

/** For an error that names a domain but no column: the columns of that domain, of a domain over it, or of an array of it. */
async function describeDomain(
  database: Query,
  model: ModelInfo,
  { constraint, schema, domain }: { constraint: string | undefined; schema: string | undefined; domain: string },
): Promise<DescribedConstraint> {
  const name = schema === undefined ? quoteName(domain) : `${quoteName(schema)}.${quoteName(domain)}`;
  const row = await database.maybeOne(describedDomain`
    with recursive types (oid) as (
      select to_regtype(${name})::oid
      union select t.oid from pg_type t join types on t.typbasetype = types.oid or t.typelem = types.oid
    )
    select
      (
        select obj_description(c.oid, 'pg_constraint')
        from pg_constraint c where c.conname = ${constraint ?? ''} and c.contypid = to_regtype(${name})
      ) as comment,
      array(
        select a.attname::text from pg_attribute a
        where a.attrelid = to_regclass(${tableName(model)}) and a.attnum > 0 and a.atttypid in (select oid from types)
      ) as columns
  `);
  return {
    columns: row?.columns ?? [],
    comment: row?.comment ?? null,
    isOwn: true,
    isDomain: true,
    linkField: undefined,
  };
}

/** In bytes. Shorter values fit into an index, even together with others. */
const MIN_TOO_LONG = 600;

function tooLongToFind(change: RejectedChange): readonly Problem[] {
  const field = longestText(change.model, change.values);
  // A trigger set the value, or another column has it.
  return field === undefined ? UNNAMED : seenOnly(change, [{ field, issue: { key: 'problem.tooLongToFind' } }]);
}

/**
 * PostgreSQL does not always name the index that could not hold the row, so the longest indexed text is assumed to be the cause.
 */
function longestText(model: ModelInfo, values: Values): string | undefined {
  const lengthOf = ({ name }: FieldInfo): number => {
    const value = values[name];
    return Math.max(0, ...[value].flat().map((one) => (typeof one === 'string' ? Buffer.byteLength(one) : 0)));
  };
  const byLength = model.stored
    .filter((field) => lengthOf(field) >= MIN_TOO_LONG)
    .toSorted((one, other) => lengthOf(other) - lengthOf(one));
  // Otherwise, the index is one that the model does not declare, or one on an array.
  return (byLength.find((field) => isIndexed(field)) ?? byLength[0])?.name;
}

/** A character that the database's encoding (such as LATIN1) does not have. */
function notInEncoding(model: ModelInfo, values: Values, character: string | undefined): readonly Problem[] {
  if (character === undefined || character === '') return UNNAMED;
  const issue = { key: 'problem.notInEncoding', params: { character } };
  const problems = model.stored.flatMap(({ name }): readonly Problem[] => {
    const value = values[name];
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return text.includes(character) ? [{ field: name, issue }] : [];
  });
  return problems.length > 0 ? problems : UNNAMED;
}

/** Fields of `generated always` columns: PostgreSQL's detail contains the column's name in any language. */
function generatedFields(model: ModelInfo, values: Values, { detail }: ConstraintViolation): readonly Problem[] {
  const column = /"(.+?)"/.exec(detail ?? '')?.[1];
  const field = model.stored.find((each) => each.column === column && Object.hasOwn(values, each.name));
  return [{ field: field?.name, issue: { key: 'problem.generated' } }];
}

function violatedFields(
  model: ModelInfo,
  { constraint, column, detail, domain }: ConstraintViolation,
  ofConstraint: readonly string[],
): readonly FieldInfo[] {
  const byName = constraint === undefined || !model.managed ? undefined : fieldsOfConstraint(model, constraint);
  if (byName !== undefined) return byName;
  const known = column === undefined ? ofConstraint : [column];
  const columns = known.length === 0 ? columnsIn(detail) : known;
  const fields = model.stored.filter((field) => columns.includes(field.column));
  // If the constraint includes a column that the model leaves out, it does not concern these fields alone; for a domain, any of its
  // columns may be the cause.
  const isPartOfMore = fields.length < columns.length && constraint !== undefined && column === undefined;
  return isPartOfMore && domain === undefined ? [] : fields;
}

/**
 * The columns in PostgreSQL's detail, in any language, for errors without a constraint in the catalogue: "Partition key of the
 * failing row contains (region) = (eu)."
 */
function columnsIn(detail: string | undefined): readonly string[] {
  const [, list] = /\(([^()]+)\) ?= ?\(/.exec(detail ?? '') ?? [];
  return (list ?? '')
    .split(',')
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
    .filter((name) => name !== '');
}

function constraintIssue(
  { kind, constraint }: ConstraintViolation,
  fields: readonly FieldInfo[],
  values: Values,
  { comment }: Pick<DescribedConstraint, 'comment'>,
): Issue {
  const [first] = fields;
  switch (kind) {
    case 'unique':
      if (fields.length < 2) return { key: 'problem.notUnique' };
      return { key: 'problem.notUniqueTogether', params: { fields: fields.map((field) => field.label).join(', ') } };
    case 'foreignKey':
      return first?.target === undefined
        ? { key: 'problem.constraint' }
        : noSuchRow(first, requestedTexts(first, values));
    case 'notNull':
      return { key: 'problem.required' };
    case 'exclusion':
      return comment === null ? { key: 'problem.overlaps' } : { key: 'problem.ruleComment', params: { comment } };
    case 'check':
      return checkIssue(first, constraint, comment);
    default:
      return { key: 'problem.constraint' };
  }
}

/** The issue for a violated CHECK, which is that of a choice, another one generated from the field, or a hand-written one. */
function checkIssue(field: FieldInfo | undefined, constraint: string | undefined, comment: string | null): Issue {
  if (comment !== null) return { key: 'problem.ruleComment', params: { comment } };
  if (field === undefined || constraint === undefined) return { key: 'problem.rejected' };
  if (field.values.length > 0 && constraint === checkName(field, 'choice')) return { key: 'problem.choice' };
  const isGenerated = field.type.checks(field).some(({ suffix }) => constraint === checkName(field, suffix));
  return isGenerated ? { key: 'problem.rejected' } : { key: 'problem.ruleName', params: { name: constraint } };
}

function requestedTexts(field: FieldInfo, values: Values): readonly string[] {
  const value = values[field.name];
  return Array.isArray(value) ? value.map(String) : [String(value ?? '')];
}
