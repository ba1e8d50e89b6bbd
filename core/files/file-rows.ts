// The rows of `rustio_file`; no other file changes them. A row begins as pending, is kept by one record, and ends as gone; the
// content is there from before it is kept until after it is gone.

import { sql } from 'slonik';
import { z } from 'zod';
import { type Actor, actorText } from '../actor.ts';
import type { Query, Transaction } from '../database/pool.ts';
import type { FieldInfo } from '../model/registry.ts';
import { type StoredFile, storedFile } from './stored-file.ts';

/** Uploads that one person's refused forms may hold at once; older ones go. */
const MOST_PENDING = 20;
const PENDING_FOR = '1 day';

const withKey = sql.type(z.object({ id: z.string() }));

/** Notes an upload before its content is written anywhere. It waits a day for a record of this field, by this actor. */
export async function addPending(tx: Transaction, actor: Actor, field: FieldInfo, file: StoredFile): Promise<void> {
  const by = actorText(actor);
  await tx.query(sql.unsafe`
    insert into rustio_file (id, model, field, name, type, size, sha256, width, height, created_by)
    values (
      ${file.key}::uuid, ${field.model.name}, ${field.name}, ${file.name}, ${file.type}, ${file.size}, ${file.sha256},
      ${file.width}, ${file.height}, ${by}
    )
  `);
  await tx.query(sql.unsafe`
    update rustio_file set state = 'gone', changed_at = now()
    where id in (
      select id from rustio_file
      where state = 'pending' and created_by = ${by}
      order by changed_at desc, id
      offset ${MOST_PENDING}
      for update
    )
  `);
}

/** An upload that waits for this field and this actor; undefined when there is none. `key` may be anything. */
export async function pendingFile(
  query: Query,
  actor: Actor,
  field: FieldInfo,
  key: string,
): Promise<StoredFile | undefined> {
  if (!z.guid().safeParse(key).success) return undefined;
  const found = await query.maybeOne(sql.type(storedFile)`
    select id as key, name, type, size::float8 as size, sha256, width, height
    from rustio_file
    where id = ${key}::uuid
      and state = 'pending'
      and created_by = ${actorText(actor)}
      and model = ${field.model.name}
      and field = ${field.name}
      and changed_at > now() - ${PENDING_FOR}::interval
  `);
  return found ?? undefined;
}

/**
 * A record takes an upload. False when it does not wait for this field and this actor: it is somebody else's, a record's
 * already, or was never there; these look the same.
 */
export async function keepFile(tx: Transaction, actor: Actor, field: FieldInfo, key: string): Promise<boolean> {
  const kept = await tx.maybeOne(withKey`
    update rustio_file
    set state = 'kept', changed_at = now()
    where id = ${key}::uuid
      and state = 'pending'
      and created_by = ${actorText(actor)}
      and model = ${field.model.name}
      and field = ${field.name}
    returning id
  `);
  return kept !== null;
}

/** Records do not hold these any more, from this transaction's commit on. */
export async function loseFiles(query: Query, keys: readonly string[]): Promise<void> {
  await query.query(sql.unsafe`
    update rustio_file set state = 'gone', changed_at = now()
    where id = any(${sql.array([...keys], 'uuid')}) and state <> 'gone'
  `);
}

/** Uploads that no record has taken within a day. */
export async function loseExpired(query: Query): Promise<void> {
  await query.query(sql.unsafe`
    update rustio_file set state = 'gone', changed_at = now()
    where state = 'pending' and changed_at < now() - ${PENDING_FOR}::interval
  `);
}

export async function goneFiles(query: Query, most: number): Promise<readonly string[]> {
  return query.anyFirst(withKey`
    select id from rustio_file where state = 'gone' order by changed_at, id limit ${most}
  `);
}

/** The content is removed; nothing is left to know of it. */
export async function forgetFile(query: Query, key: string): Promise<void> {
  await query.query(sql.unsafe`delete from rustio_file where id = ${key}::uuid and state = 'gone'`);
}
