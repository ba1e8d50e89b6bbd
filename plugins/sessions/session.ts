import type { SignInData } from '../../core/request/context.ts';
import type { SessionColumns } from './extension-points.ts';
import type { Trust } from './trust.ts';

/** The session of a request, as used for access decisions. Page data is in `ctx.session`. */
export interface Session {
  /** Public: it appears in the audit trail and in paths, unlike the token. */
  readonly id: string;
  readonly trust: Trust;
  /** True if the password was entered recently. */
  readonly recent: boolean;
  /** The values of the columns that plugins contribute to `session.columns`. */
  readonly columns: SessionColumns;
}

/**
 * Data that is stored until the session ends: an enrolment in progress, a filter to return to. Plugins add optional properties by
 * declaration merging, and read and assign them on `ctx.session`, which is null for anonymous requests.
 *
 * The data is JSON of at most 16 KB; if it has changed, it is saved before the response is sent. Names that begin with an
 * underscore are not saved; `isNew`, `length`, `maxAge`, `save` and other names used by koa-session cannot be used. The data does
 * not affect access: the trust, expiry and end of a session are columns of their own.
 *
 * @example
 * declare module 'rustio-admin/sessions' {
 *   interface SessionData { passkeyChallenge?: string }
 * }
 * if (ctx.session) ctx.session.passkeyChallenge = challenge;
 */
export interface SessionData extends SignInData {}

declare module '../../core/request/context.ts' {
  interface RequestState {
    /** Undefined for anonymous requests. */
    session?: Session | undefined;
    /** The session's data as JSON, as read by the request. */
    savedSessionData?: string | undefined;
    /** Why the session of the request's cookie can no longer be used: an `EndReason`. */
    lostSession?: string | undefined;
    /** The new token of the session, which the response sets in place of that of the request. */
    newToken?: string;
    /** The token of the request's cookie has just been replaced: the browser already has the new one, or is about to get it. */
    isTokenOutdated?: boolean;
    /** Set by a sign-in that was refused after the proof: the message for the user, a key or literal text. */
    signInRefusal?: string | undefined;
  }
  interface ContextProperties {
    readonly session: SessionData | null;
  }
}
