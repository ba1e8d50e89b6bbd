import type { App } from '../../core/app.ts';
import { isAllowed } from '../../core/extension-points.ts';
import { forbidden } from '../../core/http/access.ts';
import type { Context } from '../../core/http/context.ts';
import { notFound } from '../../core/http/router.ts';
import { foundOr404 } from './detail-page.ts';
import { itemsFor } from './items-for.ts';
import { showRecordTab } from './record-head.ts';
import { siteOf } from './site.ts';

/** GET /:model/:key/+tab/:name — a tab that a plugin adds and whose page is ours. */
export async function tabPage(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  const { model } = site;
  const tab = itemsFor(app, model)['record.tabs'].find(({ name }) => name === ctx.state.params.name);
  if (tab?.view === undefined) throw notFound();
  if (!isAllowed(ctx, app, tab)) throw forbidden();
  const record = await foundOr404(ctx, app, site);
  const data = await tab.load(ctx, app, model, record);
  showRecordTab(ctx, app, { model, record, tab: tab.name, view: tab.view, data });
}
