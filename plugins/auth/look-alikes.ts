import { sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Issue } from '../../core/model/issue.ts';

// Two accounts must not have addresses that people cannot tell apart: an administrator would grant permissions to the wrong one. The rules
// are a small part of UTS 39 (Unicode security mechanisms): no mixed scripts, and no address that consists of letters that look
// like those of an existing one. Similar characters of ASCII, such as l and 1, are not covered: addresses with a number are common.

/** Scripts with letters that look like those of another script. In all others, no word looks like a Latin one. */
const SIMILAR_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Lisu}/u,
];

/** Whether a part of an address (before the @, or a label of the domain) mixes scripts. Each part can have a different one. */
export function mixesScripts(email: string): boolean {
  const parts = email.normalize('NFKC').split(/[@.]/);
  return parts.some((part) => SIMILAR_SCRIPTS.filter((script) => script.test(part)).length > 1);
}

/** Lowercase letters of these scripts, and below each the letter that it looks like (from Unicode's confusables.txt). */
const LETTERS = 'авсԁеһіјкӏмнорԛгѕтѵԝхуүзɑαϲɡıικνοσρτυχγϳոօսհցզ';
const LOOK_LIKE = 'abcdehijklmhopqrstvwxyy3aacgiikvooptuxyjnouhgq';

const serverEncoding = sql.type(z.object({ encoding: z.string() }));

/**
 * Why an account cannot get this address, if another one looks like it: the same after compatibility normalisation, in lower case and
 * with similar letters replaced. Addresses that are equal are found by the unique index. Accounts are created rarely, so comparing all
 * addresses is cheaper than storing a second form of each. Concurrent creations wait for each other.
 */
export async function lookAlikeIssue(tx: Transaction, email: string, except?: number): Promise<Issue | undefined> {
  // fault: mixed-scripts
  if (mixesScripts(email)) return { key: 'auth.problem.emailMixed' };
  // Other encodings lack these letters, or PostgreSQL cannot normalise text in them.
  const encoding = await tx.oneFirst(serverEncoding`select current_setting('server_encoding') as encoding`);
  if (encoding !== 'UTF8') return undefined;
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended('rustio: addresses', 0))`);
  const taken = await tx.exists(sql.unsafe`
    select from rustio_user u
    where translate(lower(normalize(u.email, nfkc)), ${LETTERS}, ${LOOK_LIKE})
        = translate(lower(normalize(${email}::text, nfkc)), ${LETTERS}, ${LOOK_LIKE})
      and lower(u.email) <> lower(${email})
      and u.id is distinct from ${except ?? null}::bigint
  `);
  // fault: look-alike-address
  return taken ? { key: 'auth.problem.emailLookAlike' } : undefined;
}
