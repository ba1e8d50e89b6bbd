import type { CheckOf, CheckResult } from '../../core/command.ts';
import type { Kind } from '../../core/model/field.ts';
import { didYouMean } from '../../core/model/nearest.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/registry.ts';
import { valueField } from '../../core/query/sql-names.ts';
import { type FoundColumn, type FoundTable, findTable } from './found-table.ts';

/** Whether tables that are managed elsewhere, and columns that plugins add to models, match their models (`managed: false`). Migrations do not check this. */
export const describedTables: CheckOf<'database'> = {
  name: 'described-tables',
  needs: 'database',
  async run({ app, database }): Promise<CheckResult> {
    const described = app.models.all.filter((model) => !model.managed || hasForeignFields(model));
    const problems: string[] = [];
    for (const model of described) problems.push(...problemsOf(model, await findTable(database, model)));
    if (problems.length === 0)
      return { status: 'ok', message: `${described.length} described tables match their models.` };
    return {
      status: 'failed',
      message: problems.join('\n'),
      fix: 'Correct the models (docs/existing-database.md), or the tables.',
    };
  },
};

function hasForeignFields(model: ModelInfo): boolean {
  return model.stored.some((field) => field.owner !== model.owner);
}

/** Everything in which the table is not what the model says, and what would fail because of it. */
export function problemsOf(model: ModelInfo, table: FoundTable | undefined): readonly string[] {
  const name = model.table.join('.');
  if (table === undefined) return [`${model.name}: there is no table or view "${name}".`];
  // Tables of the project are kept by its migrations; columns that plugins add to them by theirs.
  const fields = model.managed ? model.stored.filter((field) => field.owner !== model.owner) : model.stored;
  const told = fields.flatMap((field) => {
    const problem = columnProblem(field, table);
    const of = field.owner === model.owner ? '' : ` (added by ${field.owner})`;
    return problem === undefined ? [] : [`${model.name}.${field.name}${of}: ${problem}`];
  });
  if (model.managed) return told;
  if (table.kind === 'view' && !model.readOnly) told.push(`${model.name}: "${name}" is a view; say readOnly: true.`);
  if (table.kind === 'table' && told.length === 0 && !isKey(model, table)) {
    const columns = model.key.map(({ column }) => `"${column}"`).join(', ');
    told.push(
      `${model.name}: nothing keeps two rows of "${name}" from having the same ${columns}, so none can be opened or changed ` +
        'for sure. Name a key that is one, give the table one, or describe a view over it that has one.',
    );
  }
  return told;
}

function columnProblem(field: FieldInfo, table: FoundTable): string | undefined {
  const column = table.columns.get(field.column);
  if (column === undefined) {
    return `there is no column "${field.column}".${didYouMean(field.column, [...table.columns.keys()])}`;
  }
  const kind = typeProblem(field, column);
  if (kind !== undefined) return kind;
  // Columns of a view never say that they are not null.
  if (table.kind === 'table' && !column.notNull && !field.nullable) {
    return `the column "${field.column}" may be empty; say nullable: true.`;
  }
  if (column.generated && !(field.readOnly && field.nullable)) {
    return `the column "${field.column}" is generated; say readOnly: true and nullable: true.`;
  }
  return undefined;
}

const TEXT = ['text', 'varchar', 'bpchar', 'citext', 'name'];
/** Types that a kind reads without losing anything. A kind that is not here is not compared. */
const TYPES: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  identity: ['int8', 'int4', 'int2'],
  text: TEXT,
  choice: TEXT,
  email: TEXT,
  phone: TEXT,
  url: TEXT,
  slug: TEXT,
  colour: TEXT,
  markdown: TEXT,
  integer: ['int4', 'int2'],
  bigint: ['int8'],
  decimal: ['numeric'],
  money: ['numeric'],
  boolean: ['bool'],
  date: ['date'],
  time: ['time'],
  timestamp: ['timestamptz'],
  localDateTime: ['timestamp'],
  uuid: ['uuid'],
  json: ['jsonb'],
  bytes: ['bytea'],
};

function typeProblem(field: FieldInfo, { name, type, values }: FoundColumn): string | undefined {
  const holder = valueField(field);
  if (holder.kind === 'choice' && values !== null) return enumProblem(holder, type, values);
  const known = TYPES[holder.kind];
  if (known === undefined || known.includes(type)) return undefined;
  return `the column "${name}" is ${type}, which a field of kind ${holder.kind} does not hold (${known.join(', ')}).`;
}

/** An enum takes no text, and no value that it does not list. */
function enumProblem(field: FieldInfo, type: string, values: readonly string[]): string | undefined {
  if (field.spec.cast(field) === 'text')
    return `the column is of an enum type; say sqlType: '${type.replaceAll('"', '')}'.`;
  const unknown = field.values.filter((value) => !values.includes(value));
  if (unknown.length > 0) return `the enum does not know ${unknown.map((value) => `"${value}"`).join(', ')}.`;
  const left = values.filter((value) => !field.values.includes(value));
  return left.length === 0 ? undefined : `the enum also has ${left.map((value) => `"${value}"`).join(', ')}; add it.`;
}

function isKey({ key }: ModelInfo, { keys }: FoundTable): boolean {
  const columns = new Set(key.map(({ column }) => column));
  return keys.some((unique) => unique.every((column) => columns.has(column)));
}
