import { sql } from 'slonik';
import { z } from 'zod';
import type { Check, CheckResult } from '../../core/command.ts';
import { isEffective } from './grants.ts';
import { someAdministratorRemains } from './last-administrator.ts';
import { hashPassword, isOutdated, verifyPassword } from './password-hash.ts';

/**
 * Above this, a sign-in is slow and many concurrent ones overload the server. The parameters are chosen for about 20 to 50 ms.
 */
const SLOW_MS = 1_000;

const administrator: Check = {
  name: 'administrator',
  needs: 'database',
  async run({ database }): Promise<CheckResult> {
    if (await someAdministratorRemains(database))
      return { status: 'ok', message: 'There is an administrator or developer who can sign in.' };
    return {
      status: 'failed',
      message: 'There is no administrator or developer who can sign in: active, not locked, and with a password.',
      fix: 'npx rustio-admin user create --email you@example.org --role administrator',
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
        message: 'Argon2id failed to verify a password that it had just hashed.',
        fix: 'Rebuild the package: npm rebuild argon2',
      };
    }
    if (ms > SLOW_MS) {
      return {
        status: 'warning',
        message: `Hashing one password takes ${ms} ms.`,
        fix: 'Use a machine with more CPU.',
      };
    }
    return { status: 'ok', message: `Argon2id works and takes ${ms} ms per password.` };
  },
};

const oldHashes: Check = {
  name: 'password-hashes',
  needs: 'database',
  async run({ database }): Promise<CheckResult> {
    // Read only the parameters before the salt.
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
          message:
            accounts === 1
              ? '1 password uses an outdated hash; it is rehashed at the next sign-in.'
              : `${accounts} passwords use an outdated hash; each is rehashed at the next sign-in.`,
        };
  },
};

const permissions: Check = {
  name: 'permissions',
  needs: 'database',
  async run({ app, database }): Promise<CheckResult> {
    const granted = await database.any(
      sql.type(z.object({ holder: z.string(), permission: z.string(), effective: z.boolean() }))`
        select 'the group ' || g.name as holder, gp.permission, ${isEffective('gp')} as effective
        from rustio_group_permission gp
        join rustio_group g on g.id = gp.group_id
        union all
        select 'the user ' || u.email, up.permission, ${isEffective('up')}
        from rustio_user_permission up
        join rustio_user u on u.id = up.user_id
        order by 1, 2
      `,
    );
    const existing = new Set(app.permissions);
    // fault: permissions-without-model
    const unknown = granted.filter(({ permission, effective }) => !effective || !existing.has(permission));
    if (unknown.length === 0) return { status: 'ok', message: 'Every granted permission exists.' };
    return {
      status: 'warning',
      message: `Permissions that do not exist are granted: ${unknown.map(({ holder, permission }) => `${permission} to ${holder}`).join(', ')}. They have no effect. Those of a plugin take effect again if it is enabled.`,
      fix: 'Revoke each: npx rustio-admin group revoke GROUP PERMISSION, or user revoke EMAIL PERMISSION.',
    };
  },
};

export const checks: readonly Check[] = [administrator, passwordHashing, oldHashes, permissions];
