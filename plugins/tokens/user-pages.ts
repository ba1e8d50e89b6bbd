import type { App } from '../../core/app.ts';
import { forbidden, notFound } from '../../core/errors/http.ts';
import { flash } from '../../core/http/flash.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { capitalised, modelPlural } from '../../core/view/model-names.ts';
import { type Account, findAccountById, parseId } from '../auth/account.ts';
import { User } from '../auth/models.ts';
import { findUserActor } from '../auth/user-actor.ts';
import { revokeToken } from './end-tokens.ts';
import { createFromForm, showTokenForm, type TokenFormPage } from './token-form.ts';
import { creationIssue, revocationIssue } from './token-guards.ts';
import { listTokens } from './token-list.ts';
import { type TokenPageHead, tokenViews } from './views.ts';

// The pages on which administrators manage the tokens of other accounts.

interface Target {
  readonly account: Account;
  readonly head: Omit<TokenPageHead, 'title'>;
  readonly listUrl: string;
}

/** The account in the path, if the user can see it. */
async function targetOf(ctx: Context, app: App): Promise<Target> {
  const { actor, params, t } = ctx.state;
  const id = parseId(params.user);
  if (id === undefined) throw notFound();
  const model = app.models.of(User);
  const account = await findAccountById(app.database, id);
  const record: FoundRecord | undefined = await app.records.find(actor, model, String(id));
  if (!account || !record) throw notFound();
  const pages = app.optionalService('recordPages');
  const list = { url: app.urls.list(model), label: capitalised(modelPlural(t, model)) };
  return {
    account,
    listUrl: app.urls.to(`/user-tokens/${id}`),
    head: pages?.has(model) ? { head: pages.head(ctx, model, record, 'tokens'), crumbs: [list] } : { crumbs: [] },
  };
}

/** GET /user-tokens/:user */
export async function userTokensPage(ctx: Context, app: App): Promise<void> {
  const { t, actor } = ctx.state;
  const { account, head, listUrl } = await targetOf(ctx, app);
  const tokens = await listTokens(app.readingFor(actor), account.id);
  const mayRevoke = revocationIssue(actor, account) === undefined;
  const mayCreate = account.active && account.service && creationIssue(actor, account) === undefined;
  app.views.page(ctx, 'tokens/list', {
    ...head,
    title: t('tokens.of', { account: account.email }),
    help: t(account.service ? 'tokens.service.help' : 'tokens.person.help'),
    tokens: tokenViews(ctx, app, tokens, (id) => (mayRevoke ? `${listUrl}/${id}/revoke` : undefined)),
    ...(mayCreate && { newUrl: `${listUrl}/+new` }),
    newLabel: t('tokens.new'),
  });
}

/** Throws 403 if the user cannot create tokens for the account. */
async function formPage(ctx: Context, app: App): Promise<TokenFormPage> {
  const { actor, t } = ctx.state;
  const { account, head, listUrl } = await targetOf(ctx, app);
  const owner = await findUserActor(app.database, account.id);
  if (owner === undefined || creationIssue(actor, account) !== undefined) throw forbidden();
  return {
    userId: account.id,
    head,
    help: t('tokens.service.permissions', { account: account.email }),
    action: `${listUrl}/+new`,
    listUrl,
    isOffered: (permission) => app.policy.holds(actor, permission) && app.policy.holds(owner, permission),
  };
}

/** GET /user-tokens/:user/+new */
export async function newUserTokenPage(ctx: Context, app: App): Promise<void> {
  showTokenForm(ctx, app, await formPage(ctx, app));
}

/** POST /user-tokens/:user/+new */
export async function newUserTokenForm(ctx: Context, app: App): Promise<void> {
  await createFromForm(ctx, app, await formPage(ctx, app));
}

/** POST /user-tokens/:user/:id/revoke */
export async function revokeUserTokenForm(ctx: Context, app: App): Promise<void> {
  const { actor, params } = ctx.state;
  const { account, listUrl } = await targetOf(ctx, app);
  const which = { userId: account.id, id: params.id ?? '' };
  const outcome = await app
    .writingFor(actor)
    .transaction((tx) => revokeToken(tx, auditContext(ctx), app.events, which));
  if (outcome.outcome === 'rejected') throw forbidden();
  if (outcome.outcome !== 'done') throw notFound();
  flash(ctx, app, { tone: 'good', key: 'tokens.revoked' });
  seeOther(ctx, listUrl);
}
