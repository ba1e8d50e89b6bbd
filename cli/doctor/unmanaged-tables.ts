import { didYouMean } from '../../core/base/nearest.ts';
import type { CheckOf, CheckResult } from '../../core/command.ts';
import { databaseError } from '../../core/database/errors.ts';
import type { Query } from '../../core/database/pool.ts';
import { wordsOf } from '../../core/migrate/drift.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { plan } from '../../core/migrate/status.ts';
import type { FieldTypeName } from '../../core/model/field.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import { valueField } from '../../core/query/field-sql.ts';
import { type DatabaseColumn, type DatabaseTable, findTable } from './database-table.ts';
import { tableWarnings } from './table-warnings.ts';

/**
 * Whether unmanaged tables (`managed: false`) and columns that plugins add to models match the models. Migrations do not check
 * these.
 */
export const unmanagedTables: CheckOf<'database'> = {
  name: 'unmanaged-tables',
  needs: 'database',
  async run({ app, database, project }): Promise<CheckResult> {
    const changing = await pendingWords(app.database.url, migrationSources(project.folder, app.plugins));
    const all = app.models.all.filter((model) => !model.managed || hasPluginFields(model));
    const described = all.filter(({ table }) => !changing.has(table.at(-1) ?? ''));
    const skipped = all.filter((model) => !described.includes(model)).map(({ name }) => name);
    const notes =
      skipped.length === 0 ? [] : [`Not compared because pending migrations change them: ${skipped.join(', ')}.`];
    const problems: string[] = [];
    const warnings: string[] = [];
    for (const model of described) {
      const compared = await compareOne(database, model);
      problems.push(...compared.problems);
      warnings.push(...compared.warnings);
    }
    if (problems.length === 0 && warnings.length === 0) {
      const count = described.length;
      const message =
        count === 1 ? '1 unmanaged table matches its model.' : `${count} unmanaged tables match their models.`;
      return { status: 'ok', message: [message, ...notes].join('\n') };
    }
    return {
      status: problems.length > 0 ? 'failed' : 'warning',
      message: [...problems, ...warnings, ...notes].join('\n'),
      fix: 'Fix the models (docs/existing-database.md) or the tables.',
    };
  },
};

/** The words of pending migrations. Files that cannot be read are reported by the check of migrations. */
async function pendingWords(...of: Parameters<typeof plan>): Promise<ReadonlySet<string>> {
  return wordsOf((await plan(...of).catch(() => ({ pending: [] }))).pending);
}

/** If a table cannot be inspected, the other tables are still checked. */
async function compareOne(
  database: Query,
  model: ModelInfo,
): Promise<{ readonly problems: readonly string[]; readonly warnings: readonly string[] }> {
  try {
    const table = await findTable(database, model);
    return {
      problems: compareTable(model, table),
      warnings: table === undefined ? [] : tableWarnings(model, table),
    };
  } catch (error) {
    const reason = databaseError(error)?.message;
    if (reason === undefined) throw error;
    return { problems: [`${model.name}: ${reason}.`], warnings: [] };
  }
}

function hasPluginFields(model: ModelInfo): boolean {
  return model.stored.some((field) => field.owner !== model.owner);
}

/** All differences between a table and its model that would cause failures. */
export function compareTable(model: ModelInfo, table: DatabaseTable | undefined): readonly string[] {
  const name = model.table.join('.');
  if (table === undefined) return [`${model.name}: the table or view "${name}" does not exist.`];
  // Migrations cover the project's own tables, but not the columns that plugins add to them.
  const fields = model.managed ? model.stored.filter((field) => field.owner !== model.owner) : model.stored;
  const problems = fields.flatMap((field) => {
    const problem = columnProblem(field, table);
    const of = field.owner === model.owner ? '' : ` (added by ${field.owner})`;
    return problem === undefined ? [] : [`${model.name}.${field.name}${of}: ${problem}`];
  });
  if (model.managed) return problems;
  if (table.kind === 'view' && !table.writable && !model.readOnly)
    problems.push(`${model.name}: "${name}" is a view that cannot be changed; set readOnly: true.`);
  if (table.kind === 'table' && problems.length === 0 && !isKey(model, table)) {
    const columns = model.key.map(({ column }) => `"${column}"`).join(', ');
    problems.push(
      `${model.name}: "${name}" has no primary key or unique constraint on ${columns}, so a row cannot be identified reliably. ` +
        'Declare another key, add a constraint to the table, or use a view that has a unique key.',
    );
  }
  return problems;
}

function columnProblem(field: FieldInfo, table: DatabaseTable): string | undefined {
  const column = table.columns.get(field.column);
  if (column === undefined) {
    return `the column "${field.column}" does not exist.${didYouMean(field.column, [...table.columns.keys()])}`;
  }
  const wrongType = typeProblem(field, column);
  if (wrongType !== undefined) return wrongType;
  // In the catalogs, columns of a view are always nullable.
  if (table.kind === 'table' && !column.notNull && !field.nullable) {
    return `the column "${field.column}" is nullable; set nullable: true.`;
  }
  const isKeyPart = field.model.key.includes(field);
  if (column.generated && !(field.readOnly && (field.nullable || isKeyPart))) {
    return `the column "${field.column}" is generated; set readOnly: true${isKeyPart ? '' : ' and nullable: true'}.`;
  }
  return undefined;
}

const TEXT = ['text', 'varchar', 'bpchar', 'citext', 'name'];
/** The column types that each field type reads without loss. Field types that are not listed are not compared. */
const TYPES: Readonly<Partial<Record<FieldTypeName, readonly string[]>>> = {
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

function typeProblem(field: FieldInfo, { name, type, values }: DatabaseColumn): string | undefined {
  const holder = valueField(field);
  if (holder.typeName === 'choice' && values !== null) return enumProblem(holder, type, values);
  const supported = TYPES[holder.typeName];
  if (supported === undefined || supported.includes(type)) return undefined;
  return `the column "${name}" has the type ${type}, which a field of type ${holder.typeName} does not support (${supported.join(', ')}).`;
}

/** An enum accepts only its own values, and only with a cast. */
function enumProblem(field: FieldInfo, type: string, values: readonly string[]): string | undefined {
  if (field.type.cast(field) === 'text')
    return `the column has an enum type; set sqlType: '${type.replaceAll('"', '')}'.`;
  const unknown = field.values.filter((value) => !values.includes(value));
  if (unknown.length > 0) return `the enum does not have ${unknown.map((value) => `"${value}"`).join(', ')}.`;
  const undeclared = values.filter((value) => !field.values.includes(value));
  if (undeclared.length === 0) return undefined;
  return `the enum also has ${undeclared.map((value) => `"${value}"`).join(', ')}; add it.`;
}

function isKey({ key }: ModelInfo, { keys }: DatabaseTable): boolean {
  const columns = new Set(key.map(({ column }) => column));
  return keys.some((unique) => unique.every((column) => columns.has(column)));
}
