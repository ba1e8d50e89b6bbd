import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import { type Token, tokenActor } from '../../core/policy/actor.ts';
import type { CurrentActor } from '../../core/write/current-actor.ts';
import { isEffective } from '../auth/grants.ts';
import { canAct, readCurrentUser, toUserActor, userColumns, userShape } from '../auth/user-actor.ts';
import { matches, type SentToken } from './token.ts';

/** Whether the token `t` can still be used; its account must also be able to act. */
// fault: ended-token
// fault: expired-token
export const usable: FragmentSqlToken = sql.fragment`(t.ended_at is null and t.expires_at > now())`;

/** A token that authenticates a request. */
export interface LoadedToken {
  readonly actor: Token;
  /** True if its last recorded use is at least a minute old. */
  readonly stale: boolean;
}

const loadedRow = z.object({
  ...userShape,
  token_hash: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  stale: z.boolean(),
});

/** A placeholder for the id of a request, so that the statement is built only once. */
const ANY_ID = 'any';

// fault: token-of-inactive-account
const statement = sql.type(loadedRow)`
  select
    encode(t.token_hash, 'hex') as token_hash,
    t.name,
    array(
      select tp.permission
      from rustio_token_permission tp
      where tp.token_id = t.id and ${isEffective('tp')}
    ) as scopes,
    (t.last_used_at is null or t.last_used_at < now() - interval '1 minute') as stale,
    ${userColumns}
  from rustio_token t
  join rustio_user u on u.id = t.user_id
  where t.public_id = ${ANY_ID} and ${usable} and ${canAct}
`;

/**
 * Finds the actor of a token, in one statement: the token, its permissions, its account and all permissions of the account. Undefined
 * if the token is unknown, expired or revoked, or its account cannot act. The actor has the permissions that are in both lists: see
 * `tokenActor`.
 */
export async function loadToken(query: Query, sent: SentToken): Promise<LoadedToken | undefined> {
  const values = statement.values.map((value) => (value === ANY_ID ? sent.id : value));
  const row = await query.maybeOne({ ...statement, values });
  // fault: token-secret-ignored
  if (!matches(sent, row ? Buffer.from(row.token_hash, 'hex') : undefined) || row === null) return undefined;
  return { actor: tokenActor(nameOf(row.name, sent.id), row.scopes, toUserActor(row)), stale: row.stale };
}

/** The public id makes the name unique: some tables of core record actors by name. */
function nameOf(name: string, id: string): string {
  return `${name} (${id})`;
}

/** The scheme of routes for programs. */
export const SCHEME = 'bearer';

/**
 * Reads the account of a token again within the writing transaction; see `CurrentActor`. Until the transaction ends, the token cannot be
 * revoked and the account's role cannot change. The account is locked first, as in a deactivation, which then ends the tokens. The
 * permissions that a token is limited to never change.
 */
export const currentActor: CurrentActor = async (tx, actor, credential) => {
  if (credential?.scheme !== SCHEME) return undefined;
  if (actor.kind !== 'token' || actor.onBehalfOf === undefined) return null;
  const owner = await readCurrentUser(
    tx,
    // fault: token-not-read-again
    sql.fragment`
      from rustio_user u
      join rustio_token t on t.user_id = u.id
      where t.public_id = ${credential.id} and u.id = ${actor.onBehalfOf.id} and ${canAct} and ${usable}
      for share of u
      for key share of t
    `,
  );
  return owner ? { ...actor, onBehalfOf: { ...actor.onBehalfOf, ...owner } } : null;
};
