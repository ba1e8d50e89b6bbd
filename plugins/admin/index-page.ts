import type { App } from '../../core/app.ts';
import { isAllowed } from '../../core/extension-points.ts';
import type { Context } from '../../core/http/context.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf, titleOf } from '../../core/view/model-names.ts';
import type { ViewData } from '../../core/view/views.ts';
import type { Figure, SmallTable } from './dashboard.ts';
import { loadPart } from './load-part.ts';
import { sitesOf } from './site.ts';

/** GET / — what needs doing (the widgets), where everything is, what happened lately. */
export async function indexPage(ctx: Context, app: App): Promise<void> {
  const visible = app.contributions('dashboard.widgets').filter((widget) => isAllowed(ctx, app, widget));
  const [loaded, panels] = await Promise.all([
    Promise.all(visible.map((widget) => loadPart(ctx, app, { widget: widget.name }, () => widget.load(ctx, app)))),
    panelsFor(ctx, app),
  ]);
  const views = loaded.flatMap((each) => (each.ok ? [each.value] : []));
  const groups = groupsFor(ctx, app);
  app.views.page(ctx, 'admin/index', {
    title: ctx.state.t('admin.index.title'),
    nothing: views.length === 0 && groups.length === 0 && panels.length === 0,
    figures: views.filter((view): view is Figure => view.kind === 'figure'),
    tables: views.filter((view): view is SmallTable => view.kind === 'table'),
    groups,
    panels,
  });
}

interface PanelView {
  readonly view: string;
  readonly data: ViewData;
}

async function panelsFor(ctx: Context, app: App): Promise<readonly PanelView[]> {
  const visible = app.contributions('dashboard.panels').filter((panel) => isAllowed(ctx, app, panel));
  const loaded = await Promise.all(
    visible.map(async ({ name, view, load }) => ({
      view,
      part: await loadPart(ctx, app, { panel: name }, () => load(ctx, app)),
    })),
  );
  return loaded.flatMap(({ view, part }) => (part.ok && part.value !== undefined ? [{ view, data: part.value }] : []));
}

interface GroupView {
  readonly label: string;
  readonly models: readonly {
    readonly label: string;
    readonly singular: string;
    readonly url: string;
    readonly addUrl?: string;
  }[];
}

function groupsFor(ctx: Context, app: App): readonly GroupView[] {
  const { actor, t } = ctx.state;
  const groups = new Map<string, GroupView['models'][number][]>();
  for (const { model, group } of sitesOf(app).all) {
    if (!app.policy.may(actor, 'view', model)) continue;
    const mayAdd = !model.readOnly && app.policy.may(actor, 'add', model);
    const entry = {
      label: capitalised(pluralOf(t, model)),
      singular: titleOf(t, model),
      url: app.urls.list(model),
      ...(mayAdd && { addUrl: app.urls.add(model) }),
    };
    const label = t(group === '' ? 'admin.group.records' : group);
    groups.set(label, [...(groups.get(label) ?? []), entry]);
  }
  return [...groups].map(([label, models]) => ({ label, models }));
}
