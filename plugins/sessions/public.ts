// `rustio-admin/sessions`: for plugins that sign users in, raise the trust of a session, end sessions, or store session data.

export {
  completeSignIn,
  nextPath,
  type RejectedSignIn,
  recordFailedSignIn,
  type VerifiedUser,
} from './complete-sign-in.ts';
export {
  type EndedSession,
  type EndReason,
  type EndReasons,
  endSessions,
  type Revocation,
  revokeSessions,
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
export { type NewSession, openSession, rotateSession } from './open-session.ts';
export type { SessionOptions } from './options.ts';
export type { Session, SessionData } from './session.ts';
export { clearSessionCookie, setSessionCookie } from './session-cookie.ts';
export {
  type FailedSignIn,
  type PendingSignIn,
  type SignInAttempt,
  type SignInStep,
  secondsUntilAllowed,
  type VerifiedSignIn,
} from './sign-in-steps.ts';
export { reachesTrust, type Trust, type TrustLevel, type TrustLevels } from './trust.ts';
