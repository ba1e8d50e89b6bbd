import type { EventName } from '../../core/write/events.ts';
import type { EndReason } from './end-sessions.ts';

declare module '../../core/write/events.ts' {
  interface EventData {
    /** `method`: `password` or the name of a sign-in method. `pending`: the page of a step that is still pending. */
    login_succeeded: { readonly method: string; readonly pending?: string };
    /**
     * The reason is stored only in the audit trail. If the account is unknown, the typed address is stored as a fingerprint, and
     * only if it looks like an address: people type passwords into the wrong field.
     */
    login_failed: {
      /** `unknown`, `inactive`, `wrong_password`, or a code defined by the sign-in method. */
      readonly reason: string;
      readonly method: string;
      readonly emailFingerprint?: string;
    };
    session_logout: Readonly<Record<never, never>>;
    /** Ended by the clean-up because of inactivity or its maximum lifetime. */
    session_expired: { readonly sessionId: string };
    /** Recorded once per session. */
    sessions_revoked_self: { readonly sessionId: string; readonly reason: EndReason; readonly via: string };
    sessions_revoked_by_other: { readonly sessionId: string; readonly reason: EndReason; readonly via: string };
    reauth_succeeded: Readonly<Record<never, never>>;
    /** `factor` if the password was correct but another factor was not. */
    reauth_failed: { readonly reason: 'wrong_password' | 'factor' };
  }
}

export const events = [
  'login_succeeded',
  'login_failed',
  'session_logout',
  'session_expired',
  'sessions_revoked_self',
  'sessions_revoked_by_other',
  'reauth_succeeded',
  'reauth_failed',
] as const satisfies readonly EventName[];
