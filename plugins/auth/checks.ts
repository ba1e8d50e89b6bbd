import { sql } from 'slonik';
import { z } from 'zod';
import type { Check, CheckResult } from '../../core/command.ts';
import { someCommanderRemains } from './last-administrator.ts';
import { hashPassword, isOutdated, verifyPassword } from './password-hash.ts';

/** Above this a sign-in is slow and a crowd of them a burden; the parameters ask for about 20 to 50 ms. */
const SLOW_MS = 1_000;

const administrator: Check = {
  name: 'administrator',
  needs: 'database',
  async run({ database }): Promise<CheckResult> {
    if (await someCommanderRemains(database)) return { status: 'ok', message: 'There is an active administrator.' };
    return {
      status: 'failed',
      message: 'Nobody active is administrator or developer.',
      fix: 'rustio-admin user create --email you@example.org --role administrator',
    };
  },
};

const passwordHashing: Check = {
  name: 'password-hashing',
  needs: 'nothing',
  async run(): Promise<CheckResult> {
    const start = performance.now();
    const hash = await hashPassword('a password of this check');
    const ms = Math.round(performance.now() - start);
    if (!(await verifyPassword(hash, 'a password of this check')) || isOutdated(hash)) {
      return {
        status: 'failed',
        message: 'Argon2id does not verify what it hashed.',
        fix: 'Reinstall: npm rebuild argon2',
      };
    }
    if (ms > SLOW_MS) {
      return {
        status: 'warning',
        message: `Hashing one password takes ${ms} ms.`,
        fix: 'Give the machine more processor.',
      };
    }
    return { status: 'ok', message: `Argon2id works and takes ${ms} ms a password.` };
  },
};

const oldHashes: Check = {
  name: 'password-hashes',
  needs: 'database',
  async run({ database }): Promise<CheckResult> {
    // Only the parameters in front of the salt travel.
    const prefixes = await database.any(sql.type(z.object({ prefix: z.string().nullable(), accounts: z.number() }))`
      select
        substring(password_hash from '^[$]argon2id[$]v=[0-9]+[$][^$]+') as prefix,
        count(*)::integer as accounts
      from rustio_user
      where password_hash is not null
      group by 1
    `);
    const old = prefixes.filter(({ prefix }) => prefix === null || isOutdated(`${prefix}$c2FsdHNhbHQ$aGFzaGhhc2g`));
    const accounts = old.reduce((sum, each) => sum + each.accounts, 0);
    return accounts === 0
      ? { status: 'ok', message: 'All passwords are hashed with the current parameters.' }
      : {
          status: 'note',
          message: `${accounts} passwords have an older hash; each is renewed when its owner signs in.`,
        };
  },
};

export const checks: readonly Check[] = [administrator, passwordHashing, oldHashes];
