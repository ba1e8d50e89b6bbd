import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import { askAddress, sortedBy } from '../../core/query/ask-address.ts';
import type { Ask, Page } from '../../core/query/types.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf, titleOf } from '../../core/view/model-names.ts';
import { badListAddress } from './bad-list-address.ts';
import { alignOf, type ListShown, labelOf, rowsHtml } from './cells.ts';
import { countView } from './count-view.ts';
import { chipViews, filterViews, relationLabels } from './filter-view.ts';
import { allowed, itemsFor } from './items-for.ts';
import { selectionView } from './list-actions.ts';
import { listAdditions, loadCells } from './list-additions.ts';
import { type Site, siteOf, sitesOf } from './site.ts';

/** GET /:model — one page of a list, at most two statements beside the session's. */
export async function listPage(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  const { model } = site;
  const { actor, t, timeZone } = ctx.state;
  const params = new URLSearchParams(ctx.querystring);
  const actions = allowed(ctx, app, itemsFor(app, model)['list.actions']);
  const ticked = actions.length > 0 && params.get('select') === 'page';
  if (ticked) params.delete('select');
  const { listing, columns: added, choices } = await listAdditions(ctx, app, site);
  const { offered, parsed } = await app.records.ask(actor, listing, params, timeZone);
  if (!parsed.ok) throw badListAddress(app, model, parsed.problems, params);
  const { ask } = parsed;
  const page = await app.records.list(actor, listing, ask);
  const chosen = { ask, params, choices, labels: await relationLabels(ctx, app, ask, page.rows) };
  const show = sitesOf(app).show(ctx);
  const listUrl = app.urls.list(model);
  const to = (query: string): string => listUrl + query;
  const isNarrowed = ask.q !== '' || ask.filters.length > 0;
  const visible = [...site.columns, ...added].filter(
    (shown) => !('field' in shown) || offered.columns.includes(shown.field),
  );
  const loaded = await loadCells(ctx, app, site, visible, page.rows);
  app.views.page(ctx, 'admin/list', {
    title: capitalised(pluralOf(t, model)),
    singular: titleOf(t, model),
    plural: pluralOf(t, model),
    model: { name: model.name },
    ...(!model.readOnly && app.policy.may(actor, 'add', model) && { addUrl: app.urls.add(model) }),
    search: {
      q: ask.q,
      enabled: offered.search.length > 0,
      label: t('admin.search', { plural: pluralOf(t, model) }),
      action: listUrl,
      hidden: [...params].filter(([name]) => name === 'sort' || name === 'size'),
    },
    filters: filterViews(ctx, app, site, offered, chosen),
    chips: chipViews(ctx, chosen, to),
    ...(isNarrowed && {
      clearUrl: to(askAddress(new URLSearchParams(askAddress(params, { withoutFilters: true })), { q: '' })),
    }),
    headers: visible.map((shown) =>
      headerView(ctx, shown, site, ask, offered.sortable, (field) => to(askAddress(params, { sort: field }))),
    ),
    bodyHtml: rowsHtml(app, site, show, page.rows, {
      columns: visible,
      loaded,
      selection: actions.length === 0 ? 'none' : ticked ? 'all' : 'some',
    }),
    ...(actions.length > 0 && page.rows.length > 0 && { selection: selectionView(ctx, app, model, actions, params) }),
    rows: page.rows.length,
    count: countView(t, show, ask, page, to(askAddress(params, { count: 'exact' }))),
    pager: pagerView(page, ask, params, to),
    // Rows that a cursor pointed to may be gone; the list is not empty for that.
    empty: page.rows.length > 0 ? undefined : isNarrowed || ask.at !== undefined ? 'filtered' : 'fresh',
    notes: [],
  });
}

interface HeaderView {
  readonly label: string;
  readonly align: 'start' | 'end';
  readonly sorted: 'ascending' | 'descending' | '';
  readonly sortUrl?: string;
}

function headerView(
  ctx: Context,
  shown: ListShown,
  site: Site,
  ask: Ask,
  sortable: readonly unknown[],
  urlOf: (field: FieldInfo) => string,
): HeaderView {
  const isAdded = 'column' in shown || ('field' in shown && shown.field.expression !== undefined);
  const label = labelOf(shown);
  const base = { label: isAdded ? ctx.state.t(label) : label, align: alignOf(shown) };
  if (!('field' in shown)) return { ...base, sorted: '' };
  const order = ask.sort.length > 0 ? ask.sort : site.listing.order;
  return {
    ...base,
    sorted: sortedBy(order, shown.field) ?? '',
    ...(sortable.includes(shown.field) && { sortUrl: urlOf(shown.field) }),
  };
}

interface PagerView {
  readonly firstUrl?: string;
  readonly previousUrl?: string;
  readonly nextUrl?: string;
  readonly lastUrl?: string;
}

function pagerView(page: Page, ask: Ask, params: URLSearchParams, to: (query: string) => string): PagerView {
  const { previous, next, rows } = page;
  const hasFirst = ask.at !== undefined && (previous !== undefined || rows.length === 0);
  return {
    ...(hasFirst && { firstUrl: to(askAddress(params, { at: 'first' })) }),
    ...(previous !== undefined && { previousUrl: to(askAddress(params, { before: previous })) }),
    ...(next !== undefined && {
      nextUrl: to(askAddress(params, { after: next })),
      lastUrl: to(askAddress(params, { at: 'last' })),
    }),
  };
}
