// The rows of `rustio_file`, which only this module changes. The state of a row is first `pending`, then `kept` once a record
// references it, and `gone` when it is deleted or has expired. The content exists at least as long as the row is `kept`.

import { sql } from 'slonik';
import { z } from 'zod';
import { BATCH, inBatches } from '../database/batches.ts';
import type { Query, Transaction } from '../database/pool.ts';
import type { FieldInfo } from '../model/field-type.ts';
import { type StoredFile, storedFile } from '../model/field-types/file.ts';
import { type Actor, actorText } from '../policy/actor.ts';
import { quoteLiteral } from '../sql/quote.ts';

/** Max number of pending uploads of one user, and their max total size. If a new upload exceeds them, the oldest are deleted. */
const MAX_PENDING = 20;
const MAX_PENDING_BYTES = 250_000_000;
const PENDING_FOR = '1 day';

const idRow = sql.type(z.object({ id: z.string() }));

/**
 * Records an upload before its content is written. It is pending for a day, for this field and this actor. Returns older uploads of
 * this actor that were evicted; their contents can be removed after the commit.
 */
export async function insertPendingFile(
  tx: Transaction,
  actor: Actor,
  field: FieldInfo,
  file: StoredFile,
): Promise<readonly string[]> {
  const by = actorText(actor);
  await tx.query(sql.unsafe`
    insert into rustio_file (id, model, field, name, type, size, sha256, width, height, created_by)
    values (
      ${file.key}::uuid, ${field.model.name}, ${field.name}, ${file.name}, ${file.type}, ${file.size}, ${file.sha256},
      ${file.width}, ${file.height}, ${by}
    )
  `);
  // fault: no-upload-quota
  return tx.anyFirst(idRow`
    update rustio_file set state = 'gone', changed_at = now()
    where state = 'pending' and id in (
      select id
      from (
        select id, row_number() over newest_first as place, sum(size) over newest_first as bytes
        from rustio_file
        where state = 'pending' and created_by = ${by}
        window newest_first as (order by id <> ${file.key}::uuid, changed_at desc, id)
      ) pending
      where place > ${MAX_PENDING} or (bytes > ${MAX_PENDING_BYTES} and place > 1)
    )
    returning id
  `);
}

/** Whether an upload is still pending. Newer uploads of the same user may have evicted it while its content was written. */
export function isStillPending(query: Query, key: string): Promise<boolean> {
  return query.exists(sql.unsafe`select from rustio_file where id = ${key}::uuid and state = 'pending'`);
}

/** A pending upload for this field and this actor; undefined if there is none. `key` is untrusted. */
export async function findPendingFile(
  query: Query,
  actor: Actor,
  field: FieldInfo,
  key: string,
): Promise<StoredFile | undefined> {
  if (!z.guid().safeParse(key).success) return undefined;
  const file = await query.maybeOne(sql.type(storedFile)`
    select id as key, name, type, size::float8 as size, sha256, width, height
    from rustio_file
    where id = ${key}::uuid
      and state = 'pending'
      and created_by = ${actorText(actor)}
      and model = ${field.model.name}
      and field = ${field.name}
      and changed_at > now() - ${PENDING_FOR}::interval
  `);
  return file ?? undefined;
}

/**
 * Attaches a pending upload to a record. False if it is not pending for this field and this actor. The result does not reveal
 * whether it belongs to another user or to a record, or never existed.
 */
export async function attachFile(tx: Transaction, actor: Actor, field: FieldInfo, key: string): Promise<boolean> {
  // fault: foreign-upload
  const attached = await tx.maybeOne(idRow`
    update rustio_file
    set state = 'kept', changed_at = now()
    where id = ${key}::uuid
      and state = 'pending'
      and created_by = ${actorText(actor)}
      and model = ${field.model.name}
      and field = ${field.name}
    returning id
  `);
  return attached !== null;
}

/** Marks files that no record references any more. After the commit, the next clean-up removes their contents. */
export async function markFilesDeleted(query: Query, keys: readonly string[]): Promise<void> {
  await query.query(sql.unsafe`
    update rustio_file set state = 'gone', changed_at = now()
    where id = any(${sql.array([...keys], 'uuid')}) and state <> 'gone'
  `);
}

/** Marks uploads that no record has used within a day as deleted. */
export async function expirePendingFiles(query: Query, signal?: AbortSignal): Promise<void> {
  await inBatches(signal, async () => {
    const { rowCount } = await query.query(sql.unsafe`
      update rustio_file set state = 'gone', changed_at = now()
      where id in (
        select id from rustio_file
        where state = 'pending' and changed_at < now() - ${PENDING_FOR}::interval
        limit ${BATCH}
        for update skip locked
      )
    `);
    return rowCount;
  });
}

/** Files whose content is to be removed, oldest first. */
export async function deletedFileKeys(query: Query, max: number): Promise<readonly string[]> {
  return query.anyFirst(idRow`
    select id from rustio_file where state = 'gone' order by changed_at, id limit ${max}
  `);
}

/** Deletes the row of a file whose content has been removed. */
export async function deleteFileRow(query: Query, key: string): Promise<void> {
  await query.query(sql.unsafe`delete from rustio_file where id = ${key}::uuid and state = 'gone'`);
}

/** SQL for a migration that renames a model, so that pending uploads for its forms remain usable. */
export function renameModelOfFiles(from: string, to: string): string {
  return `update rustio_file set model = ${quoteLiteral(to)} where model = ${quoteLiteral(from)};`;
}
