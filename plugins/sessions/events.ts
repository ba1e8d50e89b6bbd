import type { EventName } from '../../core/write/events.ts';
import type { EndReason } from './end-sessions.ts';

declare module '../../core/write/events.ts' {
  interface EventData {
    /**
     * `method`: `password` or the name of a sign-in method. `pending`: the page of a step that is still pending. `newDevice`: the account has not
     * signed in with this browser before, or the browser has forgotten it.
     */
    login_succeeded: { readonly method: string; readonly pending?: string; readonly newDevice?: true };
    /**
     * The reason is stored only in the audit trail. If the account is unknown, the typed address is stored as a fingerprint, and
     * only if it looks like an address: people type passwords into the wrong field.
     */
    login_failed: {
      /**
       * `unknown`, `inactive`, `locked`, `wrong_password`, `throttled`, `refused` (by the condition that is named), or a code defined by the
       * sign-in method or a step.
       */
      readonly reason: string;
      readonly method: string;
      /** The name of the item of `signIn.conditions` that was not met. */
      readonly condition?: string;
      readonly emailFingerprint?: string;
    };
    session_logout: Readonly<Record<never, never>>;
    /** Ended by the clean-up because of inactivity or its maximum lifetime. */
    session_expired: { readonly sessionId: string };
    /** Ended because a token was used long after it had been replaced. */
    session_token_reused: { readonly sessionId: string };
    /** Ended by a request that no longer met a condition of `signIn.conditions`. */
    session_refused: { readonly sessionId: string; readonly condition: string };
    /** Recorded once per session. */
    sessions_revoked_self: { readonly sessionId: string; readonly reason: EndReason; readonly via: string };
    sessions_revoked_by_other: { readonly sessionId: string; readonly reason: EndReason; readonly via: string };
    reauth_succeeded: Readonly<Record<never, never>>;
    /** `factor` if the password was correct but another factor was not, `refused` if a condition was not met. */
    reauth_failed: {
      readonly reason: 'wrong_password' | 'factor' | 'throttled' | 'refused';
      readonly condition?: string;
    };
  }
}

export const events = [
  'login_succeeded',
  'login_failed',
  'session_logout',
  'session_expired',
  'session_token_reused',
  'session_refused',
  'sessions_revoked_self',
  'sessions_revoked_by_other',
  'reauth_succeeded',
  'reauth_failed',
] as const satisfies readonly EventName[];
