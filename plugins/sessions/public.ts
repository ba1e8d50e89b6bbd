// `rustio-admin/sessions`: for plugins that sign users in, raise the trust of a session, end sessions, or store session data.

export { type Attempt, type AttemptSubject, admitAttempt, type RejectedAttempt } from './attempts.ts';
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
export { rememberDevice } from './known-device.ts';
export { type NewSession, openSession, rotateSession } from './open-session.ts';
export type { SessionOptions } from './options.ts';
export type { Session, SessionData } from './session.ts';
export { clearSessionCookie, setSessionCookie } from './session-cookie.ts';
export type { Circumstances, SignInCondition } from './sign-in-conditions.ts';
export type {
  DeniedSignIn,
  FailedSignIn,
  PendingSignIn,
  SignInAttempt,
  SignInStep,
  VerifiedSignIn,
} from './sign-in-steps.ts';
export { reachesTrust, type Trust, type TrustLevel, type TrustLevels } from './trust.ts';
