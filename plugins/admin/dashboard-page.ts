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
  /** There is nothing that this user can see. */
  readonly isEmpty: boolean;
  readonly figures: readonly Figure[];
  /** The other widgets, in their order: tables, and those that could not be loaded. */
  readonly parts: readonly PartView[];
  readonly groups: readonly GroupView[];
  readonly panels: readonly PartView[];
}

/** A part of the page that must not take the others away if its view fails. */
interface PartView {
  readonly view: string;
  /** Undefined: it could not be loaded. */
  readonly data: ViewData | undefined;
  /** Logs that the view failed with this data. */
  report(error: unknown): void;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/index': IndexView;
    'admin/part': { readonly part: PartView };
    'admin/small-table': { readonly table: SmallTable };
  }
}

/** GET / — what needs doing (the widgets), links to all models, recent changes. */
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
  /** Undefined: it could not be loaded. */
  readonly value: WidgetView | undefined;
}

async function loadWidget(ctx: Context, app: App, { name, load }: Widget): Promise<LoadedWidget> {
  const loaded = await loadPart(ctx, app, { widget: name }, async () => {
    const value = await load(ctx, app);
    // Widgets of projects in JavaScript are not checked by types.
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

/** Entries about the application itself are below those that users work with. */
const SYSTEM_RANK = 100;

/** Every model that has pages, under its group. Only users with permission to view a model see its entry. */
export function navigation(app: App): readonly NavigationItem[] {
  return adminRegistry(app).all.map(({ model, group }) => ({
    label: (t) => capitalised(modelPlural(t, model)),
    group: group === '' ? 'admin.group.records' : group,
    rank: model.owner === 'project' ? 0 : SYSTEM_RANK,
    path: `/${model.slug}`,
    access: { permission: `${model.name}.view` },
  }));
}
