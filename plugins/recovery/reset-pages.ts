import type { App } from '../../core/app.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { Issue } from '../../core/model/issue.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { parseEmail } from '../auth/account.ts';
import { findCredentials } from '../auth/credentials.ts';
import { findUserActor } from '../auth/user-actor.ts';
import { admitAttempt, tooManyAttempts } from '../sessions/attempts.ts';
import { rememberDevice } from '../sessions/known-device.ts';
import { passwordLinkPages } from '../sessions/password-link-pages.ts';
import { factorsFor } from '../sessions/reauthenticate.ts';
import { linkUnusable } from './errors.ts';
import { completeReset, requestReset } from './reset-link.ts';

interface ForgotView extends PageData {
  /** As typed. */
  readonly email: string;
  readonly problem?: Issue;
}
interface SentView extends PageData {
  readonly minutes: number;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'recovery/forgot': ForgotView;
    'recovery/sent': SentView;
    'recovery/done': PageData;
  }
}

/** Longer addresses are not shown again. */
const MAX_EMAIL = 254;

/** GET /forgot-password */
export function forgotPage(ctx: Context, app: App): void {
  showForgot(ctx, app, { email: '' });
}

/** POST /forgot-password: the same response for every address. */
export async function forgotForm(ctx: Context, app: App): Promise<void> {
  const email = ctx.state.form?.get('email') ?? '';
  const parsed = parseEmail(email);
  if (!parsed.ok) {
    ctx.status = 422;
    showForgot(ctx, app, { email: email.slice(0, MAX_EMAIL), problem: parsed.issue });
    return;
  }
  // Every request counts, whether there is such an account or not. A device that is known to the account has its own limit.
  const userId = (await findCredentials(app.database, parsed.value))?.id;
  const attempt = await admitAttempt(ctx, app, { kind: 'recovery', email: parsed.value, userId });
  if (attempt.retryAfter !== undefined) {
    showForgot(ctx, app, { email, problem: tooManyAttempts(ctx, attempt) });
    return;
  }
  await requestReset(app, auditContext(ctx), userId ?? null);
  seeOther(ctx, app.urls.to('/forgot-password/sent'));
}

/** GET /forgot-password/sent */
export function sentPage(ctx: Context, app: App): void {
  const minutes = app.options('recovery').linkMinutes;
  app.views.page(ctx, 'recovery/sent', { frame: 'bare', title: ctx.state.t('recovery.sent.title'), minutes });
}

/** GET and POST /reset-password/:token */
export const { page: resetPage, form: resetForm } = passwordLinkPages({
  purpose: 'password_reset',
  attempt: 'new-password',
  title: 'recovery.reset.title',
  why: 'recovery.reset.why',
  unusable: linkUnusable,
  complete: completeReset,
  async respond(ctx, app, { id }) {
    await rememberOwner(ctx, app, id);
    seeOther(ctx, app.urls.to('/reset-password/+done'));
  },
});

/** GET /reset-password/+done */
export function donePage(ctx: Context, app: App): void {
  app.views.page(ctx, 'recovery/done', { frame: 'bare', title: ctx.state.t('recovery.done.title') });
}

/**
 * Makes the device known to the account, because its user can read the mailbox: attempts of strangers do not delay their next sign-in.
 * If the account has a second factor, they still have to prove it, and guesses at it must not have a limit of their own.
 */
async function rememberOwner(ctx: Context, app: App, userId: number): Promise<void> {
  const user = await findUserActor(app.database, userId);
  // fault: device-known-without-factor
  if (user && (await factorsFor(app, user)).length === 0) rememberDevice(ctx, app, userId);
}

function showForgot(ctx: Context, app: App, view: Pick<ForgotView, 'email' | 'problem'>): void {
  app.views.page(ctx, 'recovery/forgot', { frame: 'bare', title: ctx.state.t('recovery.forgot.title'), ...view });
}
