import { sql } from 'slonik';
import { z } from 'zod';
import type { Query, Transaction } from '../../core/database/pool.ts';
import type { Subject } from '../../core/events.ts';
import { composed } from '../../core/model/composed.ts';
import { accountId } from './person.ts';
import { ROLES } from './roles.ts';

const accountRow = z
  .object({
    id: accountId,
    email: z.string(),
    display_name: z.string().nullable(),
    role: z.enum(ROLES),
    active: z.boolean(),
  })
  .transform(({ display_name, ...rest }) => ({ ...rest, displayName: display_name }));

/** An account as rules see it, without the hash of its password. */
export type Account = z.output<typeof accountRow>;

const columns = sql.fragment`id, email, display_name, role, active`;

/**
 * The account of an e-mail address, in whatever case, active or not.
 *
 * @example
 * const account = await findAccountByEmail(app.database, 'ana@desk.example');
 */
export function findAccountByEmail(query: Query, email: string): Promise<Account | null> {
  const plain = composed(email.trim());
  return query.maybeOne(sql.type(accountRow)`select ${columns} from rustio_user where lower(email) = lower(${plain})`);
}

/**
 * All accounts, by e-mail address.
 *
 * @example
 * const emails = (await listAccounts(app.database)).map(({ email }) => email);
 */
export function listAccounts(query: Query): Promise<readonly Account[]> {
  return query.any(sql.type(accountRow)`select ${columns} from rustio_user order by lower(email)`);
}

/**
 * Reads the account and keeps its row from changing until the transaction ends.
 *
 * @example
 * const account = await lockAccount(tx, userId);
 * if (!account?.active) return { outcome: 'missing' };
 */
export function lockAccount(tx: Transaction, id: number): Promise<Account | null> {
  return tx.maybeOne(sql.type(accountRow)`select ${columns} from rustio_user where id = ${id} for no key update`);
}

export function subjectOf(account: Pick<Account, 'id' | 'email'>): Subject {
  return { model: 'user', key: String(account.id), label: account.email };
}
