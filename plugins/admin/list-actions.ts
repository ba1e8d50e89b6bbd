import type { App } from '../../core/app.ts';
import { isAllowed } from '../../core/extension-points.ts';
import { forbidden } from '../../core/http/access.ts';
import { auditContext, type Context } from '../../core/http/context.ts';
import { flash } from '../../core/http/flash.ts';
import type { Form } from '../../core/http/form.ts';
import { notFound } from '../../core/http/router.ts';
import { seeOther } from '../../core/http/see-other.ts';
import { parseKey } from '../../core/model/key.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import type { Found } from '../../core/query/types.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf } from '../../core/view/model-names.ts';
import { actionView, type Refused } from './action-view.ts';
import type { FailedRecord, ListAction, ListActionResult } from './extension-points.ts';
import { formOrigin } from './form-origin.ts';
import { itemsFor } from './items-for.ts';
import { undoRefused } from './run-action.ts';
import { oncePerForm } from './save-record.ts';
import { siteOf } from './site.ts';

const MAX_RECORDS = 1_000;
/** So many records are named on the page that asks for confirmation, and in the message about those that failed. */
const NAMED = 10;
const NAMED_FAILED = 3;
const MAX_QUERY = 4_000;

/** The form above a list whose rows can be selected. */
export function selectionView(
  ctx: Context,
  app: App,
  model: ModelInfo,
  actions: readonly ListAction[],
  params: URLSearchParams,
): object {
  const all = new URLSearchParams(params);
  all.set('select', 'page');
  return {
    action: `${app.urls.list(model)}/+actions`,
    query: params.size === 0 ? '' : `?${params}`,
    allUrl: `${app.urls.list(model)}?${all}`,
    actions: actions.map(({ name, label }) => ({ name, label: ctx.state.t(label) })),
  };
}

/** POST /:model/+actions — what was selected, and the action to confirm. It changes nothing. */
export async function chooseListAction(ctx: Context, app: App): Promise<void> {
  const { model } = siteOf(ctx, app);
  const form = formOr404(ctx);
  const action = actionOr404(ctx, app, model, form.get('action') ?? '');
  const keys = selectedKeys(model, form);
  const problem = sizeProblem(keys, action);
  if (problem) return backToList(ctx, app, model, form, problem);
  const records = await app.records.findMany(ctx.state.actor, model, keys);
  if (records.length === 0) return backToList(ctx, app, model, form, { key: 'admin.selection.none' });
  await showListAction(ctx, app, model, action, form, records);
}

/** POST /:model/+actions/:name — makes the change, in one transaction. */
export async function runListAction(ctx: Context, app: App): Promise<void> {
  const { model } = siteOf(ctx, app);
  const form = formOr404(ctx);
  const action = actionOr404(ctx, app, model, ctx.state.params.name ?? '');
  const keys = selectedKeys(model, form);
  const problem = sizeProblem(keys, action);
  if (problem) return backToList(ctx, app, model, form, problem);
  const result = await runOnce(ctx, app, model, action, keys, form);
  switch (result.outcome) {
    case 'repeated':
      return seeOther(ctx, result.location ?? app.urls.list(model));
    case 'refused': {
      ctx.status = 422;
      const records = await app.records.findMany(ctx.state.actor, model, keys);
      return showListAction(ctx, app, model, action, form, records, result);
    }
    case 'done': {
      flash(ctx, app, messageOf(ctx, action, result));
      return seeOther(ctx, result.location);
    }
  }
}

type Done = Extract<ListActionResult, { outcome: 'done' }>;
type Ran =
  | (Done & { readonly records: number; readonly location: string })
  | Extract<ListActionResult, { outcome: 'refused' }>
  | { readonly outcome: 'repeated'; readonly location: string | undefined };

