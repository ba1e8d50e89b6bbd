import type { App } from '../../core/app.ts';
import { flash } from '../../core/http/flash.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { Context } from '../../core/request/context.ts';
import type { AccountLink } from '../auth/account-links.ts';
import { passwordLinkPages } from '../sessions/password-link-pages.ts';
import { linkUnusable } from './errors.ts';
import { recordAcceptance } from './invitation.ts';

/** GET and POST /invitation/:token */
export const { page: invitationPage, form: invitationForm } = passwordLinkPages({
  purpose: 'invitation',
  attempt: 'invitation',
  title: 'accounts.invitation.choose',
  why: 'accounts.invitation.why',
  unusable: linkUnusable,
  complete: recordAcceptance,
  respond: welcome,
});

/** The sign-in page with a message. Somebody else who is signed in with this browser stays signed in. */
function welcome(ctx: Context, app: App, { email }: AccountLink): void {
  if (ctx.state.actor.kind === 'anonymous') {
    seeOther(ctx, app.urls.to('/login', { notice: 'password-set' }));
    return;
  }
  flash(ctx, app, { tone: 'good', key: 'accounts.invitation.otherUser', params: { email } });
  seeOther(ctx, app.urls.to('/account'));
}
