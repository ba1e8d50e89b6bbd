import type { EventName } from '../../core/events.ts';
import type { EndReason } from './end-sessions.ts';

declare module '../../core/events.ts' {
  interface EventData {
    /** `method`: `password` or the name of a sign-in method. `pending`: the page of a step that is not done yet. */
    login_succeeded: { readonly method: string; readonly pending?: string };
    /**
     * Nobody is told which it was but the trail. The address typed for an unknown account is kept as a fingerprint, and
     * only when it looks like one: people type passwords into the wrong field.
     */
    login_failed: {
      /** `unknown`, `inactive`, `wrong_password`, or what a sign-in method reports. */
      readonly reason: string;
      readonly method: string;
      readonly emailFingerprint?: string;
    };
    session_logout: Readonly<Record<never, never>>;
    /** One a session. */
    sessions_revoked_self: { readonly sessionId: string; readonly reason: EndReason; readonly via: string };
    sessions_revoked_by_other: { readonly sessionId: string; readonly reason: EndReason; readonly via: string };
    reauth_succeeded: Readonly<Record<never, never>>;
    /** `factor` when the password was right and something else was not. */
    reauth_failed: { readonly reason: 'wrong_password' | 'factor' };
  }
}

export const events = [
  'login_succeeded',
  'login_failed',
  'session_logout',
  'sessions_revoked_self',
  'sessions_revoked_by_other',
  'reauth_succeeded',
  'reauth_failed',
] as const satisfies readonly EventName[];
