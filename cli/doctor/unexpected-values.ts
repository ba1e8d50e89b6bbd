import { sql } from 'slonik';
import type { CheckOf, CheckResult } from '../../core/command.ts';
import { databaseError, isUnreadable } from '../../core/database/errors.ts';
import type { Query } from '../../core/database/pool.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import { keyText } from '../../core/model/key.ts';
import { isUnexpected, rowSchema } from '../../core/model/row.ts';
import { displaySql, largeValues, largeValuesSql } from '../../core/query/display-sql.ts';
import { columnSql, tableSql } from '../../core/query/field-sql.ts';
import { LARGE } from '../../core/sql/aliases.ts';
import { comma, joinFragments } from '../../core/sql/fragments.ts';
import { describeRows, rowsWithoutTarget } from './missing-targets.ts';

/** Number of rows read from each end of the key, per table. */
const SAMPLE = 500;
/** Max values reported per model and field. */
const MAX_REPORTED = 3;

/**
 * Whether the values in a sample of rows fit their fields. Other programs and edited migrations may store values that no form
 * accepts: lists show them as they are, but code may not expect them.
 */
export const oddRows: CheckOf<'database'> = {
  name: 'unexpected-values',
  needs: 'database',
  async run({ app, database }): Promise<CheckResult> {
    const problems: string[] = [];
    let rows = 0;
    for (const model of app.models.all) {
      const sample = await sampleRows(database, model).catch((error: unknown) => {
        // fault: failing-view-not-reported
        if (isUnreadable(error))
          problems.push(`${model.name}: the rows cannot be read: ${databaseError(error)?.message}`);
        return undefined;
      });
      // Tables that do not exist, or may not be read, are reported by `unmanaged-tables`, `migrations` and `privileges`.
      if (sample === undefined) continue;
      rows += sample.length;
      problems.push(...repeatedKeys(model, sample), ...model.stored.flatMap((field) => oddValues(field, sample)));
      // In managed tables, constraints prevent both.
      if (model.managed) continue;
      problems.push(...repeatedValues(model, sample), ...(await orphans(database, model, sample)));
    }
    if (problems.length === 0) return { status: 'ok', message: `The values of ${rows} sampled rows fit their fields.` };
    return {
      status: 'warning',
      message: problems.join('\n'),
      fix: 'Correct the rows, which can be opened in the admin, the view or function that fails, or the fields: `nullable: true`, another type, another key, no `unique`. A foreign key or a unique index prevents more of them.',
    };
  },
};

type Sample = readonly Parameters<typeof keyText>[1][];

async function sampleRows(database: Query, model: ModelInfo): Promise<Sample> {
  const columns = model.stored.map(
    (field) => sql.fragment`${displaySql('t', field, 'list')} as ${sql.identifier([field.name])}`,
  );
  // Large values are skipped: values that do not fit their type are always short.
  const large = largeValuesSql('t', model.stored, 'list');
  if (large !== undefined) columns.push(large);
  const schema = rowSchema(model, model.stored, large === undefined ? {} : { [LARGE]: largeValues });
  const part = (direction: 'asc' | 'desc') => {
    const terms = model.key.map((field) =>
      direction === 'asc' ? columnSql('t', field) : sql.fragment`${columnSql('t', field)} desc`,
    );
    return sql.type(schema)`
      select ${joinFragments(columns, comma)} from ${tableSql(model)} t order by ${joinFragments(terms, comma)} limit ${SAMPLE}
    `;
  };
  const first = await database.any(part('asc'));
  return first.length < SAMPLE ? first : [...first, ...(await database.any(part('desc')))];
}

function oddValues(field: FieldInfo, sample: Sample): readonly string[] {
  const { model } = field;
  const odd = sample.filter((row) => isUnexpected(field, row[field.name]) || isOutsideChoices(field, row[field.name]));
  if (odd.length === 0) return [];
  const shown = odd.slice(0, MAX_REPORTED).map((row) => {
    const key = keyText(model, row);
    return `${key === '' ? '(no key)' : key} (${row[field.name] === null ? 'NULL' : 'does not fit'})`;
  });
  const more = odd.length > shown.length ? ` and ${odd.length - shown.length} more` : '';
  // Values may be personal data, and keys are enough to find the rows.
  return [`${model.name}.${field.name}: ${shown.join(', ')}${more}`];
}

function isOutsideChoices({ values, item }: FieldInfo, dbValue: unknown): boolean {
  const choices = item?.values ?? values;
  if (choices.length === 0) return false;
  const items: readonly unknown[] = Array.isArray(dbValue) ? dbValue : [dbValue];
  // fault: items-outside-choices
  return items.some((value) => typeof value === 'string' && !choices.includes(value));
}

/** Values that are unique according to the model, and occur in several rows of the sample. */
function repeatedValues(model: ModelInfo, sample: Sample): readonly string[] {
  // Both ends of a small table are the same rows.
  const rows = [...new Map(sample.map((row) => [keyText(model, row), row])).values()];
  return model.stored
    .filter(({ unique }) => unique)
    .flatMap((field) => {
      const withValue = rows.filter((row) => ['string', 'number'].includes(typeof row[field.name]));
      const groups = [...Map.groupBy(withValue, (row) => String(row[field.name])).values()];
      const repeated = groups.filter(({ length }) => length > 1).flat();
      return repeated.length === 0
        ? []
        : [describeRows(field, repeated, 'the value occurs more than once', MAX_REPORTED)];
    });
}

/** Relations to rows that do not exist. */
async function orphans(database: Query, model: ModelInfo, sample: Sample): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const field of model.stored) {
    // The check `privileges` reports a table that cannot be read.
    const rows = await rowsWithoutTarget(database, field, sample).catch(() => []);
    if (rows.length > 0)
      problems.push(describeRows(field, rows, `no such ${field.target?.name ?? 'row'}`, MAX_REPORTED));
  }
  return problems;
}

/** The two halves of a small table overlap, so a row may occur twice: only neighbours within one half are compared. */
function repeatedKeys(model: ModelInfo, sample: Sample): readonly string[] {
  const keys = sample.slice(0, SAMPLE).map((row) => keyText(model, row));
  const repeated = [...new Set(keys.filter((key, at) => at > 0 && key !== '' && key === keys[at - 1]))];
  if (repeated.length === 0) return [];
  const names = model.key.map(({ name }) => name).join(', ');
  return [`${model.name}: several rows have the same key (${names}): ${repeated.slice(0, MAX_REPORTED).join(', ')}`];
}
