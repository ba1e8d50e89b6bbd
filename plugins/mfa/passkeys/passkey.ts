import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../../core/app.ts';
import type { Query } from '../../../core/database/queries.ts';
import type { Transaction } from '../../../core/database/transaction.ts';
import { bytea } from '../../../core/database/values.ts';
import type { Issue, Parsed } from '../../../core/model/issue.ts';
import { countCharacters, isStorable, toNfc } from '../../../core/model/plain-text.ts';
import type { AuditContext } from '../../../core/policy/actor.ts';
import { type Account, accountSubject } from '../../auth/account.ts';
import { invalid, type Outcome } from '../../auth/outcome.ts';
import { accountId } from '../../auth/user-actor.ts';
import './events.ts';

/** Max number of passkeys per account. */
export const MAX_PASSKEYS = 20;
export const MAX_NAME = 60;
/** Not allowed in names, because audit entries are printed in terminals. */
const CONTROL = /\p{C}/u;

const listedRow = z
  .object({
    id: z.string(),
    name: z.string(),
    created_at: z.string(),
    last_used_at: z.string().nullable(),
    backed_up: z.boolean(),
  })
  .transform(({ created_at, last_used_at, backed_up, ...rest }) => ({
    ...rest,
    createdAt: created_at,
    lastUsedAt: last_used_at,
    backedUp: backed_up,
  }));
/** A passkey as its user sees it. */
export type Passkey = z.output<typeof listedRow>;

/** The passkeys of an account, oldest first. */
export function listPasskeys(query: Query, userId: number): Promise<readonly Passkey[]> {
  return query.any(sql.type(listedRow)`
    select id, name, created_at, last_used_at, backed_up from rustio_mfa_passkey where user_id = ${userId} order by id
  `);
}

export function hasPasskey(query: Query, userId: number): Promise<boolean> {
  return query.exists(sql.unsafe`select from rustio_mfa_passkey where user_id = ${userId}`);
}

const credentialRow = z.object({
  id: z.string(),
  user_id: accountId,
  credential_id: bytea,
  public_key: bytea,
  counter: z.string().transform(Number),
  transports: z.array(z.string()),
  user_handle: bytea,
  name: z.string(),
});
/** What is needed to verify a signature. */
export type Credential = z.output<typeof credentialRow>;

const credentialColumns = sql.fragment`
  id, user_id, credential_id, public_key, counter, transports, user_handle, name`;

/** The passkeys of an account, for the options of a request to the browser. */
export function credentialsOf(query: Query, userId: number): Promise<readonly Credential[]> {
  return query.any(sql.type(credentialRow)`
    select ${credentialColumns} from rustio_mfa_passkey where user_id = ${userId} order by id
  `);
}

/** The account with this passkey. */
export function findOwner(query: Query, credentialId: Buffer): Promise<number | null> {
  return query.maybeOneFirst(sql.type(z.object({ user_id: accountId }))`
    select user_id from rustio_mfa_passkey where credential_id = ${sql.binary(credentialId)}
  `);
}

/** Finds a passkey of this account and locks it, so that its counter is compared and stored by one request at a time. */
export function lockCredential(tx: Transaction, credentialId: Buffer, userId: number): Promise<Credential | null> {
  // fault: passkey-of-another-user
  return tx.maybeOne(sql.type(credentialRow)`
    select ${credentialColumns}
    from rustio_mfa_passkey
    where credential_id = ${sql.binary(credentialId)} and user_id = ${userId}
    for no key update
  `);
}

/** A name from a form: 1 to 60 characters without control characters. */
export function parseName(typed: string): Parsed<string> {
  const value = toNfc(typed.trim());
  const issue: Issue = { key: 'mfa.passkeys.problem.name', params: { max: MAX_NAME } };
  // fault: control-characters-in-passkey-name
  if (value === '' || countCharacters(value) > MAX_NAME || CONTROL.test(value) || !isStorable(value))
    return { ok: false, issue };
  return { ok: true, value };
}

/** An account that the caller has locked. */
type LockedAccount = Pick<Account, 'id' | 'email'>;

/** Renames a passkey of an account. `id` comes from a request. */
export async function renamePasskey(
  tx: Transaction,
  context: AuditContext,
  app: Pick<App, 'events'>,
  account: LockedAccount,
  { id, name: typed }: { readonly id: string; readonly name: string },
): Promise<Outcome> {
  const name = parseName(typed);
  if (!name.ok) return invalid('name', name.issue);
  // fault: foreign-passkey-renamed
  const before = await tx.maybeOneFirst(sql.type(z.object({ name: z.string() }))`
    select name from rustio_mfa_passkey where id::text = ${id} and user_id = ${account.id} for no key update
  `);
  if (before === null) return { outcome: 'missing' };
  if (before === name.value) return { outcome: 'done' };
  await tx.query(sql.unsafe`update rustio_mfa_passkey set name = ${name.value} where id::text = ${id}`);
  await app.events.record(tx, context, 'passkey_renamed', {
    subject: accountSubject(account),
    data: { before: { name: before }, after: { name: name.value } },
  });
  return { outcome: 'done' };
}

/** Deletes a passkey of an account, whose id comes from a request. Returns false if there is none. */
export async function deletePasskey(
  tx: Transaction,
  context: AuditContext,
  app: Pick<App, 'events'>,
  account: LockedAccount,
  id: string,
): Promise<boolean> {
  // fault: foreign-passkey-removed
  const name = await tx.maybeOneFirst(sql.type(z.object({ name: z.string() }))`
    delete from rustio_mfa_passkey where id::text = ${id} and user_id = ${account.id} returning name
  `);
  if (name === null) return false;
  await app.events.record(tx, context, 'passkey_removed', { subject: accountSubject(account), data: { name } });
  return true;
}
