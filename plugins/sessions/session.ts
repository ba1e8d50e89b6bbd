import type { SignInData } from '../../core/request/context.ts';
import type { SessionColumns } from './extension-points.ts';
import type { Trust } from './trust.ts';

/** The session of a request, as access decisions use it. Data of pages is in `ctx.session`. */
export interface Session {
  /** Public: it is in the audit trail and in paths. The token never is. */
  readonly id: string;
  readonly trust: Trust;
  /** The password was entered recently. */
  readonly recent: boolean;
  /** What plugins contribute to `session.columns`. */
  readonly columns: SessionColumns;
}

/**
 * Data of one sign-in that ends with it: an enrolment in progress, a filter to come back to. Plugins merge their optional
 * properties in here and read and assign them on `ctx.session`, which is null for anonymous requests.
 *
 * It is JSON of at most 16 KB, and saved before the response is sent, if it has changed. Names that begin with an underscore
 * are not saved; `isNew`, `length`, `maxAge`, `save` and other names of koa-session's own object cannot be used. It does not
 * affect access: trust, expiry and end of a session are columns of their own.
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
    /** The data of the session as the request read it, as JSON. */
    savedSessionData?: string | undefined;
  }
  interface ContextProperties {
    readonly session: SessionData | null;
  }
}
