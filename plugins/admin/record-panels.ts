import type { App } from '../../core/app.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { ViewData } from '../../core/request/views.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import { allowed, itemsFor } from './items-for.ts';
import { loadPart } from './load-part.ts';

/** A panel, formatted for the view. */
export interface PanelView {
  readonly title: string | undefined;
  readonly view: string;
  /** Undefined if the panel could not be loaded. */
  readonly data: ViewData | undefined;
  /** Logs that the view failed to render this data. */
  report(error: unknown): void;
}
export interface PanelViews {
  readonly main: readonly PanelView[];
  readonly aside: readonly PanelView[];
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    /** `block` is the CSS class of the surrounding section. */
    'admin/panel': { readonly panel: PanelView; readonly block: string };
  }
}

/** Loads the panels of a record's page in parallel; panels without data are omitted. */
export async function recordPanels(
  ctx: Context,
  app: App,
  { model }: CompiledAdmin,
  record: FoundRecord,
): Promise<PanelViews> {
  const items = allowed(ctx, app, itemsFor(app, model)['record.panels']);
  const loaded = await Promise.all(
    items.map((item) => loadPart(ctx, app, { panel: item.name }, async () => item.load(ctx, app, model, record))),
  );
  const panels: { readonly main: PanelView[]; readonly aside: PanelView[] } = { main: [], aside: [] };
  for (const [at, { name, title, view, place = 'main' }] of items.entries()) {
    const result = loaded[at];
    if (result === undefined || (result.ok && result.value === undefined)) continue;
    panels[place].push({
      title: title === undefined ? undefined : ctx.state.t(title),
      view,
      data: result.ok ? result.value : undefined,
      report: (err) =>
        app.log.error({ err, panel: name, id: ctx.state.correlationId }, 'a part of a page could not be shown'),
    });
  }
  return panels;
}
