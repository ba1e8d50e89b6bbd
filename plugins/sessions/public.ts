// `rustio-admin/sessions`: what plugins need that sign users in, raise the trust of a session, end sessions, or keep something for
// one sign-in.

export { completeSignIn, type RejectedSignIn, recordFailedSignIn, type VerifiedUser } from './complete-sign-in.ts';
export {
  type EndedSession,
  type EndReason,
  type EndReasons,
  endSessions,
  type SessionSelection,
} from './end-sessions.ts';
export type {
  AccountPage,
  SessionColumn,
  SessionColumnOf,
  SessionColumns,
  SessionFactor,
  SignInLink,
  SignInMethod,
} from './extension-points.ts';
export { nextPath } from './next-path.ts';
export { type NewSession, openSession, rotateSession } from './open-session.ts';
export type { SessionOptions } from './options.ts';
export { type Revocation, revokeSessions } from './revoke-sessions.ts';
export type { Session, SessionData } from './session.ts';
export { clearSessionCookie, setSessionCookie } from './session-cookie.ts';
export {
  attemptRefused,
  type FailedSignIn,
  type PendingSignIn,
  type SignInAttempt,
  type SignInStep,
  type VerifiedSignIn,
} from './sign-in-steps.ts';
export { reachesTrust, type Trust, type TrustLevel, type TrustLevels } from './trust.ts';
