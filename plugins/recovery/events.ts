import type { EventName } from '../../core/write/events.ts';

declare module '../../core/write/events.ts' {
  interface EventData {
    /** A link to choose a new password was sent to the account's address. `minutes`: how long it is valid. */
    password_reset_requested: { readonly minutes: number };
    /** A password was chosen with such a link; `password_changed_self` is recorded with it. */
    password_reset_completed: Readonly<Record<never, never>>;
    /** A user has replaced a temporary password; `password_changed_self` is recorded with it. */
    forced_password_change_completed: Readonly<Record<never, never>>;
    /** An emergency command was run; the events of what it did are recorded with it. `operator`: who ran it, `user@host`. */
    emergency_recovery: { readonly operation: string; readonly reason: string; readonly operator: string };
  }
}

export const events = [
  'password_reset_requested',
  'password_reset_completed',
  'forced_password_change_completed',
  'emergency_recovery',
] as const satisfies readonly EventName[];
