// One-time ids of forms: the second post of a form (a double click, a reload, a retry of the network) gets the first one's
// answer and changes nothing. The unique index is what decides, also between machines.

import { sql } from 'slonik';
import { z } from 'zod';
import { type Actor, actorText } from '../actor.ts';
import type { Query, Transaction } from '../database/pool.ts';

export type Claim =
  | { readonly first: true }
  /** Where the first post led; undefined when it led nowhere, or somebody else posted it. */
  | { readonly first: false; readonly location: string | undefined };

const LONGEST_ID = 200;
const KEPT_DAYS = 7;

/**
 * Claims a form's id in the transaction that does what the form asks. A post that runs at the same moment waits here until
 * the first one has committed, and then learns where it led; when the first one was rolled back, this one is the first.
 */
export async function claimIdempotencyKey(tx: Transaction, id: string, actor: Actor): Promise<Claim> {
  const name = storable(id);
  const claimed = await tx.maybeOne(sql.unsafe`
    insert into rustio_once (id, actor) values (${name}, ${actorText(actor)}) on conflict do nothing returning id
  `);
  if (claimed !== null) return { first: true };
  const location = await tx.maybeOneFirst(sql.type(z.object({ location: z.string().nullable() }))`
    select location from rustio_once where id = ${name} and actor = ${actorText(actor)}
  `);
  return { first: false, location: location ?? undefined };
}

/** Keeps where the form led, for a second post of it. */
export async function rememberAnswer(tx: Transaction, id: string, location: string): Promise<void> {
  await tx.query(sql.unsafe`update rustio_once set location = ${location} where id = ${storable(id)}`);
}

/** The form was refused and is shown again: the same id may be posted once more. */
export async function releaseIdempotencyKey(tx: Transaction, id: string): Promise<void> {
  await tx.query(sql.unsafe`delete from rustio_once where id = ${storable(id)}`);
}

/** Forgets forms that nobody will post again. */
export async function forgetOldForms(database: Query): Promise<void> {
  await database.query(sql.unsafe`
    delete from rustio_once where created_at < now() - make_interval(days => ${KEPT_DAYS})
  `);
}

/**
 * It comes from a browser: cut, and without what PostgreSQL's text cannot hold. The table holds other marks of what happens
 * once (`seed`); behind a word of their own no form's id can be one.
 */
function storable(id: string): string {
  return `form ${id}`.slice(0, LONGEST_ID).toWellFormed().replaceAll('\0', '');
}
