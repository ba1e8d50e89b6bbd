import type { EventName } from '../../core/events.ts';
import type { EndReason } from './end-sessions.ts';

declare module '../../core/events.ts' {
  interface EventData {
    login_succeeded: { readonly method: 'password' };
    /**
     * Nobody is told which it was but the trail. The address typed for an unknown account is kept as a fingerprint, and
     * only when it looks like one: people type passwords into the wrong field.
     */
    login_failed: {
      readonly reason: 'unknown' | 'inactive' | 'wrong_password';
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
