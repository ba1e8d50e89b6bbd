import type { App } from '../../core/app.ts';
import { forbidden } from '../../core/errors/http.ts';
import type { Issue, Problem } from '../../core/model/issue.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { linkUnusable } from './errors.ts';
import { afterRule } from './forms.ts';
import { confirmAddress, requestedAddress } from './new-address.ts';
import { runRule } from './run-rule.ts';

interface ConfirmAddressView extends PageData {
  /** The path that the form is sent to. */
  readonly action: string;
  readonly current: string;
  readonly email: string;
  readonly issues: readonly Issue[];
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'accounts/confirm-address': ConfirmAddressView;
  }
}

/** GET /account/new-address/:token: asks for confirmation. Opening a link must not change anything: email scanners open links too. */
export async function confirmAddressPage(ctx: Context, app: App): Promise<void> {
  await showConfirmation(ctx, app, []);
}

/** POST /account/new-address/:token */
export async function confirmAddressForm(ctx: Context, app: App): Promise<void> {
  const { actor, params } = ctx.state;
  if (actor.kind !== 'user') throw forbidden();
  const outcome = await runRule(app, actor, (tx) =>
    confirmAddress(tx, auditContext(ctx), app, actor.id, params.token ?? ''),
  );
  if (outcome.outcome === 'missing') throw linkUnusable();
  const problems = afterRule(ctx, app, outcome, { path: '/account/profile', key: 'accounts.address.changed' });
  if (problems) await showConfirmation(ctx, app, problems);
}

async function showConfirmation(ctx: Context, app: App, problems: readonly Problem[]): Promise<void> {
  const { actor, params, t } = ctx.state;
  if (actor.kind !== 'user') throw forbidden();
  const email = await requestedAddress(app.database, params.token ?? '', actor.id);
  if (email === undefined) throw linkUnusable();
  app.views.page(ctx, 'accounts/confirm-address', {
    title: t('accounts.address.confirm'),
    action: ctx.path,
    current: actor.name,
    email,
    issues: problems.map(({ issue }) => issue),
  });
}
