// One-time ids of forms. The second submission of a form (a double click, a reload, a network retry) gets the response of the first
// and changes nothing. A unique index guarantees this, even across machines.

import { sql } from 'slonik';
import { z } from 'zod';
import { BATCH, inBatches } from '../database/batches.ts';
import type { Query, Transaction } from '../database/pool.ts';
import { type Actor, actorText } from '../policy/actor.ts';

export type Claim =
  | { readonly first: true }
  /** Where the first submission redirected to; undefined if it did not redirect, or if another user submitted it. */
  | { readonly first: false; readonly location: string | undefined };

const MAX_ID_LENGTH = 200;
const KEPT_DAYS = 7;

/**
 * Claims a form's id in the transaction that processes the form. A concurrent submission waits here until the first one has
 * committed, and then gets the location it redirected to. If the first one was rolled back, this one becomes the first.
 */
export async function claimIdempotencyKey(tx: Transaction, id: string, actor: Actor): Promise<Claim> {
  const name = storable(id);
  const claimed = await tx.maybeOne(sql.unsafe`
    insert into rustio_idempotency_key (id, actor) values (${name}, ${actorText(actor)}) on conflict do nothing returning id
  `);
  // fault: form-processed-twice
  if (claimed !== null) return { first: true };
  const location = await tx.maybeOneFirst(sql.type(z.object({ location: z.string().nullable() }))`
    select location from rustio_idempotency_key where id = ${name} and actor = ${actorText(actor)}
  `);
  return { first: false, location: location ?? undefined };
}

/** Stores where the form redirected to, for a second submission. */
export async function rememberLocation(tx: Transaction, id: string, location: string): Promise<void> {
  await tx.query(sql.unsafe`update rustio_idempotency_key set location = ${location} where id = ${storable(id)}`);
}

/** Releases the id of a form that was rejected and is shown again, so that it can be submitted again. */
export async function releaseIdempotencyKey(tx: Transaction, id: string): Promise<void> {
  await tx.query(sql.unsafe`delete from rustio_idempotency_key where id = ${storable(id)}`);
}

/** Deletes the ids of old forms. */
export async function deleteOldKeys(database: Query, signal?: AbortSignal): Promise<void> {
  await inBatches(signal, async () => {
    const { rowCount } = await database.query(sql.unsafe`
      delete from rustio_idempotency_key
      where id in (
        select id from rustio_idempotency_key
        where created_at < now() - make_interval(days => ${KEPT_DAYS})
        limit ${BATCH}
        for update skip locked
      )
    `);
    return rowCount;
  });
}

/**
 * The id comes from a browser, so it is truncated, and encoded as ASCII, which every database can store. The prefix prevents
 * collisions with other keys in the table (`seed`).
 */
function storable(id: string): string {
  // fault: form-id-without-prefix
  return `form ${encodeURIComponent(id.slice(0, MAX_ID_LENGTH).toWellFormed())}`.slice(0, MAX_ID_LENGTH);
}
