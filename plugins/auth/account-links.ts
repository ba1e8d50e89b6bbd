import { hash, randomBytes } from 'node:crypto';
import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { EventHandlers } from '../../core/write/events.ts';
import { accountOf } from './account.ts';
import { accountId, canAct } from './user-actor.ts';

/**
 * What links are sent for, by name: at most 40 lowercase letters and underscores. Plugins add theirs by declaration merging.
 *
 * @example
 * declare module 'rustio-admin/auth' {
 *   interface LinkPurposes { confirm_address: true }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: plugins merge into it
export interface LinkPurposes {}
/** What a link is sent for: see `LinkPurposes`. */
export type LinkPurpose = keyof LinkPurposes & string;

/** The scheme of the credential with which a link changes its account. The id of the credential is that of the link. */
export const LINK_SCHEME = 'account-link';

const TOKEN_BYTES = 32;
/** 32 bytes as base64url. */
const TOKEN = /^[\w-]{43}$/;

/** A link to be sent. */
export interface NewLink {
  readonly userId: number;
  readonly purpose: LinkPurpose;
  /** How long it is valid. */
  readonly minutes: number;
  /** What it is about, such as a new address. Stored in plain text, so it must not be secret. */
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Creates a link for an account and returns its token, which is stored only as a hash. The caller checks the permission, records an
 * event and sends the link. It ends when the account gets another password or address, or is locked or deactivated.
 *
 * @example
 * const token = await createLink(tx, { userId, purpose: 'confirm_address', minutes: 60, data: { email } });
 * const link = app.urls.toPublic(`/confirm-address/${token}`);
 */
export async function createLink(tx: Transaction, link: NewLink): Promise<string> {
  const token = newToken();
  await insertLink(tx, link, token);
  return token;
}

/**
 * Creates a link that nobody can use yet, and returns its id. A job gives it its token with `issueToken` and sends it. The link ends
 * like any other, even while the job is waiting.
 *
 * @example
 * const link = await reserveLink(tx, { userId, purpose: 'confirm_address', minutes: 60, data: { email } });
 * await app.service('jobs').enqueue(tx, context, 'desk.send-link', { link });
 */
export function reserveLink(tx: Transaction, link: NewLink): Promise<string> {
  return insertLink(tx, link, newToken());
}

const idRow = z.object({ id: z.string() });

function insertLink(tx: Transaction, { userId, purpose, minutes, data = {} }: NewLink, token: string): Promise<string> {
  return tx.oneFirst(sql.type(idRow)`
    insert into rustio_account_link (user_id, purpose, token_hash, data, expires_at)
    values (
      ${userId}, ${purpose}, ${sql.binary(hashOf(token))}, ${JSON.stringify(data)}::jsonb,
      now() + make_interval(mins => ${minutes})
    )
    returning id
  `);
}

/** Gives a link another token and returns it; undefined if the link has ended. */
export async function issueToken(tx: Transaction, link: string): Promise<string | undefined> {
  const token = newToken();
  const { rowCount } = await tx.query(sql.unsafe`
    update rustio_account_link l
    set token_hash = ${sql.binary(hashOf(token))}
    where l.id = ${link}::bigint and ${usable}
  `);
  return rowCount === 1 ? token : undefined;
}

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

const linkRow = z
  .object({
    link: z.string(),
    id: accountId,
    email: z.string(),
    display_name: z.string().nullable(),
    data: z.record(z.string(), z.string()),
  })
  .transform(({ display_name, ...rest }) => ({ ...rest, displayName: display_name }));

/** A link that can still be used, with its account. `link` is the id of the link, `id` that of the account. */
export type AccountLink = z.output<typeof linkRow>;

/**
 * Finds a link by its token, without using it up; null if it has expired, ended or never existed, or if its account is inactive or
 * locked.
 *
 * @example
 * const link = await findLink(app.database, 'confirm_address', ctx.state.params.token ?? '');
 */
export async function findLink(query: Query, purpose: LinkPurpose, token: string): Promise<AccountLink | null> {
  if (!TOKEN.test(token)) return null;
  return query.maybeOne(findingLink(purpose, sql.fragment`l.token_hash = ${sql.binary(hashOf(token))}`));
}

/** Finds a link by its id, which is not secret; null under the same conditions. */
export function findLinkById(query: Query, purpose: LinkPurpose, link: string): Promise<AccountLink | null> {
  return query.maybeOne(findingLink(purpose, sql.fragment`l.id = ${link}::bigint`));
}

function findingLink(purpose: LinkPurpose, which: FragmentSqlToken) {
  return sql.type(linkRow)`
    select l.id as link, u.id, u.email, u.display_name, l.data
    from rustio_account_link l
    join rustio_user u on u.id = l.user_id
    where ${which} and l.purpose = ${purpose} and ${usable} and ${canAct}
  `;
}

/** Until when the link of an account for this purpose is valid, as formatted by PostgreSQL; null if it has none. */
export function linkValidUntil(query: Query, userId: number, purpose: LinkPurpose): Promise<string | null> {
  return query.maybeOneFirst(sql.type(z.object({ expires_at: z.string() }))`
    select max(l.expires_at) as expires_at
    from rustio_account_link l
    where l.user_id = ${userId} and l.purpose = ${purpose} and ${usable}
    having count(*) > 0
  `);
}

/** How many links were created for an account and this purpose within a day, whether they have ended or not. */
export function countLinks(query: Query, userId: number, purpose: LinkPurpose): Promise<number> {
  return query.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n
    from rustio_account_link
    where user_id = ${userId} and purpose = ${purpose} and created_at > now() - interval '1 day'
  `);
}

/** How many links of an account for this purpose can be used. */
export function countUsableLinks(query: Query, userId: number, purpose: LinkPurpose): Promise<number> {
  return query.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n
    from rustio_account_link l
    where l.user_id = ${userId} and l.purpose = ${purpose} and ${usable}
  `);
}

