import type { EventName } from '../../core/write/events.ts';
import type { Snapshot } from '../../core/write/types.ts';

declare module '../../core/write/events.ts' {
  interface EventData {
    user_created: { readonly after: Snapshot };
    /** Only the changed values: name, role, active, groups, permissions. */
    user_updated: { readonly before: Snapshot; readonly after: Snapshot };
    password_changed_self: Readonly<Record<never, never>>;
    password_reset_by_other: Readonly<Record<never, never>>;
    group_created: { readonly after: Snapshot };
    /** Only the changed values: permissions, members. */
    group_updated: { readonly before: Snapshot; readonly after: Snapshot };
  }
}

export const events = [
  'user_created',
  'user_updated',
  'password_changed_self',
  'password_reset_by_other',
  'group_created',
  'group_updated',
] as const satisfies readonly EventName[];
