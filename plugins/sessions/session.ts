import type { SessionColumns } from './slots.ts';

/** What a session has proven: the password, or a second factor as well. An unknown word would count as the least. */
export type Trust = 'authenticated' | 'elevated' | 'mfa_verified';

/** The session of a request. */
export interface Session {
  /** Public: it stands in the audit trail and in addresses. The token never does. */
  readonly id: string;
  readonly trust: Trust;
  /** The password was asked for a short time ago. */
  readonly recent: boolean;
  /** What plugins asked for through the slot `session.columns`. */
  readonly columns: SessionColumns;
}

declare module '../../core/http/context.ts' {
  interface RequestState {
    /** Undefined for strangers. */
    session?: Session | undefined;
  }
}
