import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Parsed } from '../../core/model/issue.ts';
import { toNfc } from '../../core/model/plain-text.ts';
import type { UserDirectory } from '../../core/services.ts';
import type { Subject } from '../../core/write/events.ts';
import { ROLES } from './roles.ts';
import { accountId, findUserActorByEmail } from './user-actor.ts';

const accountRow = z
  .object({
    id: accountId,
    email: z.string(),
    display_name: z.string().nullable(),
    role: z.enum(ROLES),
    active: z.boolean(),
  })
  .transform(({ display_name, ...rest }) => ({ ...rest, displayName: display_name }));

/** An account without its password hash. */
export type Account = z.output<typeof accountRow>;

const columns = sql.fragment`id, email, display_name, role, active`;

/**
 * The account with an email address (case-insensitive), active or not.
 *
 * @example
 * const account = await findAccountByEmail(app.database, 'ana@desk.example');
 */
export function findAccountByEmail(query: Query, email: string): Promise<Account | null> {
  const plain = toNfc(email.trim());
  return query.maybeOne(sql.type(accountRow)`select ${columns} from rustio_user where lower(email) = lower(${plain})`);
}

/**
 * All accounts, by email address.
 *
 * @example
 * const emails = (await listAccounts(app.database)).map(({ email }) => email);
 */
export function listAccounts(query: Query): Promise<readonly Account[]> {
  return query.any(sql.type(accountRow)`select ${columns} from rustio_user order by lower(email)`);
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
  return tx.maybeOne(sql.type(accountRow)`select ${columns} from rustio_user where id = ${id} for no key update`);
}

export function accountSubject(account: Pick<Account, 'id' | 'email'>): Subject {
  return { model: 'user', key: String(account.id), label: account.email };
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
