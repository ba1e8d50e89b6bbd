// `rustio-admin/sessions`: what plugins need that sign users in, raise the trust of a session, or end sessions.

export type { EndReason, Which } from './end-sessions.ts';
export { nextPath } from './next-path.ts';
export { type NewSession, openSession, rotateSession } from './open-session.ts';
export { revokeSessions } from './revoke-sessions.ts';
export type { Session, Trust } from './session.ts';
export { clearSessionCookie, setSessionCookie } from './session-cookie.ts';
export type { SessionColumn, SessionColumns, SessionFactor } from './slots.ts';
