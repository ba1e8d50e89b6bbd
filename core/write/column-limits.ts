// Finds the value that a column of an unmanaged table could not hold, because PostgreSQL's message "value too long for type
// character varying(20)" does not name the column.

import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { numericScale } from '../model/column-precision.ts';
import type { ModelInfo } from '../model/field-type.ts';
import type { Issue, Problem } from '../model/issue.ts';
import { rangeIssue } from '../model/numbers.ts';
import { countCharacters } from '../model/plain-text.ts';
import { tableName } from '../query/table-facts.ts';
import type { Values } from './types.ts';

const columnType = sql.type(z.object({ column: z.string(), type: z.string(), modifier: z.number() }));

interface ColumnType {
  /** For a domain its base type, for an array the type of its items. */
  readonly type: string;
  /** The type modifier (`atttypmod`), such as the length of `varchar(20)`; negative if the type has none. */
  readonly modifier: number;
}

/**
 * A problem for each value that is longer or larger than its column allows. Empty if there is none, or if the catalogue cannot be
 * queried because the transaction was aborted.
 */
export async function valuesBeyondColumns(
  database: Query | undefined,
  model: ModelInfo,
  values: Values,
): Promise<readonly Problem[]> {
  if (database === undefined) return [];
  const types = await columnTypes(database, model);
  return model.stored.flatMap((field): readonly Problem[] => {
    const type = types.get(field.column);
    const items = [values[field.name]].flat();
    const issues = type === undefined ? [] : items.map((item) => limitIssue(type, item));
    const issue = issues.find((each) => each !== undefined);
    return issue === undefined ? [] : [{ field: field.name, issue }];
  });
}

async function columnTypes(database: Query, model: ModelInfo): Promise<ReadonlyMap<string, ColumnType>> {
  const rows = await database.any(columnType`
    with recursive types (attname, oid, modifier) as (
      select attname, atttypid, atttypmod from pg_attribute
      where attrelid = to_regclass(${tableName(model)}) and attnum > 0 and not attisdropped
      union all
      select
        types.attname,
        case t.typtype when 'd' then t.typbasetype else t.typelem end,
        case t.typtype when 'd' then t.typtypmod else types.modifier end
      from types join pg_type t on t.oid = types.oid
      where t.typtype = 'd' or t.typcategory = 'A'
    )
    select types.attname::text as column, t.typname::text as type, types.modifier
    from types join pg_type t on t.oid = types.oid
    where t.typtype <> 'd' and t.typcategory <> 'A'
  `);
  return new Map(rows.map(({ column, ...type }) => [column, type]));
}

const INTEGERS: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  int2: { min: -(2 ** 15), max: 2 ** 15 - 1 },
  int4: { min: -(2 ** 31), max: 2 ** 31 - 1 },
};

function limitIssue({ type, modifier }: ColumnType, value: unknown): Issue | undefined {
  const range = INTEGERS[type];
  if (range !== undefined) return isNumeric(value) ? rangeIssue(Number(value), range, {}) : undefined;
  // The modifier includes a header of four bytes.
  if (modifier < 4) return undefined;
  if (type === 'varchar' || type === 'bpchar') {
    const max = modifier - 4;
    const length = typeof value === 'string' ? countCharacters(value) : 0;
    return length > max ? { key: 'problem.tooLong', params: { max, length } } : undefined;
  }
  if (type !== 'numeric' || !isNumeric(value)) return undefined;
  const digits = (modifier - 4) >> 16;
  const scale = numericScale(modifier);
  // The column rounds before it checks the range.
  const max = 10 ** (digits - scale) - 10 ** -scale / 2;
  return Math.abs(Number(value)) >= max ? { key: 'problem.rejected' } : undefined;
}

function isNumeric(value: unknown): value is number | bigint | string {
  return typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && value !== '');
}
