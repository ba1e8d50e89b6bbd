import type { App } from '../app.ts';
import type { Context } from '../request/context.ts';
import { loggedPath } from './logged-path.ts';
import { recordEvent } from './record-event.ts';

const MAX_LENGTH = 200;

/**
 * Records that a request of an authenticated actor was denied (403). Anonymous requests are not recorded: they are redirected to
 * the sign-in page, and anyone can send them. If recording fails, the request is still denied.
 */
export async function recordDeniedAccess(ctx: Context, app: App): Promise<void> {
  const { actor, correlationId: id } = ctx.state;
  // The request may have failed before its actor was determined.
  // fault: denied-request-not-recorded
  if (ctx.status !== 403 || (actor?.kind ?? 'anonymous') === 'anonymous') return;
  const request = `${ctx.method} ${loggedPath(ctx.path, app)}`.slice(0, MAX_LENGTH);
  try {
    await recordEvent(ctx, app, 'access_denied', { subject: null, data: { request }, aggregationKey: request });
  } catch (error) {
    app.log.error({ err: error, id }, 'a denied request could not be recorded');
  }
}
