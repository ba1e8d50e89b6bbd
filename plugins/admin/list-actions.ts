import type { App } from '../../core/app.ts';
import { rollBackUnlessDone, type Transaction } from '../../core/database/transaction.ts';
import { notFound } from '../../core/errors/http.ts';
import type { Form } from '../../core/form/form.ts';
import { formNames } from '../../core/form/form-protocol.ts';
import { flash } from '../../core/http/flash.ts';
import { seeOther } from '../../core/http/redirect.ts';
import { distinctLabels } from '../../core/model/distinct-labels.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import { parseKey } from '../../core/model/key.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import { capitalised, modelPlural } from '../../core/view/model-names.ts';
import { actionView, type RejectedAction } from './action-view.ts';
import { getAdmin } from './admin-registry.ts';
import type { FailedRecord, ListAction, ListActionResult } from './extension-points.ts';
import { itemsFor } from './items-for.ts';
import { actionOr404, runOnce } from './run-action.ts';

const MAX_RECORDS = 1_000;
/** Max number of records named on the confirmation page and in the message about failed records. */
const MAX_NAMED = 10;
const MAX_NAMED_FAILED = 3;
const MAX_QUERY = 4_000;

/** The form above a list whose rows can be selected. */
export interface SelectionView {
  readonly action: string;
  /** The query string of the list, for returning to it. */
  readonly query: string;
  /** The list with all rows of the page selected, for browsers without scripts. */
  readonly allUrl: string;
  readonly actions: readonly { readonly name: string; readonly label: string }[];
}

export function selectionView(
  ctx: Context,
  app: App,
  model: ModelInfo,
  actions: readonly ListAction[],
  params: URLSearchParams,
): SelectionView {
  const all = new URLSearchParams(params);
  all.set('select', 'page');
  return {
    action: `${app.urls.list(model)}/+actions`,
    query: params.size === 0 ? '' : `?${params}`,
    allUrl: `${app.urls.list(model)}?${all}`,
    actions: actions.map(({ name, label }) => ({ name, label: ctx.state.t(label) })),
  };
}

/** POST /:model/+actions: receives the selection and shows the confirmation page. It changes nothing. */
export async function chooseListAction(ctx: Context, app: App): Promise<void> {
  const { model } = getAdmin(ctx, app);
  const form = formOr404(ctx);
  const action = actionOr404(ctx, app, itemsFor(app, model)['list.actions'], form.get('action'));
  const keys = selectedKeys(model, form);
  const problem = sizeProblem(keys, action);
  if (problem) return backToList(ctx, app, model, form, problem);
  const records = await app.records.findMany(ctx.state.actor, model, keys);
  if (records.length === 0) return backToList(ctx, app, model, form, { key: 'admin.selection.none' });
  await showListAction(ctx, app, { model, action, form, records });
}

/** POST /:model/+actions/:name: makes the change, in one transaction. */
export async function runListAction(ctx: Context, app: App): Promise<void> {
  const { model } = getAdmin(ctx, app);
  const form = formOr404(ctx);
  const action = actionOr404(ctx, app, itemsFor(app, model)['list.actions'], ctx.state.params.name);
  const keys = selectedKeys(model, form);
  const problem = sizeProblem(keys, action);
  if (problem) return backToList(ctx, app, model, form, problem);
  const result = await runOnce(ctx, app, action, (tx, context) =>
    changeRecords(app, model, action, { tx, context, keys, form }),
  );
  switch (result.outcome) {
    case 'repeated':
      return seeOther(ctx, result.location ?? app.urls.list(model));
    case 'rejected': {
      ctx.status = 422;
      const records = await app.records.findMany(ctx.state.actor, model, keys);
      return showListAction(ctx, app, { model, action, form, records, rejected: result });
    }
    case 'done': {
      flash(ctx, app, messageOf(ctx, action, result));
      return seeOther(ctx, result.location);
    }
  }
}

type Done = Extract<ListActionResult, { outcome: 'done' }>;
type ActionRun =
  | (Done & { readonly records: number; readonly location: string })
  | Extract<ListActionResult, { outcome: 'rejected' }>;

interface Selection {
  readonly tx: Transaction;
  readonly context: AuditContext;
  readonly keys: readonly string[];
  readonly form: Form;
}

/** Runs the action on the selected records that are still visible; the others are counted as failed. */
async function changeRecords(
  app: App,
  model: ModelInfo,
  action: ListAction,
  { tx, context, keys, form }: Selection,
): Promise<ActionRun> {
  const records = await app.records.findMany(context.actor, model, keys, tx);
  const result = await rollBackUnlessDone(tx, (inner) => action.run(inner, context, { app, model, records, form }));
  if (result.outcome === 'rejected') return result;
  const visible = new Set(records.map(({ key }) => key));
  const invisible = keys
    .filter((key) => !visible.has(key))
    .map((key): FailedRecord => ({ label: key, reason: { key: 'admin.action.missing' } }));
  const location = result.path === undefined ? listUrl(app, model, form) : app.urls.to(result.path);
  return { ...result, failed: [...(result.failed ?? []), ...invisible], records: keys.length, location };
}

/** Names the failed records, up to MAX_NAMED. */
function messageOf(ctx: Context, action: ListAction, { message, failed = [], records }: Done & { records: number }) {
  const { t } = ctx.state;
  const succeeded = records - failed.length;
  if (failed.length === 0) {
    const { key, params } = message ?? {
      key: 'admin.selection.changed',
      params: { action: t(action.label), n: succeeded },
    };
    return { tone: 'good', key, ...(params && { params }) } as const;
  }
  const named = failed
    .slice(0, MAX_NAMED_FAILED)
    .map(({ label, reason }) => `${label}: ${t(reason.key, reason.params)}`);
  const more = failed.length - named.length;
  const params = { action: t(action.label), n: succeeded, failed: failed.length, named: named.join(' · '), more };
  return { tone: 'bad', key: 'admin.selection.changedSome', params } as const;
}

function formOr404({ state: { form } }: Context): Form {
  if (!form) throw notFound();
  return form;
}

/** The valid keys among those posted, without duplicates. */
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

/** The list to return to. The posted query string is only ever parsed as a query of this list. */
function listUrl(app: App, model: ModelInfo, form: Form): string {
  const query = form.get(formNames.list) ?? '';
  if (!query.startsWith('?') || query.length > MAX_QUERY) return app.urls.list(model);
  return `${app.urls.list(model)}?${new URLSearchParams(query)}`;
}

interface ChosenAction {
  readonly model: ModelInfo;
  readonly action: ListAction;
  readonly form: Form;
  readonly records: readonly FoundRecord[];
  readonly rejected?: RejectedAction;
}

async function showListAction(
  ctx: Context,
  app: App,
  { model, action, form, records, rejected }: ChosenAction,
): Promise<void> {
  const n = records.length;
  const { t } = ctx.state;
  const loaded = await action.form?.load?.(ctx, app, model, records);
  app.views.page(ctx, 'admin/action', {
    ...actionView(ctx, model, action, { n }, { rejected, loaded }),
    head: { listUrl: app.urls.list(model), plural: capitalised(modelPlural(t, model)) },
    subject: t('admin.selection.count', { n }),
    action: `${app.urls.list(model)}/+actions/${action.name}`,
    backUrl: listUrl(app, model, form),
    hidden: [...records.map(({ key }) => ['key', key] as const), [formNames.list, form.get(formNames.list) ?? '']],
    labels: distinctLabels(records)
      .slice(0, MAX_NAMED)
      .map(({ label }) => label),
    more: Math.max(0, n - MAX_NAMED),
  });
}
