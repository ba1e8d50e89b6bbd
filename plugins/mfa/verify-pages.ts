import type { App } from '../../core/app.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { Issue } from '../../core/model/issue.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { tooManyAttempts } from '../sessions/attempts.ts';
import { nextOf, signedInUser } from '../sessions/sign-in-pages.ts';
import { rulesOf } from './options.ts';
import { canUsePasskey } from './passkeys/prove.ts';
import { type PasskeyButton, passkeyForm } from './passkeys/views.ts';
import { isPending, VERIFY_PAGE } from './policy.ts';
import { verifyCode, verifyRememberedDevice } from './verify.ts';

interface VerifyView extends PageData {
  readonly action: string;
  readonly next: string;
  readonly problem?: Issue;
  /** How long a device can be remembered; 0: it cannot. */
  readonly rememberDays: number;
  /** The form for a passkey, if the user has one. */
  readonly passkey?: { readonly action: string; readonly button: PasskeyButton };
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'mfa/verify': VerifyView;
    'mfa/passkey-verify': Required<Pick<VerifyView, 'passkey'>> & { readonly next: string };
    'mfa/code-field': NoData;
  }
}

/** GET /mfa: asks for a code. A remembered device needs none. */
export async function verifyPage(ctx: Context, app: App): Promise<void> {
  const next = nextPage(app, new URLSearchParams(ctx.querystring).get('next'));
  // The response to HEAD must not change the session.
  const isDone =
    !isPending(ctx, app) || (ctx.method === 'GET' && (await verifyRememberedDevice(ctx, app, signedInUser(ctx))));
  if (isDone) seeOther(ctx, next);
  else await showVerification(ctx, app, next);
}

/** POST /mfa */
export async function verifyForm(ctx: Context, app: App): Promise<void> {
  const { form } = ctx.state;
  const next = nextPage(app, form?.get('next'));
  if (!isPending(ctx, app)) {
    seeOther(ctx, next);
    return;
  }
  const remember = form?.get('remember') === 'on';
  const result = await verifyCode(ctx, app, signedInUser(ctx), { code: form?.get('code') ?? '', remember });
  switch (result.outcome) {
    case 'rejected':
      ctx.status = 401;
      await showVerification(ctx, app, next, { key: 'mfa.rejected' });
      return;
    case 'throttled':
      await showVerification(ctx, app, next, tooManyAttempts(ctx, result));
      return;
    case 'missing':
      seeOther(ctx, app.urls.to('/login', { next }));
      return;
    case 'done':
      seeOther(ctx, next);
  }
}

/** The page to open next; not this one, or a completed sign-in would redirect in a circle. */
export function nextPage(app: App, requested: string | null | undefined): string {
  const next = nextOf(app, requested);
  return next.split(/[?#]/, 1)[0] === app.urls.to(VERIFY_PAGE) ? nextOf(app, undefined) : next;
}

export async function showVerification(ctx: Context, app: App, next: string, problem?: Issue): Promise<void> {
  const user = signedInUser(ctx);
  app.views.page(ctx, 'mfa/verify', {
    frame: 'bare',
    title: ctx.state.t('mfa.verify.title'),
    action: app.urls.to(VERIFY_PAGE),
    next,
    rememberDays: rulesOf(app.options('mfa'), user.role).rememberDays,
    ...((await canUsePasskey(app.database, app, user.id)) && { passkey: passkeyForm(ctx, app) }),
    ...(problem && { problem }),
  });
}
