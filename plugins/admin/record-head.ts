import type { App } from '../../core/app.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { RecordPages } from '../../core/services.ts';
import { capitalised, modelPlural } from '../../core/view/model-names.ts';
import { adminRegistry } from './admin-registry.ts';
import type { RecordTab } from './extension-points.ts';
import { allowed, itemsFor } from './items-for.ts';
import { mayAddOrDelete, mayEdit } from './writable-fields.ts';

/** The header of every page of a record: breadcrumbs, title, actions, tabs. */
export interface RecordHead {
  readonly title: string;
  readonly listUrl: string;
  readonly plural: string;
  readonly editUrl?: string;
  readonly deleteUrl?: string;
  readonly actions: readonly ActionLink[];
  /** Actions that are collapsed into a menu. */
  readonly moreActions: readonly ActionLink[];
  /** Empty if the record has no other tabs. */
  readonly tabs: readonly TabLink[];
}
export interface TabLink {
  readonly label: string;
  readonly url: string;
  readonly current: boolean;
}
interface ActionLink {
  readonly label: string;
  readonly url: string;
  readonly icon: string | undefined;
  readonly tone: string;
}

/** Data for views that include `admin/record-head`. */
export interface RecordHeadData {
  readonly head: RecordHead;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/record-head': RecordHeadData;
  }
}

/** Max number of plugin actions shown as buttons. If there are more, one button fewer is shown and the rest go into a menu. */
const MAX_BUTTONS = 3;

/**
 * The header of a record's page, for views that include `admin/record-head`. `current` is the name of the current tab; undefined
 * for the record itself. For tabs with a route of their own, use `showRecordTab`.
 *
 * @example
 * app.views.page(ctx, 'billing/customer', { title: record.label, head: recordHead(ctx, app, model, record, 'invoices') });
 */
export function recordHead(
  ctx: Context,
  app: App,
  model: ModelInfo,
  record: FoundRecord,
  current?: string,
): RecordHead {
  const { t } = ctx.state;
  const admin = adminRegistry(app).of(model);
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
    plural: capitalised(modelPlural(t, model)),
    ...(admin !== undefined && mayEdit(ctx, app, admin) && { editUrl: app.urls.record(model, record.key, '+edit') }),
    ...(mayAddOrDelete(ctx, app, model, 'delete') && { deleteUrl: app.urls.record(model, record.key, '+delete') }),
    actions: actions.slice(0, buttons),
    moreActions: actions.slice(buttons),
    tabs: tabs.length === 0 ? [] : [own, ...tabs],
  };
}

function tabUrl(app: App, model: ModelInfo, key: string, tab: RecordTab): string {
  return tab.url === undefined ? app.urls.record(model, key, `+tab/${tab.name}`) : tab.url(app, model, key);
}

/** Lets other plugins link to the admin's pages and render record pages that match them. */
export function recordPages(app: App): RecordPages {
  return {
    has: (model) => adminRegistry(app).of(model) !== undefined,
    head: (ctx, model, record, tab) => ({
      view: 'admin/record-head',
      data: { head: recordHead(ctx, app, model, record, tab) },
    }),
  };
}
