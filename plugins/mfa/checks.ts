import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Check, CheckResult } from '../../core/command.ts';
import type { BootProblem } from '../../core/errors/boot.ts';
import { ROLES } from '../auth/roles.ts';
import { hasAnyFactor } from './factors.ts';
import { isOff, rulesOf } from './options.ts';
import { keyUse } from './rekey.ts';

/** In production, the plugin needs secret keys unless it is off. In development, the page of an enrolment reports it. */
export function keyProblems(app: App): readonly BootProblem[] {
  const { production, secretKeys } = app.environment;
  // fault: mfa-without-keys
  if (!production || secretKeys.length > 0 || isOff(app.options('mfa'))) return [];
  return [
    {
      where: 'environment variable RUSTIO_SECRET_KEYS',
      problem:
        "It is required by the plugin mfa, which encrypts second factors with it. To do without them, set plugins: { mfa: { policy: 'off' } }.",
    },
  ];
}

const enrolledRoles = sql.type(z.object({ role: z.enum(ROLES), enrolled: z.int(), all: z.int() }));

const accounts: Check = {
  name: 'mfa-accounts',
  needs: 'database',
  async run({ app, database }): Promise<CheckResult> {
    const rows = await database.any(enrolledRoles`
      select u.role, count(*) filter (where ${hasAnyFactor})::integer as enrolled, count(*)::integer as all
      from rustio_user u
      where u.active and u.kind = 'person'
      group by u.role
    `);
    const policyOf = (role: (typeof ROLES)[number]) => rulesOf(app.options('mfa'), role).policy;
    const unused = sum(rows.filter(({ role }) => policyOf(role) === 'off').map(({ enrolled }) => enrolled));
    if (unused > 0)
      return {
        status: 'warning',
        message: `${count(unused)} a second factor that is not asked for, because it is off for their role.`,
        fix: "Set plugins: { mfa: { policy: 'optional' } } in the config.",
      };
    const missing = rows.filter(({ role, enrolled, all }) => policyOf(role) === 'required' && enrolled < all);
    if (missing.length > 0)
      return {
        status: 'note',
        message: `${count(sum(missing.map(({ enrolled, all }) => all - enrolled)))} no second factor, although it is required.`,
      };
    return { status: 'ok', message: 'Every account with a second factor is asked for it.' };
  },
};

const keys: Check = {
  name: 'mfa-keys',
  needs: 'database',
  async run({ app, database }): Promise<CheckResult> {
    const { older, unreadable } = await keyUse(database, app);
    if (unreadable > 0)
      return {
        status: 'failed',
        message: `${unreadable} secrets and codes of second factors cannot be decrypted: their users cannot sign in with them.`,
        fix: 'Add the key that they were encrypted under to the end of RUSTIO_SECRET_KEYS, or remove the factors: npx rustio-admin user disable-mfa EMAIL.',
      };
    if (older > 0)
      return {
        status: 'warning',
        message: `${older} secrets and codes of second factors are encrypted under an older key.`,
        fix: 'Run npx rustio-admin mfa rekey before you remove that key.',
      };
    return { status: 'ok', message: 'All second factors are encrypted under the first key.' };
  },
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
const count = (n: number): string => (n === 1 ? '1 account has' : `${n} accounts have`);

export const checks: readonly Check[] = [accounts, keys];
