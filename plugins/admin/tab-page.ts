import type { App } from '../../core/app.ts';
import { forbidden, notFound } from '../../core/errors/http.ts';
import { isAllowed } from '../../core/http/layout.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData, ViewData } from '../../core/request/views.ts';
import { getAdmin, recordOr404 } from './admin-registry.ts';
import { itemsFor } from './items-for.ts';
import { type RecordHeadData, recordHead } from './record-head.ts';

interface TabView extends PageData, RecordHeadData {
  readonly tab: { readonly view: string; readonly data: ViewData };
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/tab': TabView;
  }
}

/** GET /:model/:key/+tab/:name: a tab that a plugin adds and the admin renders. */
export async function tabPage(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  const { model } = admin;
  const tab = itemsFor(app, model)['record.tabs'].find(({ name }) => name === ctx.state.params.name);
  if (tab?.view === undefined) throw notFound();
  // fault: tab-access
  if (!isAllowed(ctx, app, tab)) throw forbidden();
  const record = await recordOr404(ctx, app, admin);
  const data = await tab.load(ctx, app, model, record);
  showRecordTab(ctx, app, { model, record, tab: tab.name, view: tab.view, data });
}

/**
 * Renders the page of a tab: the header of the record and a view below it. For tabs with a route of their own.
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
    readonly record: FoundRecord;
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
    head: recordHead(ctx, app, model, record, tab.tab),
    tab: { view: tab.view, data: tab.data },
  });
}
