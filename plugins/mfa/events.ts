import type { EventName } from '../../core/write/events.ts';

/** How a second factor was proven. */
export type FactorMethod = 'totp' | 'backup_code' | 'passkey';

declare module '../../core/write/events.ts' {
  interface EventData {
    /** A user has set up an authenticator app, or has added a passkey as their first factor. `codes`: how many backup codes were generated with it. */
    mfa_enabled: { readonly method: FactorMethod; readonly codes: number };
    /** A user has removed their authenticator app, or a passkey that was their last factor. `codes`: how many unused backup codes were deleted with it. */
    mfa_disabled: { readonly method: FactorMethod; readonly codes: number };
    /** All second factors were removed in a recovery. */
    mfa_reset_by_other: { readonly codes: number; readonly passkeys: number };
    /** The second factor was proven after the password. `remembered_device`: without a code. */
    mfa_succeeded: { readonly method: FactorMethod | 'remembered_device' };
    /** A code was wrong or already used (`rejected`), or there were too many attempts (`throttled`). */
    mfa_failed: { readonly reason: 'rejected' | 'throttled' };
    /** A backup code was used. */
    mfa_code_consumed: { readonly codeId: string; readonly remaining: number };
    backup_codes_regenerated: { readonly previous: number; readonly generated: number };
    mfa_device_remembered: { readonly deviceId: string; readonly days: number };
    /** `reason`: `user_requested`, or what happened to the account. */
    mfa_device_forgotten: { readonly devices: number; readonly reason: string };
  }
}

export const events = [
  'mfa_enabled',
  'mfa_disabled',
  'mfa_reset_by_other',
  'mfa_succeeded',
  'mfa_failed',
  'mfa_code_consumed',
  'backup_codes_regenerated',
  'mfa_device_remembered',
  'mfa_device_forgotten',
] as const satisfies readonly EventName[];
