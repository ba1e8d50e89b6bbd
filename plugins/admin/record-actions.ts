import type { App } from '../../core/app.ts';
import { rollBackUnlessDone, type Transaction } from '../../core/database/transaction.ts';
import { notFound } from '../../core/errors/http.ts';
import { formNames } from '../../core/form/form-protocol.ts';
import { flash } from '../../core/http/flash.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { Actor, AuditContext } from '../../core/policy/actor.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import { lockRecord } from '../../core/write/full-row.ts';
import { actionView, type RejectedAction } from './action-view.ts';
import { getAdmin, recordOr404 } from './admin-registry.ts';
import type { CompiledAdmin } from './compile-admin.ts';

import type { ActionResult, RecordAction } from './extension-points.ts';
import { itemsFor } from './items-for.ts';
import { recordHead } from './record-head.ts';
import { actionOr404, runOnce } from './run-action.ts';

/** GET /:model/:key/+action/:name: asks for confirmation and for the action's input. */
export async function actionPage(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  const action = requestedAction(ctx, app, admin);
  const record = await recordOr404(ctx, app, admin);
  if (action.applies?.(record) === false) throw notFound();
  await showAction(ctx, app, admin, action, record);
}

/** POST /:model/:key/+action/:name */
export async function runAction(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  const action = requestedAction(ctx, app, admin);
  const result = await runOnce(ctx, app, action, (tx, context) =>
    changeRecord(ctx, app, admin, action, { tx, context }),
  );
  switch (result.outcome) {
    case 'done': {
      const { key, params } = result.message ?? { key: 'admin.action.done', params: labelOf(ctx, action) };
      flash(ctx, app, { tone: 'good', key, ...(params && { params }) });
      return seeOther(ctx, result.location);
    }
    case 'repeated':
      return seeOther(ctx, result.location ?? app.urls.list(admin.model));
    case 'missing':
      throw notFound();
    case 'conflict':
      ctx.status = 409;
      return showAction(ctx, app, admin, action, await recordOr404(ctx, app, admin), {
        message: { key: 'admin.action.changed' },
      });
    case 'rejected':
      ctx.status = 422;
      return showAction(ctx, app, admin, action, await recordOr404(ctx, app, admin), result);
  }
}

function labelOf(ctx: Context, { label }: RecordAction): { action: string } {
  return { action: ctx.state.t(label) };
}

function requestedAction(ctx: Context, app: App, { model }: CompiledAdmin): RecordAction {
  return actionOr404(ctx, app, itemsFor(app, model)['record.actions'], ctx.state.params.name);
}

type ActionRun =
  | (Extract<ActionResult, { outcome: 'done' }> & { readonly location: string })
  | Extract<ActionResult, { outcome: 'rejected' }>
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'conflict' };

/** Locks the record, checks that it has not changed since the user saw it, and runs the action. */
async function changeRecord(
  ctx: Context,
  app: App,
  { model }: CompiledAdmin,
  action: RecordAction,
  { tx, context }: { readonly tx: Transaction; readonly context: AuditContext },
): Promise<ActionRun> {
  const { form, params } = ctx.state;
  if (!form) throw notFound();
  const key = params.key ?? '';
  const record = (await lockRecord(tx, model, key)) ? await app.records.find(context.actor, model, key, tx) : undefined;
  if (!record) return { outcome: 'missing' };
  // The record was changed, perhaps by this same action, after the page was shown.
  const version = form.get(formNames.version);
  if (version !== undefined && version !== record.version) return { outcome: 'conflict' };
  if (action.applies?.(record) === false) return { outcome: 'missing' };
  const result = await rollBackUnlessDone(tx, (inner) => action.run(inner, context, { app, model, record, form }));
  if (result.outcome === 'rejected') return result;
  const location =
    result.path === undefined ? await pageAfter(tx, app, context.actor, model, record.key) : app.urls.to(result.path);
  return { ...result, location };
}

/** The record's page, or the list if the actor can no longer see the record. */
async function pageAfter(tx: Transaction, app: App, actor: Actor, model: ModelInfo, key: string): Promise<string> {
  const exists = (await app.records.find(actor, model, key, tx)) !== undefined;
  return exists ? app.urls.record(model, key) : app.urls.list(model);
}

async function showAction(
  ctx: Context,
  app: App,
  { model }: CompiledAdmin,
  action: RecordAction,
  record: FoundRecord,
  rejected?: RejectedAction,
): Promise<void> {
  const loaded = await action.form?.load?.(ctx, app, model, record);
  app.views.page(ctx, 'admin/action', {
    ...actionView(ctx, model, action, { label: record.label }, { rejected, loaded }),
    head: recordHead(ctx, app, model, record),
    subject: record.label,
    action: app.urls.record(model, record.key, `+action/${action.name}`),
    backUrl: app.urls.record(model, record.key),
    recordUrl: app.urls.record(model, record.key),
    version: record.version,
    hidden: [],
    labels: [],
    more: 0,
  });
}
