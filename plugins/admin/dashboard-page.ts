import type { App } from '../../core/app.ts';
import { isAllowed, type NavigationItem } from '../../core/http/layout.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData, ViewData } from '../../core/request/views.ts';
import { capitalised, modelPlural, modelTitle } from '../../core/view/model-names.ts';
import { adminRegistry } from './admin-registry.ts';
import { loadPart, type PartName } from './load-part.ts';
import type { Figure, SmallTable, Widget, WidgetView } from './widgets.ts';
import { mayAddOrDelete } from './writable-fields.ts';

interface IndexView extends PageData {
  /** True if there is nothing that this user can see. */
  readonly isEmpty: boolean;
  readonly figures: readonly Figure[];
  /** The other widgets, in order: tables, and widgets that could not be loaded. */
  readonly parts: readonly PartView[];
  readonly groups: readonly GroupView[];
  readonly panels: readonly PartView[];
}

/** A part of the page. If its view fails, the other parts are still shown. */
interface PartView {
  readonly view: string;
  /** Undefined if the part could not be loaded. */
  readonly data: ViewData | undefined;
  /** Logs that the view failed to render this data. */
  report(error: unknown): void;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/index': IndexView;
    'admin/part': { readonly part: PartView };
    'admin/small-table': { readonly table: SmallTable };
  }
}

/** GET /: the widgets, links to all models, and recent changes. */
export async function indexPage(ctx: Context, app: App): Promise<void> {
  const visible = app.contributions('dashboard.widgets').filter((widget) => isAllowed(ctx, app, widget));
  const [loaded, panels] = await Promise.all([
    Promise.all(visible.map((widget) => loadWidget(ctx, app, widget))),
    panelsFor(ctx, app),
  ]);
  const groups = groupsFor(ctx, app);
  app.views.page(ctx, 'admin/index', {
    title: ctx.state.t('admin.index.title'),
    isEmpty: loaded.length === 0 && groups.length === 0 && panels.length === 0,
    figures: loaded.flatMap(({ value }) => (value?.kind === 'figure' ? [value] : [])),
    parts: loaded.flatMap(({ name, value }) =>
      value?.kind === 'figure'
        ? []
        : [partView(ctx, app, { widget: name }, 'admin/small-table', value && { table: value })],
    ),
    groups,
    panels,
  });
}

interface LoadedWidget {
  readonly name: string;
  /** Undefined if the widget could not be loaded. */
  readonly value: WidgetView | undefined;
}

async function loadWidget(ctx: Context, app: App, { name, load }: Widget): Promise<LoadedWidget> {
  const loaded = await loadPart(ctx, app, { widget: name }, async () => {
    const value = await load(ctx, app);
    // Projects written in JavaScript have no type checking.
    if (value?.kind !== 'figure' && value?.kind !== 'table')
      throw new TypeError('It returned neither a figure nor a table.');
    return value;
  });
  return { name, value: loaded.ok ? loaded.value : undefined };
}

async function panelsFor(ctx: Context, app: App): Promise<readonly PartView[]> {
  const visible = app.contributions('dashboard.panels').filter((panel) => isAllowed(ctx, app, panel));
  const loaded = await Promise.all(
    visible.map(async ({ name, view, load }) => ({
      name,
      view,
      part: await loadPart(ctx, app, { panel: name }, () => load(ctx, app)),
    })),
  );
  return loaded.flatMap(({ name, view, part }) =>
    part.ok && part.value === undefined
      ? []
      : [partView(ctx, app, { panel: name }, view, part.ok ? part.value : undefined)],
  );
}

function partView(ctx: Context, app: App, name: PartName, view: string, data: ViewData | undefined): PartView {
  return {
    view,
    data,
    report: (err) =>
      app.log.error({ err, ...name, id: ctx.state.correlationId }, 'a part of a page could not be shown'),
  };
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
  for (const { model, group } of adminRegistry(app).all) {
    if (!app.policy.may(actor, 'view', model)) continue;
    const mayAdd = mayAddOrDelete(ctx, app, model, 'add');
    const entry = {
      label: capitalised(modelPlural(t, model)),
      singular: modelTitle(t, model),
      url: app.urls.list(model),
      ...(mayAdd && { addUrl: app.urls.add(model) }),
    };
    const label = t(group === '' ? 'admin.group.records' : group);
    groups.set(label, [...(groups.get(label) ?? []), entry]);
  }
  return [...groups].map(([label, models]) => ({ label, models }));
}

/** Entries about the application itself are listed after those for daily work. */
const SYSTEM_RANK = 100;

/** All models that have pages, by group. An entry is visible only to users with permission to view the model. */
export function navigation(app: App): readonly NavigationItem[] {
  return adminRegistry(app).all.map(({ model, group }) => ({
    label: (t) => capitalised(modelPlural(t, model)),
    group: group === '' ? 'admin.group.records' : group,
    rank: model.owner === 'project' ? 0 : SYSTEM_RANK,
    path: `/${model.slug}`,
    access: { permission: `${model.name}.view` },
  }));
}
