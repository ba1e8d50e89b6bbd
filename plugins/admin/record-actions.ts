import type { Actor } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/pool.ts';
import { isAllowed } from '../../core/extension-points.ts';
import { forbidden } from '../../core/http/access.ts';
import { auditContext, type Context } from '../../core/http/context.ts';
import { flash } from '../../core/http/flash.ts';
import { notFound } from '../../core/http/router.ts';
import { seeOther } from '../../core/http/see-other.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import type { Found } from '../../core/query/types.ts';
import { lockRecord } from '../../core/write/lock-record.ts';
import { actionView, type Refused } from './action-view.ts';
import { foundOr404 } from './detail-page.ts';
import type { ActionResult, RecordAction } from './extension-points.ts';
import { formOrigin } from './form-origin.ts';
import { itemsFor } from './items-for.ts';
import { recordHead } from './record-head.ts';
import { undoRefused } from './run-action.ts';
import { oncePerForm } from './save-record.ts';
import { type Site, siteOf } from './site.ts';

/** GET /:model/:key/+action/:name — asks for confirmation, and for what the action needs to know. */
export async function actionPage(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  const action = actionOr404(ctx, app, site);
  const record = await foundOr404(ctx, app, site);
  if (action.applies?.(record) === false) throw notFound();
  await showAction(ctx, app, site, action, record);
}

/** POST /:model/:key/+action/:name */
export async function runAction(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  const action = actionOr404(ctx, app, site);
  const result = await runOnce(ctx, app, site, action);
  switch (result.outcome) {
    case 'done': {
      const { key, params } = result.message ?? { key: 'admin.action.done', params: labelOf(ctx, action) };
      flash(ctx, app, { tone: 'good', key, ...(params && { params }) });
      return seeOther(ctx, result.location);
    }
    case 'repeated':
      return seeOther(ctx, result.location ?? app.urls.list(site.model));
    case 'missing':
      throw notFound();
    case 'conflict':
      ctx.status = 409;
      return showAction(ctx, app, site, action, await foundOr404(ctx, app, site), {
        message: { key: 'admin.action.changed' },
      });
    case 'refused':
      ctx.status = 422;
      return showAction(ctx, app, site, action, await foundOr404(ctx, app, site), result);
  }
}

function labelOf(ctx: Context, { label }: RecordAction): { action: string } {
  return { action: ctx.state.t(label) };
}

function actionOr404(ctx: Context, app: App, { model }: Site): RecordAction {
  const action = itemsFor(app, model)['record.actions'].find(({ name }) => name === ctx.state.params.name);
  if (action === undefined) throw notFound();
  if (!isAllowed(ctx, app, action)) throw forbidden();
  return action;
}

type Ran =
  | (Extract<ActionResult, { outcome: 'done' }> & { readonly location: string })
  | Extract<ActionResult, { outcome: 'refused' }>
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'repeated'; readonly location: string | undefined };

/** The lock, the change, its audit entries and the answer to a second post of the form commit together. */
function runOnce(ctx: Context, app: App, { model }: Site, action: RecordAction): Promise<Ran> {
  const { form, params } = ctx.state;
  if (!form) throw notFound();
  const key = params.key ?? '';
  const context = auditContext(ctx);
  const origin = formOrigin(ctx);
  return oncePerForm(app, context, origin, async (tx): Promise<{ result: Ran; location: string | undefined }> => {
    const record = (await lockRecord(tx, model, key))
      ? await app.records.find(context.actor, model, key, tx)
      : undefined;
    if (!record) return { result: { outcome: 'missing' }, location: undefined };
    // It was changed, perhaps by this very action, since the user decided.
    if (origin.version !== undefined && origin.version !== record.version)
      return { result: { outcome: 'conflict' }, location: undefined };
    if (action.applies?.(record) === false) return { result: { outcome: 'missing' }, location: undefined };
    const result = await undoRefused(tx, (inner) => action.run(inner, context, { app, model, record, form }));
    if (result.outcome === 'refused') return { result, location: undefined };
    const location =
      result.path === undefined ? await pageAfter(tx, app, context.actor, model, record.key) : app.urls.to(result.path);
    return { result: { ...result, location }, location };
  });
}

/** The record, unless the action names another page or the record is gone. */
async function pageAfter(tx: Transaction, app: App, actor: Actor, model: ModelInfo, key: string): Promise<string> {
  const isThere = (await app.records.find(actor, model, key, tx)) !== undefined;
  return isThere ? app.urls.record(model, key) : app.urls.list(model);
}

async function showAction(
  ctx: Context,
  app: App,
  { model }: Site,
  action: RecordAction,
  record: Found,
  refused?: Refused,
): Promise<void> {
  app.views.page(ctx, 'admin/action', {
    ...actionView(ctx, model, action, { label: record.label }, refused),
    head: recordHead(ctx, app, model, record),
    subject: record.label,
    action: app.urls.record(model, record.key, `+action/${action.name}`),
    backUrl: app.urls.record(model, record.key),
    recordUrl: app.urls.record(model, record.key),
    version: record.version,
    hidden: [],
    labels: [],
    ...(action.form && {
      form: { view: action.form.view, data: (await action.form.load?.(ctx, app, model, record)) ?? {} },
    }),
  });
}
