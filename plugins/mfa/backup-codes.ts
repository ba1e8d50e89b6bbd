import { createHash, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { seal, unseal } from '../../core/base/seal.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { bytea } from '../../core/database/values.ts';

/** How many codes are generated. */
export const BACKUP_CODES = 10;
/** If only this many are left, users are asked to generate new ones. */
export const FEW_CODES = 2;
/** Without letters and digits that look alike: 0 O, 1 I L, and U, which looks like V in handwriting. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 3;
const GROUP_LENGTH = 4;

type Keys = Pick<App, 'environment'>;

/** A code for a user who has no access to their authenticator app: 58 random bits as `K7MW-PX9Q-HV2J`. */
export function newBackupCode(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** A typed code without spaces and hyphens, in capitals; undefined if it cannot be a backup code. */
export function parseBackupCode(typed: string): string | undefined {
  const code = typed.replace(/[\s-]/g, '').toUpperCase();
  return code.length === GROUPS * GROUP_LENGTH && [...code].every((each) => ALPHABET.includes(each)) ? code : undefined;
}

/** The codes are random, so a hash without salt is enough; it is encrypted in addition. */
function hashOf(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}

/** A hash copied into another row cannot be read there. */
export function boundToCode(userId: number, id: string): string {
  return `mfa backup code ${userId} ${id}`;
}

/** Replaces all codes of a user. Returns the new ones, which are stored nowhere else, and how many unused ones they replace. */
export async function replaceBackupCodes(
  tx: Transaction,
  { environment }: Keys,
  userId: number,
): Promise<{ readonly codes: readonly string[]; readonly previous: number }> {
  const previous = await deleteBackupCodes(tx, userId);
  const codes = Array.from({ length: BACKUP_CODES }, newBackupCode);
  const rows = codes.map((code) => {
    const id = randomUUID();
    const text = hashOf(code.replaceAll('-', '')).toString('hex');
    return [id, userId, seal(environment.secretKeys, text, boundToCode(userId, id)).toString('hex')];
  });
  await tx.query(sql.unsafe`
    insert into rustio_mfa_backup_code (id, user_id, hash)
    select id, user_id, decode(hash, 'hex') from ${sql.unnest(rows, ['uuid', 'int8', 'text'])} as codes (id, user_id, hash)
  `);
  return { codes, previous };
}

/** Deletes all codes of a user. Returns how many of them were unused. */
export async function deleteBackupCodes(tx: Transaction, userId: number): Promise<number> {
  const deleted = await tx.any(sql.type(z.object({ unused: z.boolean() }))`
    delete from rustio_mfa_backup_code where user_id = ${userId} returning used_at is null as unused
  `);
  return deleted.filter(({ unused }) => unused).length;
}

export function countBackupCodes(query: Query, userId: number): Promise<number> {
  return query.oneFirst(sql.type(z.object({ n: z.int() }))`
    select count(*)::integer as n from rustio_mfa_backup_code where user_id = ${userId} and used_at is null
  `);
}

const storedCode = sql.type(z.object({ id: z.string(), hash: bytea }));

/**
 * Uses up a code of a user. Returns its id and how many are left; undefined if it is wrong or was used before, even by a request at
 * the same time. All codes are compared, so the time reveals nothing.
 */
export async function useBackupCode(
  tx: Transaction,
  { environment }: Keys,
  userId: number,
  typed: string,
): Promise<{ readonly id: string; readonly remaining: number } | undefined> {
  const code = parseBackupCode(typed);
  if (code === undefined) return undefined;
  const given = hashOf(code);
  let match: string | undefined;
  for (const { id, hash } of await tx.any(storedCode`
    select id, hash from rustio_mfa_backup_code where user_id = ${userId} and used_at is null
  `)) {
    const stored = Buffer.from(unseal(environment.secretKeys, hash, boundToCode(userId, id)) ?? '', 'hex');
    if (stored.length === given.length && timingSafeEqual(stored, given)) match = id;
  }
  if (match === undefined) return undefined;
  // fault: backup-code-twice
  const { rowCount } = await tx.query(sql.unsafe`
    update rustio_mfa_backup_code set used_at = now() where id = ${match} and used_at is null
  `);
  return rowCount === 1 ? { id: match, remaining: await countBackupCodes(tx, userId) } : undefined;
}
