import { z } from 'zod';
import { ROLES, type Role } from '../auth/roles.ts';

const policy = z.enum(['off', 'optional', 'required']);
const graceDays = z.number().min(0).max(365);
const rememberDays = z.number().min(0).max(365);

/** Whether users need a second factor, and how long a device is remembered. */
export const options = z.strictObject({
  /** `off`: none is offered or asked for. `optional`: users who have one are asked for it. `required`: every user must have one. */
  policy: policy.default('optional'),
  /** How long users can work without a required second factor, from their first sign-in under the rule. 0: not at all. */
  graceDays: graceDays.default(7),
  /** How long a device that its user wants to be remembered needs no code. 0: it always needs one. */
  rememberDays: rememberDays.default(30),
  /** Other rules for the accounts of a role. */
  roles: z
    .partialRecord(
      z.enum(ROLES),
      z.strictObject({
        policy: policy.optional(),
        graceDays: graceDays.optional(),
        rememberDays: rememberDays.optional(),
      }),
    )
    .default({}),
});
/** The plugin's options with their defaults. */
export type MfaOptions = z.output<typeof options>;

/** The rules for the accounts of a role. */
export type MfaRules = Pick<MfaOptions, 'policy' | 'graceDays' | 'rememberDays'>;

/**
 * The rules for a role: those of the role, or else the general ones.
 *
 * @example
 * rulesOf(app.options('mfa'), user.role).policy // 'required'
 */
export function rulesOf(all: MfaOptions, role: Role): MfaRules {
  const own = all.roles[role];
  return {
    policy: own?.policy ?? all.policy,
    graceDays: own?.graceDays ?? all.graceDays,
    rememberDays: own?.rememberDays ?? all.rememberDays,
  };
}

/** Whether a second factor is off for every role. */
export function isOff(all: MfaOptions): boolean {
  return ROLES.every((role) => rulesOf(all, role).policy === 'off');
}

declare module '../../core/settings.ts' {
  interface PluginOptions {
    mfa: typeof options;
  }
}