/** When the link of an account for this purpose expires, as an expression over the account `t`, for lists. */
export function linkValidUntilSql(purpose: LinkPurpose): FragmentSqlToken {
  return sql.fragment`(
    select max(l.expires_at)
    from rustio_account_link l
    where l.user_id = t.id and l.purpose = ${sql.literalValue(purpose)} and ${usable}
  )`;
}

const usable = sql.fragment`l.used_at is null and l.expires_at > now()`;

/**
 * The audit context of what a link does: its user acts, even if somebody else is signed in to the browser.
 *
 * @example
 * const own = contextOfLink(auditContext(ctx), link, actor);
 */
export function contextOfLink(
  context: AuditContext,
  { link }: Pick<AccountLink, 'link'>,
  actor: AuditContext['actor'],
): AuditContext {
  return { ...context, actor, credential: { scheme: LINK_SCHEME, id: link } };
}

/**
 * Uses a link up. Returns false if it can no longer be used; the caller then rolls its transaction back. Lock the account first, so
 * that of two requests with links of one account, the second finds that its link has ended.
 *
 * @example
 * if (!(await useLink(tx, link.link))) throw new LinkEnded();
 */
export async function useLink(tx: Transaction, link: string): Promise<boolean> {
  const used = await tx.query(sql.unsafe`
    update rustio_account_link l set used_at = now() where l.id = ${link}::bigint and ${usable}
  `);
  return used.rowCount === 1;
}

/**
 * Ends the links of an account, or those for a purpose, except one, and returns how many there were. Changes of an account lock its row,
 * so that no two of them end its links at once.
 */
export async function endLinks(
  tx: Transaction,
  userId: number,
  { purpose, except }: { readonly purpose?: LinkPurpose; readonly except?: string | null } = {},
): Promise<number> {
  const { rowCount } = await tx.query(sql.unsafe`
    update rustio_account_link l set used_at = now()
    where l.user_id = ${userId}
      and l.purpose = coalesce(${purpose ?? null}, l.purpose)
      and l.id is distinct from ${except ?? null}::bigint
      and l.used_at is null
  `);
  return rowCount;
}

/**
 * A link ends, in the same transaction, when its account gets a password in any way, another address (the old mailbox may not be the
 * user's), or is locked or deactivated. The link that makes the change itself is ended by `useLink`.
 */
export const endLinksOnChanges: EventHandlers = {
  // fault: other-account-links
  async password_changed_self(tx, { context, subject }) {
    await endLinks(tx, accountOf(subject), { except: linkOf(context) });
  },
  // fault: link-outlives-password
  async password_reset_by_other(tx, { subject }) {
    await endLinks(tx, accountOf(subject));
  },
  // fault: link-of-locked-account
  async account_locked(tx, { subject }) {
    await endLinks(tx, accountOf(subject));
  },
  async user_updated(tx, { context, subject, data: { after } }) {
    // fault: link-of-old-address
    if ('email' in after || after.active === false) await endLinks(tx, accountOf(subject), { except: linkOf(context) });
  },
  /** Links may contain an address. */
  async user_erased(tx, { subject }) {
    await tx.query(sql.unsafe`delete from rustio_account_link where user_id = ${accountOf(subject)}`);
  },
};

/** The link that is being used; null if the change was made in another way. */
function linkOf({ credential }: AuditContext): string | null {
  return credential?.scheme === LINK_SCHEME ? credential.id : null;
}

/** Deletes links a day after they have expired, whether they were used or not. */
export async function deleteOldLinks(query: Query): Promise<void> {
  await query.query(sql.unsafe`delete from rustio_account_link where expires_at < now() - interval '1 day'`);
}

/** A random token needs no slow hash. */
function hashOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
