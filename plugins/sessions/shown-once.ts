import type { App } from '../../core/app.ts';
import { seal, unseal } from '../../core/base/seal.ts';
import type { Context } from '../../core/request/context.ts';
import './session.ts';

/** A password that the next page of an account shows, once. */
interface ShownPassword {
  /** The account that it belongs to. */
  readonly userId: number;
  /** Encrypted, so that readers of the table of sessions cannot sign in with it. */
  readonly sealed: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

declare module './session.ts' {
  interface SessionData {
    temporaryPassword?: ShownPassword;
  }
}

/** After this time, the password is no longer shown. */
const MAX_AGE_MS = 5 * 60_000;

/**
 * Keeps a password for the next page of this account, in the session of the user who has set it. In the response to the form itself, a
 * reload would send the form again. Returns false if the request has no session that stores data.
 *
 * @example
 * if (showOnce(ctx, app, userId, password)) seeOther(ctx, page); // which calls takeShownOnce
 */
export function showOnce(
  ctx: Context,
  { environment }: Pick<App, 'environment'>,
  userId: number,
  password: string,
): boolean {
  const { session } = ctx.state;
  if (!ctx.session || !session || environment.secretKeys.length === 0) return false;
  const sealed = seal(environment.secretKeys, password, boundTo(session.id, userId)).toString('base64url');
  ctx.session.temporaryPassword = { userId, sealed, at: Date.now() };
  return true;
}

/** Returns and removes the password for the page of this account; usually undefined. */
export function takeShownOnce(
  ctx: Context,
  { environment }: Pick<App, 'environment'>,
  userId: number,
): string | undefined {
  const { session } = ctx.state;
  const kept = ctx.session?.temporaryPassword;
  if (!ctx.session || !session || kept?.userId !== userId) return undefined;
  // The response has no content: the password would be lost.
  if (ctx.method === 'HEAD') return undefined;
  // fault: temporary-password-shown-again
  delete ctx.session.temporaryPassword;
  if (Date.now() - kept.at > MAX_AGE_MS) return undefined;
  return unseal(environment.secretKeys, Buffer.from(kept.sealed, 'base64url'), boundTo(session.id, userId));
}

function boundTo(session: string, userId: number): string {
  return `temporary password ${session} ${userId}`;
}
