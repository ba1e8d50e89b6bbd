import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { seal, unseal } from '../../core/base/seal.ts';
import type { Query } from '../../core/database/queries.ts';
import { bytea } from '../../core/database/values.ts';
import { boundToCode } from './backup-codes.ts';
import { boundToTotp } from './verify.ts';

/** How many encrypted values there are under the first key, under a later one, and under none of them. */
export interface KeyUse {
  readonly current: number;
  readonly older: number;
  readonly unreadable: number;
}

const BATCH = 500;
const row = sql.type(z.object({ id: z.string(), user_id: z.coerce.number(), sealed: bytea }));

/** The tables with encrypted values. */
const TABLES = [
  {
    read: (after: string) => row`
      select user_id::text as id, user_id, secret as sealed from rustio_mfa_totp
      where user_id > ${after === '' ? '0' : after}::bigint order by user_id limit ${BATCH}
    `,
    replace: (id: string, before: Buffer, sealed: Buffer) => sql.unsafe`
      update rustio_mfa_totp set secret = ${sql.binary(sealed)}
      where user_id = ${id}::bigint and secret = ${sql.binary(before)}
    `,
    boundTo: (_id: string, userId: number) => boundToTotp(userId),
  },
  {
    read: (after: string) => row`
      select id::text, user_id, hash as sealed from rustio_mfa_backup_code
      where id > ${after === '' ? '00000000-0000-0000-0000-000000000000' : after}::uuid order by id limit ${BATCH}
    `,
    replace: (id: string, before: Buffer, sealed: Buffer) => sql.unsafe`
      update rustio_mfa_backup_code set hash = ${sql.binary(sealed)} where id = ${id}::uuid and hash = ${sql.binary(before)}
    `,
    boundTo: boundToCodeOf,
  },
];

function boundToCodeOf(id: string, userId: number): string {
  return boundToCode(userId, id);
}

/** Counts the encrypted values by key. */
export function keyUse(query: Query, { environment }: Pick<App, 'environment'>): Promise<KeyUse> {
  return visit(query, environment.secretKeys, async () => {});
}

/**
 * Encrypts all secrets and hashes of codes under the first key, so that the others can be removed. Each value is replaced only if it has
 * not changed meanwhile, so users can sign in and set up apps at the same time; a process that is stopped can be repeated.
 */
export function rekey(query: Query, { environment }: Pick<App, 'environment'>): Promise<KeyUse> {
  const keys = environment.secretKeys;
  return visit(query, keys, async ({ table, id, sealed, text, boundTo }) => {
    await query.query(table.replace(id, sealed, seal(keys, text, boundTo)));
  });
}

interface OlderValue {
  readonly table: (typeof TABLES)[number];
  readonly id: string;
  readonly sealed: Buffer;
  readonly text: string;
  readonly boundTo: string;
}

async function visit(
  query: Query,
  keys: readonly string[],
  onOlder: (value: OlderValue) => Promise<void>,
): Promise<KeyUse> {
  const count = { current: 0, older: 0, unreadable: 0 };
  for (const table of TABLES)
    for (let after = '', isComplete = false; !isComplete; ) {
      const rows = await query.any(table.read(after));
      for (const { id, user_id, sealed } of rows) {
        const boundTo = table.boundTo(id, user_id);
        const text = unseal(keys, sealed, boundTo);
        if (text === undefined) count.unreadable += 1;
        else if (unseal(keys.slice(0, 1), sealed, boundTo) !== undefined) count.current += 1;
        else {
          count.older += 1;
          await onOlder({ table, id, sealed, text, boundTo });
        }
      }
      after = rows.at(-1)?.id ?? '';
      isComplete = rows.length < BATCH;
    }
  return count;
}
