import { sql } from 'slonik';
import type { Person } from '../../core/actor.ts';
import type { Query } from '../../core/database/pool.ts';
import { personOf, personRow } from './person.ts';
import { personColumns } from './person-columns.ts';

/**
 * An active account as an actor, with its role and all its permissions; undefined when there is none, or it is inactive.
 *
 * @example
 * const owner = await personById(app.database, token.userId);
 */
export async function personById(query: Query, id: number): Promise<Person | undefined> {
  const row = await query.maybeOne(sql.type(personRow)`
    select ${personColumns} from rustio_user u where u.id = ${id} and u.active
  `);
  return row === null ? undefined : personOf(row);
}
