import type { EventName } from '../../core/write/events.ts';
import type { Snapshot } from '../../core/write/types.ts';

declare module '../../core/write/events.ts' {
  interface EventData {
    user_created: { readonly after: Snapshot };
    /** Only the changed values: name, role, active, groups, permissions. */
    user_updated: { readonly before: Snapshot; readonly after: Snapshot };
    password_changed_self: Readonly<Record<never, never>>;
    /** `temporary`: the user must choose another password when they sign in. */
    password_reset_by_other: { readonly temporary?: boolean };
    /** `until`: an ISO time, or `infinity`. */
    account_locked: { readonly until: string };
    account_unlocked: Readonly<Record<never, never>>;
    /** The subject is the pseudonym. Handlers delete what their plugin stores about the user. */
    user_erased: Readonly<Record<never, never>>;
    group_created: { readonly after: Snapshot };
    /** Only the changed values: name, description, permissions. */
    group_updated: { readonly before: Snapshot; readonly after: Snapshot };
    group_deleted: { readonly before: Snapshot };
  }
}

export const events = [
  'user_created',
  'user_updated',
  'password_changed_self',
  'password_reset_by_other',
  'account_locked',
  'account_unlocked',
  'user_erased',
  'group_created',
  'group_updated',
  'group_deleted',
] as const satisfies readonly EventName[];