function runOnce(
  ctx: Context,
  app: App,
  model: ModelInfo,
  action: ListAction,
  keys: readonly string[],
  form: Form,
): Promise<Ran> {
  const context = auditContext(ctx);
  return oncePerForm(
    app,
    context,
    formOrigin(ctx),
    async (tx): Promise<{ result: Ran; location: string | undefined }> => {
      const records = await app.records.findMany(context.actor, model, keys, tx);
      const result = await undoRefused(tx, (inner) => action.run(inner, context, { app, model, records, form }));
      if (result.outcome === 'refused') return { result, location: undefined };
      const seen = new Set(records.map(({ key }) => key));
      const gone = keys
        .filter((key) => !seen.has(key))
        .map((key): FailedRecord => ({ label: key, reason: { key: 'admin.action.gone' } }));
      const location = result.path === undefined ? listUrl(app, model, form) : app.urls.to(result.path);
      const failed = [...(result.failed ?? []), ...gone];
      return { result: { ...result, failed, records: keys.length, location }, location };
    },
  );
}

/** Names what failed, as far as a message has room for it. */
function messageOf(ctx: Context, action: ListAction, { message, failed = [], records }: Done & { records: number }) {
  const { t } = ctx.state;
  const done = records - failed.length;
  if (failed.length === 0) {
    const { key, params } = message ?? { key: 'admin.selection.done', params: { action: t(action.label), n: done } };
    return { tone: 'good', key, ...(params && { params }) } as const;
  }
  const named = failed.slice(0, NAMED_FAILED).map(({ label, reason }) => `${label}: ${t(reason.key, reason.params)}`);
  const more = failed.length - named.length;
  const params = { action: t(action.label), n: done, failed: failed.length, named: named.join(' · '), more };
  return { tone: 'bad', key: 'admin.selection.partly', params } as const;
}

function formOr404({ state: { form } }: Context): Form {
  if (!form) throw notFound();
  return form;
}

function actionOr404(ctx: Context, app: App, model: ModelInfo, wanted: string): ListAction {
  const action = itemsFor(app, model)['list.actions'].find(({ name }) => name === wanted);
  if (action === undefined) throw notFound();
  if (!isAllowed(ctx, app, action)) throw forbidden();
  return action;
}

/** Keys that some row can have, each once. */
function selectedKeys(model: ModelInfo, form: Form): readonly string[] {
  return [...new Set(form.all('key'))].filter((key) => parseKey(model, key) !== undefined);
}

interface Notice {
  readonly key: string;
  readonly params?: Readonly<Record<string, number>>;
}

function sizeProblem(keys: readonly string[], { max = MAX_RECORDS }: ListAction): Notice | undefined {
  if (keys.length === 0) return { key: 'admin.selection.none' };
  return keys.length > max ? { key: 'admin.selection.tooMany', params: { max } } : undefined;
}

function backToList(ctx: Context, app: App, model: ModelInfo, form: Form, notice: Notice): void {
  flash(ctx, app, { tone: 'bad', ...notice });
  seeOther(ctx, listUrl(app, model, form));
}

/** The list as it was: its query travels along, and is only ever the query of this list. */
function listUrl(app: App, model: ModelInfo, form: Form): string {
  const query = form.get('~list') ?? '';
  if (!query.startsWith('?') || query.length > MAX_QUERY) return app.urls.list(model);
  return `${app.urls.list(model)}?${new URLSearchParams(query)}`;
}

async function showListAction(
  ctx: Context,
  app: App,
  model: ModelInfo,
  action: ListAction,
  form: Form,
  records: readonly Found[],
  refused?: Refused,
): Promise<void> {
  const n = records.length;
  const { t } = ctx.state;
  app.views.page(ctx, 'admin/action', {
    ...actionView(ctx, model, action, { n }, refused),
    head: { listUrl: app.urls.list(model), plural: capitalised(pluralOf(t, model)) },
    subject: t('admin.selection.count', { n }),
    action: `${app.urls.list(model)}/+actions/${action.name}`,
    backUrl: listUrl(app, model, form),
    hidden: [...records.map(({ key }) => ['key', key]), ['~list', form.get('~list') ?? '']],
    labels: records.slice(0, NAMED).map(({ label }) => label),
    more: Math.max(0, n - NAMED),
    ...(action.form && {
      form: { view: action.form.view, data: (await action.form.load?.(ctx, app, model, records)) ?? {} },
    }),
  });
}
