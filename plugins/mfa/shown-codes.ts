import type { App } from '../../core/app.ts';
import { seal, unseal } from '../../core/base/seal.ts';
import type { Context } from '../../core/request/context.ts';
import '../sessions/session.ts';

declare module '../sessions/session.ts' {
  interface SessionData {
    /** New backup codes, encrypted, for the next page, which shows them once. */
    mfaCodes?: { readonly sealed: string; readonly at: number };
  }
}

/** After this time, the codes are no longer shown. */
const MAX_AGE_MS = 5 * 60_000;

/** Keeps new backup codes for the next page. In the response to the form itself, a reload would generate others. */
export function showCodesOnce(ctx: Context, { environment }: Pick<App, 'environment'>, codes: readonly string[]): void {
  const { session } = ctx.state;
  if (!ctx.session || !session) return;
  const sealed = seal(environment.secretKeys, codes.join(' '), boundTo(session.id)).toString('base64url');
  ctx.session.mfaCodes = { sealed, at: Date.now() };
}

/** Returns and removes the codes of `showCodesOnce`; undefined if they have been shown. */
export function takeShownCodes(ctx: Context, { environment }: Pick<App, 'environment'>): readonly string[] | undefined {
  const { session } = ctx.state;
  const kept = ctx.session?.mfaCodes;
  // The response to HEAD has no content: the codes would be lost.
  if (!ctx.session || !session || !kept || ctx.method === 'HEAD') return undefined;
  // fault: backup-codes-shown-again
  delete ctx.session.mfaCodes;
  if (Date.now() - kept.at > MAX_AGE_MS) return undefined;
  return unseal(environment.secretKeys, Buffer.from(kept.sealed, 'base64url'), boundTo(session.id))?.split(' ');
}

function boundTo(sessionId: string): string {
  return `mfa backup codes ${sessionId}`;
}
