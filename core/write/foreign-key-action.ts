import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { quoteTable } from '../migrate/quote.ts';
import type { FieldInfo } from '../model/registry.ts';

const actions = z.object({ action: z.string() });
const known = new WeakMap<FieldInfo, 'cascade' | 'setNull' | 'none'>();

/**
 * What the database does by itself with the rows of a relation when the row that they point to goes; undefined where it does
 * nothing, or where there is no foreign key, as in a view. Asked once per relation: migrations run before a process starts.
 */
export async function foreignKeyAction(tx: Query, relation: FieldInfo): Promise<'cascade' | 'setNull' | undefined> {
  let action = known.get(relation);
  if (action === undefined) {
    const table = quoteTable(relation.model.table.join('.'));
    const found = await tx.any(sql.type(actions)`
      select con.confdeltype::text as action
      from pg_constraint con
      join pg_attribute att on att.attrelid = con.conrelid and att.attnum = con.conkey[1]
      where con.contype = 'f'
        and con.conrelid = to_regclass(${table})
        and cardinality(con.conkey) = 1
        and att.attname = ${relation.column}
    `);
    const letters = found.map((row) => row.action);
    action = letters.includes('c') ? 'cascade' : letters.includes('n') ? 'setNull' : 'none';
    known.set(relation, action);
  }
  return action === 'none' ? undefined : action;
}
