import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf } from '../../core/view/model-names.ts';
import type { Figure, SmallTable, Widget, WidgetView } from './dashboard.ts';
import { recentChanges } from './recent-changes.ts';
import { sitesOf } from './site.ts';

/** GET / — what needs doing (the widgets), where everything is, what happened lately. */
export async function indexPage(ctx: Context, app: App): Promise<void> {
  const visible = app
    .contributions('dashboard.widgets')
    .filter((widget) => app.access.decide(ctx, widget.access) === 'allow');
  const views = (await Promise.all(visible.map((widget) => loaded(widget, ctx, app)))).filter(
    (view) => view !== undefined,
  );
  const groups = groupsFor(ctx, app);
  const recent = await recentChanges(ctx, app);
  app.views.page(ctx, 'admin/index', {
    title: ctx.state.t('admin.index.title'),
    nothing: views.length === 0 && groups.length === 0 && recent.auditUrl === undefined,
    figures: views.filter((view): view is Figure => view.kind === 'figure'),
    tables: views.filter((view): view is SmallTable => view.kind === 'table'),
    groups,
    ...recent,
  });
}

/** A widget that fails must not take the start page from everybody. */
async function loaded(widget: Widget, ctx: Context, app: App): Promise<WidgetView | undefined> {
  try {
    return await widget.load(ctx, app);
  } catch (error) {
    app.log.error(
      { err: error, widget: widget.name, id: ctx.state.correlationId },
      'a widget of the index page failed',
    );
    return undefined;
  }
}

interface GroupView {
  readonly label: string;
  readonly models: readonly { readonly label: string; readonly url: string; readonly addUrl?: string }[];
}

function groupsFor(ctx: Context, app: App): readonly GroupView[] {
  const { actor, t } = ctx.state;
  const groups = new Map<string, GroupView['models'][number][]>();
  for (const { model, group } of sitesOf(app).all) {
    if (!app.policy.may(actor, 'view', model)) continue;
    const mayAdd = !model.readOnly && app.policy.may(actor, 'add', model);
    const entry = {
      label: capitalised(pluralOf(t, model)),
      url: app.urls.list(model),
      ...(mayAdd && { addUrl: app.urls.add(model) }),
    };
    const label = t(group === '' ? 'admin.group.records' : group);
    groups.set(label, [...(groups.get(label) ?? []), entry]);
  }
  return [...groups].map(([label, models]) => ({ label, models }));
}
