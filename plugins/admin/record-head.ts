import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import type { Found } from '../../core/query/types.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf, titleOf } from '../../core/view/model-names.ts';
import type { ViewData } from '../../core/view/views.ts';
import type { RecordTab } from './extension-points.ts';
import { allowed, itemsFor } from './items-for.ts';
import { sitesOf } from './site.ts';
import { mayAddOrDelete, mayEdit } from './writable-fields.ts';

/** What heads every page of a record: where it is, what it is called, what can be done with it, its tabs. */
export interface RecordHead {
  readonly title: string;
  readonly listUrl: string;
  readonly plural: string;
  readonly editUrl?: string;
  readonly deleteUrl?: string;
  readonly actions: readonly ActionLink[];
  /** Actions that are folded into a menu. */
  readonly moreActions: readonly ActionLink[];
  /** Empty when there is only the record itself. */
  readonly tabs: readonly { readonly label: string; readonly url: string; readonly current: boolean }[];
}
interface ActionLink {
  readonly label: string;
  readonly url: string;
  readonly icon: string | undefined;
  readonly tone: string;
}

/** So many actions of plugins are buttons; of more, one less, and a menu. */
const MAX_BUTTONS = 3;

/**
 * The head of a record's page, for views that include `admin/record-head`. `current`: the name of the tab that is shown; undefined
 * for the record itself. Tabs that a route of a plugin renders use `showRecordTab`.
 *
 * @example
 * app.views.page(ctx, 'billing/customer', { title: record.label, head: recordHead(ctx, app, model, record, 'invoices') });
 */
export function recordHead(ctx: Context, app: App, model: ModelInfo, record: Found, current?: string): RecordHead {
  const { t } = ctx.state;
  const site = sitesOf(app).of(model);
  const items = itemsFor(app, model);
  const actions = allowed(ctx, app, items['record.actions'])
    .filter((action) => action.applies?.(record) !== false)
    .map(({ name, label, icon, tone = 'neutral' }) => ({
      label: t(label),
      url: app.urls.record(model, record.key, `+action/${name}`),
      icon,
      tone,
    }));
  const buttons = actions.length > MAX_BUTTONS ? MAX_BUTTONS - 1 : MAX_BUTTONS;
  const tabs = allowed(ctx, app, items['record.tabs']).map((tab) => ({
    label: t(tab.label),
    url: tabUrl(app, model, record.key, tab),
    current: tab.name === current,
  }));
  const own = {
    label: t('admin.detail.record'),
    url: app.urls.record(model, record.key),
    current: current === undefined,
  };
  return {
    title: record.label,
    listUrl: app.urls.list(model),
    plural: capitalised(pluralOf(t, model)),
    ...(site !== undefined && mayEdit(ctx, app, site) && { editUrl: app.urls.record(model, record.key, '+edit') }),
    ...(mayAddOrDelete(ctx, app, model, 'delete') && { deleteUrl: app.urls.record(model, record.key, '+delete') }),
    actions: actions.slice(0, buttons),
    moreActions: actions.slice(buttons),
    tabs: tabs.length === 0 ? [] : [own, ...tabs],
  };
}

function tabUrl(app: App, model: ModelInfo, key: string, tab: RecordTab): string {
  return tab.url === undefined ? app.urls.record(model, key, `+tab/${tab.name}`) : tab.url(app, model, key);
}

/**
 * Answers with the page of a tab: the head of the record, and a view below it. For plugins whose tab has a route of its own.
 *
 * @example
 * routes.get('/:model/:key/+invoices', { access: { permission: 'view' } }, async (ctx, app) => {
 *   const model = ctx.state.model;
 *   const record = model && (await app.records.find(ctx.state.actor, model, ctx.state.params.key ?? ''));
 *   if (!record) throw notFound();
 *   showRecordTab(ctx, app, { model, record, tab: 'invoices', view: 'billing/tab', data: await invoicesOf(app, record) });
 * });
 */
export function showRecordTab(
  ctx: Context,
  app: App,
  tab: {
    readonly model: ModelInfo;
    readonly record: Found;
    /** The tab's name. */
    readonly tab: string;
    readonly view: string;
    readonly data: ViewData;
  },
): void {
  const { model, record } = tab;
  const { t } = ctx.state;
  const item = itemsFor(app, model)['record.tabs'].find(({ name }) => name === tab.tab);
  app.views.page(ctx, 'admin/tab', {
    title: item === undefined ? record.label : `${t(item.label)}: ${record.label}`,
    singular: titleOf(t, model),
    head: recordHead(ctx, app, model, record, tab.tab),
    tab: { view: tab.view, data: tab.data },
  });
}
