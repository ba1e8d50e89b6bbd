import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { ROLES, type Role } from '../auth/roles.ts';
import { signInCondition } from './sign-in-conditions.ts';

const hours = z
  .number()
  .positive()
  .max(24 * 90);
const days = z.number().positive().max(365);
const count = z.int().positive().max(1_000);

/** How long sessions last, how many an account may have, and what a sign-in depends on. */
export const sessionOptions = z
  .strictObject({
    /** The session ends after this time without a request. */
    idleHours: hours.default(8),
    /** The session ends after this time, even if it is in use. */
    absoluteDays: days.default(14),
    /** An account has at most this many sessions: a sign-in ends the oldest ones. No limit by default. */
    maxSessions: count.optional(),
    /** Other limits for the accounts of a role. */
    roles: z
      .partialRecord(
        z.enum(ROLES),
        z.strictObject({
          idleHours: hours.optional(),
          absoluteDays: days.optional(),
          maxSessions: count.optional(),
        }),
      )
      .default({}),
    /** Sends users an email when their account signs in with a new device, if the plugin `mail` is enabled. */
    newDeviceMail: z.boolean().default(true),
    /** How long after entering the password it is not requested again on pages that require it. */
    recentMinutes: z
      .number()
      .positive()
      .max(24 * 60)
      .default(15),
    /** Conditions that users must meet to sign in: networks, hours. Plugins contribute them to `signIn.conditions`. */
    conditions: z.array(signInCondition).readonly().default([]),
  })
  .superRefine((options, check) => {
    for (const role of [undefined, ...ROLES]) {
      if (role !== undefined && options.roles[role] === undefined) continue;
      const { idleHours, absoluteDays } = limitsOf(options, role);
      const path = [...(role === undefined ? [] : ['roles', role]), 'idleHours'];
      if (idleHours > absoluteDays * 24)
        check.addIssue({ code: 'custom', path, message: 'must not be longer than absoluteDays' });
    }
  });
/** The plugin's options with their defaults. */
export type SessionOptions = z.output<typeof sessionOptions>;

/** The limits of sessions of one account. */
export type SessionLimits = Pick<SessionOptions, 'idleHours' | 'absoluteDays' | 'maxSessions'>;

/** The limits for a role: those of the role, or else the general ones. */
export function limitsOf(
  options: SessionLimits & Pick<SessionOptions, 'roles'>,
  role: Role | undefined,
): SessionLimits {
  const own = role && options.roles[role];
  return {
    idleHours: own?.idleHours ?? options.idleHours,
    absoluteDays: own?.absoluteDays ?? options.absoluteDays,
    maxSessions: own?.maxSessions ?? options.maxSessions,
  };
}

/** A limit in seconds as an SQL expression over the role of the account with alias `u`. */
export function secondsOf(options: SessionOptions, of: (limits: SessionLimits) => number): FragmentSqlToken {
  const roles = ROLES.filter((role) => options.roles[role] !== undefined);
  const general = sql.fragment`${of(limitsOf(options, undefined))}::float8`;
  if (roles.length === 0) return general;
  const cases = roles.map((role) => sql.fragment`when ${role} then ${of(limitsOf(options, role))}::float8`);
  return sql.fragment`case u.role ${sql.join(cases, sql.fragment` `)} else ${general} end`;
}

export const idleSeconds = ({ idleHours }: SessionLimits): number => idleHours * 3_600;
export const absoluteSeconds = ({ absoluteDays }: SessionLimits): number => absoluteDays * 86_400;

declare module '../../core/settings.ts' {
  interface PluginOptions {
    sessions: typeof sessionOptions;
  }
}
