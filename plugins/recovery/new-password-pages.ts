import type { App } from '../../core/app.ts';
import { flash } from '../../core/http/flash.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { Issue } from '../../core/model/issue.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { tooManyAttempts } from '../sessions/attempts.ts';
import type { ChoosePasswordView } from '../sessions/password-link-pages.ts';
import { nextOf, signedInUser } from '../sessions/sign-in-pages.ts';
import { NEW_PASSWORD_PAGE, replaceTemporaryPassword } from './temporary-password.ts';

interface NewPasswordView extends PageData, Pick<ChoosePasswordView, 'email' | 'problem'> {
  readonly action: string;
  readonly next: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'recovery/new-password': NewPasswordView;
  }
}

/** GET /account/new-password */
export function newPasswordPage(ctx: Context, app: App): void {
  const next = nextOf(app, new URLSearchParams(ctx.querystring).get('next'));
  if (ctx.state.session?.columns.mustChangePassword === true) showNewPassword(ctx, app, next);
  // Avoids a redirect loop.
  else seeOther(ctx, next.startsWith(ctx.path) ? app.urls.to('/') : next);
}

/** POST /account/new-password */
export async function newPasswordForm(ctx: Context, app: App): Promise<void> {
  const { form, session } = ctx.state;
  const next = nextOf(app, form?.get('next'));
  if (session?.columns.mustChangePassword !== true) {
    seeOther(ctx, next);
    return;
  }
  const result = await replaceTemporaryPassword(ctx, app, signedInUser(ctx), form?.get('password') ?? '');
  switch (result.outcome) {
    case 'invalid':
      ctx.status = 422;
      showNewPassword(ctx, app, next, result.issue);
      return;
    case 'throttled':
      showNewPassword(ctx, app, next, tooManyAttempts(ctx, result));
      return;
    case 'missing':
      seeOther(ctx, app.urls.to('/login', { next }));
      return;
    case 'done':
      flash(ctx, app, { tone: 'good', key: 'recovery.newPassword.done' });
      seeOther(ctx, next);
  }
}

function showNewPassword(ctx: Context, app: App, next: string, problem?: Issue): void {
  app.views.page(ctx, 'recovery/new-password', {
    frame: 'bare',
    title: ctx.state.t('recovery.newPassword.title'),
    action: app.urls.to(NEW_PASSWORD_PAGE),
    email: signedInUser(ctx).name,
    next,
    ...(problem && { problem }),
  });
}
