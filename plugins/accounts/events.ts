import type { EventName } from '../../core/write/events.ts';

declare module '../../core/write/events.ts' {
  interface EventData {
    /** An invitation was sent to the account's address. `until`: how long it is valid, an ISO time. */
    user_invited: { readonly until: string };
    /** An invited user has chosen a password; `password_changed_self` is recorded with it. */
    invitation_accepted: Readonly<Record<never, never>>;
    invitation_withdrawn: Readonly<Record<never, never>>;
    /** A user asked for a link to another address. The address is not recorded, because it may be somebody else's. */
    address_change_requested: Readonly<Record<never, never>>;
  }
}

export const events = [
  'user_invited',
  'invitation_accepted',
  'invitation_withdrawn',
  'address_change_requested',
] as const satisfies readonly EventName[];
