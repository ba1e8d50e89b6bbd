import type { EventName } from '../../../core/write/events.ts';
import type { Snapshot } from '../../../core/write/types.ts';

declare module '../../../core/write/events.ts' {
  interface EventData {
    /** The subject is the account. `name`: as chosen by the user. `backedUp`: it is stored in an account, such as a password manager. */
    passkey_added: { readonly name: string; readonly backedUp: boolean };
    passkey_renamed: { readonly before: Snapshot; readonly after: Snapshot };
    passkey_removed: { readonly name: string };
    /** A valid signature was rejected because its counter had not increased: the passkey may have been copied. */
    passkey_counter_rejected: { readonly name: string; readonly stored: number; readonly received: number };
  }
}

export const passkeyEvents = [
  'passkey_added',
  'passkey_renamed',
  'passkey_removed',
  'passkey_counter_rejected',
] as const satisfies readonly EventName[];
