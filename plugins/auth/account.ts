import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Issue, Parsed } from '../../core/model/issue.ts';
import { countCharacters, toNfc } from '../../core/model/plain-text.ts';
import type { UserDirectory } from '../../core/services.ts';
import type { Subject } from '../../core/write/events.ts';
import { ROLES } from './roles.ts';
import { accountId, canSignIn, findUserActorByEmail } from './user-actor.ts';

const accountRow = z
  .object({
    id: accountId,
    email: z.string(),
    display_name: z.string().nullable(),
    role: z.enum(ROLES),
    active: z.boolean(),
    /** Whether it is the account of a program, which never signs in. */
    service: z.boolean(),
    can_sign_in: z.boolean(),
    has_password: z.boolean(),
    locked_until: z.string().nullable(),
    must_change_password: z.boolean(),
    erased: z.boolean(),
  })
  .transform(({ display_name, can_sign_in, has_password, locked_until, must_change_password, ...rest }) => ({
    ...rest,
    displayName: display_name,
    hasPassword: has_password,
    /** As PostgreSQL writes it; `infinity` if the lock has no end, null if the account is not locked now. */
    lockedUntil: locked_until,
    /** Whether the password is temporary. */
    mustChangePassword: must_change_password,
    /** A person, active, not locked, and with a password. */
    canSignIn: can_sign_in,
  }));

/** An account without its password hash. */
export type Account = z.output<typeof accountRow>;

const columns = sql.fragment`
  u.id, u.email, u.display_name, u.role, u.active, u.kind = 'service' as service, ${canSignIn} as can_sign_in,
  u.password_hash is not null as has_password,
  case when u.locked_until > now() then u.locked_until::text end as locked_until,
  u.must_change_password, u.erased_at is not null as erased`;

/**
 * The account with an email address (case-insensitive), active or not.
 *
 * @example
 * const account = await findAccountByEmail(app.database, 'ana@desk.example');
 */
export function findAccountByEmail(query: Query, email: string): Promise<Account | null> {
  const plain = toNfc(email.trim());
  return query.maybeOne(
    sql.type(accountRow)`select ${columns} from rustio_user u where lower(u.email) = lower(${plain})`,
  );
}

/** The account with an id, active or not. */
export function findAccountById(query: Query, id: number): Promise<Account | null> {
  return query.maybeOne(sql.type(accountRow)`select ${columns} from rustio_user u where u.id = ${id}`);
}

/**
 * All accounts, by email address.
 *
 * @example
 * const emails = (await listAccounts(app.database)).map(({ email }) => email);
 */
export function listAccounts(query: Query): Promise<readonly Account[]> {
  return query.any(sql.type(accountRow)`select ${columns} from rustio_user u order by lower(u.email)`);
}

/**
 * Reads an account and locks its row until the transaction ends. Always lock the account to be changed before reading the actor
 * (`events.currentContext`), who ranks above it: with this order, two concurrent changes cannot deadlock.
 *
 * @example
 * const account = await lockAccount(tx, userId);
 * if (!account?.active) return { outcome: 'missing' };
 */
export function lockAccount(tx: Transaction, id: number): Promise<Account | null> {
  return tx.maybeOne(sql.type(accountRow)`select ${columns} from rustio_user u where u.id = ${id} for no key update`);
}

export function accountSubject(account: Pick<Account, 'id' | 'email'>): Subject {
  return { model: 'user', key: String(account.id), label: account.email };
}

/** The id of the account that an event is about: the opposite of `accountSubject`. */
export function accountOf(subject: Subject | null): number {
  const id = Number(subject?.key);
  if (subject?.model !== 'user' || !Number.isSafeInteger(id))
    throw new Error('An event about an account has no subject.');
  return id;
}

/** The id of an account or group in a path or form; undefined if it cannot be one. */
export function parseId(text: string | undefined): number | undefined {
  const id = Number(text);
  return /^[1-9]\d*$/.test(text ?? '') && Number.isSafeInteger(id) ? id : undefined;
}

const MAX_EMAIL_LENGTH = 254; // RFC 5321 with erratum 1690: a path has at most 256 octets, including its angle brackets
/** One @ with text on both sides; no whitespace, control characters, or characters used to quote or list addresses. */
const EMAIL = /^[^\s\p{C}@"(),:;<>[\]\\]+@[^\s\p{C}@"(),:;<>[\]\\]+$/u;

/**
 * Normalises an email address for storage: trimmed and in NFC, otherwise as typed. Deliberately stricter than RFC 5322: quotes
 * and comments are used to smuggle addresses past parsers.
 */
export function parseEmail(typed: string): Parsed<string> {
  const value = toNfc(typed.trim());
  if (value === '') return { ok: false, issue: { key: 'problem.required' } };
  if (value.length > MAX_EMAIL_LENGTH || !EMAIL.test(value)) return { ok: false, issue: { key: 'auth.problem.email' } };
  return { ok: true, value };
}

/** Addresses of service accounts. The domain is reserved and never receives mail (RFC 6761). */
export const SERVICE_DOMAIN = 'service.invalid';

/**
 * The address of a service account: `nightly-import` or `nightly-import@service.invalid`. Another domain is refused, since emails to
 * it could arrive.
 */
export function parseServiceEmail(typed: string): Parsed<string> {
  const text = typed.trim();
  const parsed = parseEmail(text === '' || text.includes('@') ? text : `${text}@${SERVICE_DOMAIN}`);
  if (!parsed.ok || parsed.value.toLowerCase().endsWith(`@${SERVICE_DOMAIN}`)) return parsed;
  return { ok: false, issue: { key: 'auth.problem.serviceEmail', params: { domain: SERVICE_DOMAIN } } };
}

const MAX_NAME_LENGTH = 150;

/** Line breaks and other control characters, and characters that reorder the text around them. */
const CONTROL_CHARACTERS = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Normalises a display name for storage: one line, so that it cannot look like more than a name in an email or a list; null if it is
 * empty.
 */
export function toDisplayName(typed: string | null | undefined): string | null {
  // fault: name-of-several-lines
  return toNfc((typed ?? '').replace(CONTROL_CHARACTERS, ' ').trim()) || null;
}

/** Why a normalised display name cannot be stored. */
export function displayNameIssue(name: string | null): Issue | undefined {
  return countCharacters(name ?? '') > MAX_NAME_LENGTH
    ? { key: 'auth.problem.nameLong', params: { max: MAX_NAME_LENGTH } }
    : undefined;
}

/** Finds accounts by email address (case-insensitive). */
export const users: UserDirectory = {
  names: 'email',
  idOf(name) {
    const email = parseEmail(name);
    return email.ok
      ? sql.fragment`select u.id from rustio_user u where lower(u.email) = lower(${email.value})`
      : undefined;
  },
  find: findUserActorByEmail,
};
