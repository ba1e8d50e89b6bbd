import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { askAddress, sortedBy } from '../../core/query/ask-address.ts';
import type { Ask, Page } from '../../core/query/types.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf, titleOf } from '../../core/view/model-names.ts';
import { badListAddress } from './bad-list-address.ts';
import { alignOf, labelOf, rowsHtml } from './cells.ts';
import { countView } from './count-view.ts';
import { chipViews, filterViews, relationLabels } from './filter-view.ts';
import { type Shown, type Site, siteOf, sitesOf } from './site.ts';

/** GET /:model — one page of a list, at most two statements beside the session's. */
export async function listPage(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  const { model } = site;
  const { actor, t, timeZone } = ctx.state;
  const params = new URLSearchParams(ctx.querystring);
  const { offered, parsed } = await app.records.ask(actor, site.listing, params, timeZone);
  if (!parsed.ok) throw badListAddress(app, model, parsed.problems, params);
  const { ask } = parsed;
  const page = await app.records.list(actor, site.listing, ask);
  const chosen = { ask, params, labels: await relationLabels(ctx, app, ask, page.rows) };
  const show = sitesOf(app).show(ctx);
  const listUrl = app.urls.list(model);
  const to = (query: string): string => listUrl + query;
  const isNarrowed = ask.q !== '' || ask.filters.length > 0;
  const visible = site.columns.filter((shown) => 'computed' in shown || offered.columns.includes(shown.field));
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
    filters: filterViews(ctx, app, site, offered.filters, chosen),
    chips: chipViews(ctx, chosen, to),
    ...(isNarrowed && {
      clearUrl: to(askAddress(new URLSearchParams(askAddress(params, { withoutFilters: true })), { q: '' })),
    }),
    headers: visible.map((shown) =>
      headerView(shown, site, ask, offered.sortable, (field) => to(askAddress(params, { sort: field }))),
    ),
    bodyHtml: rowsHtml(app, site, visible, show, page.rows),
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
  shown: Shown,
  site: Site,
  ask: Ask,
  sortable: readonly unknown[],
  urlOf: (field: Extract<Shown, { field: unknown }>['field']) => string,
): HeaderView {
  const base = { label: labelOf(shown), align: alignOf(shown) };
  if ('computed' in shown) return { ...base, sorted: '' };
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
