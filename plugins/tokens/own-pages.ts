import type { App } from '../../core/app.ts';
import { forbidden, notFound } from '../../core/errors/http.ts';
import { flash } from '../../core/http/flash.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { revokeToken } from './end-tokens.ts';
import { createFromForm, showTokenForm, type TokenFormPage } from './token-form.ts';
import { listTokens } from './token-list.ts';
import { type TokenPageHead, tokenViews } from './views.ts';

// The pages on which people manage their own tokens.

const LIST = '/account/tokens';

/** Throws 403 for users who are authenticated by another plugin: they have no account here. */
function signedIn({ state: { actor } }: Context): UserActor {
  if (actor.kind !== 'user') throw forbidden();
  return actor;
}

function headOf({ state: { t } }: Context, app: App, isList: boolean): Omit<TokenPageHead, 'title'> {
  const account = { url: app.urls.to('/account'), label: t('sessions.account.title') };
  return { crumbs: isList ? [account] : [account, { url: app.urls.to(LIST), label: t('tokens.title') }] };
}

/** GET /account/tokens */
export async function ownTokensPage(ctx: Context, app: App): Promise<void> {
  const { t, actor } = ctx.state;
  const tokens = await listTokens(app.readingFor(actor), signedIn(ctx).id);
  app.views.page(ctx, 'tokens/list', {
    ...headOf(ctx, app, true),
    title: t('tokens.title'),
    help: t('tokens.own.help'),
    tokens: tokenViews(ctx, app, tokens, (id) => app.urls.to(`${LIST}/${id}/revoke`)),
    newUrl: app.urls.to(`${LIST}/+new`),
    newLabel: t('tokens.new'),
  });
}

function formPage(ctx: Context, app: App): TokenFormPage {
  const user = signedIn(ctx);
  return {
    userId: user.id,
    head: headOf(ctx, app, false),
    help: ctx.state.t('tokens.own.permissions'),
    action: app.urls.to(`${LIST}/+new`),
    listUrl: app.urls.to(LIST),
    isOffered: (permission) => app.policy.holds(user, permission),
  };
}

/** GET /account/tokens/+new */
export function newOwnTokenPage(ctx: Context, app: App): void {
  showTokenForm(ctx, app, formPage(ctx, app));
}

/** POST /account/tokens/+new */
export function newOwnTokenForm(ctx: Context, app: App): Promise<void> {
  return createFromForm(ctx, app, formPage(ctx, app));
}

/** POST /account/tokens/:id/revoke */
export async function revokeOwnTokenForm(ctx: Context, app: App): Promise<void> {
  const { actor, params } = ctx.state;
  const which = { userId: signedIn(ctx).id, id: params.id ?? '' };
  const outcome = await app
    .writingFor(actor)
    .transaction((tx) => revokeToken(tx, auditContext(ctx), app.events, which));
  if (outcome.outcome !== 'done') throw notFound();
  flash(ctx, app, { tone: 'good', key: 'tokens.revoked' });
  seeOther(ctx, app.urls.to(LIST));
}
