import type { App } from '../../core/app.ts';
import type { Translate } from '../../core/messages/catalogue.ts';
import type { FieldInfo, Formatter } from '../../core/model/field-type.ts';
import { type ListQuery, sortedBy } from '../../core/query/list-query.ts';
import type { Page } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { capitalised, modelPlural, modelTitle } from '../../core/view/model-names.ts';
import { adminRegistry, getAdmin } from './admin-registry.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import { listQueryError } from './errors.ts';
import { type ChipView, chipViews, type FilterView, filterViews, relationLabels } from './filter-view.ts';
import { allowed, itemsFor } from './items-for.ts';
import { type SelectionView, selectionView } from './list-actions.ts';
import { listAdditions, loadCells } from './list-additions.ts';
import { columnAlign, columnLabel, type DisplayColumn, rowsHtml } from './list-cells.ts';
import { mayAddOrDelete } from './writable-fields.ts';

interface ListView extends PageData {
  readonly singular: string;
  readonly plural: string;
  readonly addUrl?: string;
  readonly links: readonly { readonly label: string; readonly url: string }[];
  readonly search: {
    readonly q: string;
    /** Only the beginning of the text was used; `q` has it. */
    readonly tooLong: boolean;
    readonly enabled: boolean;
    readonly action: string;
    /** The query parameters that a new search keeps. */
    readonly hidden: readonly (readonly [name: string, value: string])[];
  };
  readonly filters: readonly FilterView[];
  readonly chips: readonly ChipView[];
  readonly clearUrl?: string;
  readonly headers: readonly HeaderView[];
  /** The `<tr>` elements of the page; see `rowsHtml`. */
  readonly bodyHtml: string;
  /** Undefined if there are no list actions or no rows. */
  readonly selection?: SelectionView;
  readonly rows: number;
  readonly count: CountView;
  readonly pager: PagerView;
  /** Why there are no rows: the table is empty, or no row matches the filters. */
  readonly empty: 'fresh' | 'filtered' | undefined;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/list': ListView;
  }
}

/** GET /:model: one page of a list. It takes at most two statements besides the session's. */
export async function listPage(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  const { model } = admin;
  const { actor, t, timeZone } = ctx.state;
  const params = new URLSearchParams(ctx.querystring);
  const actions = allowed(ctx, app, itemsFor(app, model)['list.actions']);
  const ticked = actions.length > 0 && params.get('select') === 'page';
  if (ticked) params.delete('select');
  const { listing, columns: added, choices } = await listAdditions(ctx, app, admin);
  const { offered, parsed } = await app.records.parseListQuery(actor, listing, params, timeZone);
  const problems = parsed.ok ? [] : parsed.problems;
  // A filter value that cannot be read is reported at its filter, and the list is shown without that filter.
  const { query } = parsed;
  if (query === undefined) throw listQueryError(app, model, problems, params);
  const page = await app.records.list(actor, listing, query);
  const chosen = { query, choices, labels: await relationLabels(ctx, app, query, page.rows) };
  const formatter = adminRegistry(app).formatter(ctx);
  const listUrl = app.urls.list(model);
  const to = (queryString: string): string => listUrl + queryString;
  const visible = [...admin.columns, ...added].filter(
    (column) => !('field' in column) || offered.columns.includes(column.field),
  );
  const loaded = await loadCells(ctx, app, admin, visible, page.rows);
  app.views.page(ctx, 'admin/list', {
    title: capitalised(modelPlural(t, model)),
    singular: modelTitle(t, model),
    plural: modelPlural(t, model),
    ...(mayAddOrDelete(ctx, app, model, 'add') && { addUrl: app.urls.add(model) }),
    links: allowed(ctx, app, itemsFor(app, model)['list.links']).map(({ label, path }) => ({
      label: t(label),
      url: app.urls.to(path),
    })),
    search: {
      q: query.q,
      tooLong: query.q !== (params.get('q') ?? '').trim(),
      enabled: offered.search.length > 0,
      action: listUrl,
      hidden: [...params].filter(([name]) => name === 'sort' || name === 'size'),
    },
    filters: filterViews(ctx, app, admin, offered, chosen, problems),
    chips: chipViews(ctx, chosen, to),
    ...(query.isFiltered && { clearUrl: to(query.toQueryString({ withoutFilters: true }, { q: '' })) }),
    headers: visible.map((column) =>
      headerView(ctx, column, admin, query, offered.sortable, (field) => to(query.toQueryString({ sort: field }))),
    ),
    bodyHtml: rowsHtml(app, admin, formatter, page.rows, {
      columns: visible,
      loaded,
      selection: actions.length === 0 ? 'none' : ticked ? 'all' : 'some',
    }),
    ...(actions.length > 0 && page.rows.length > 0 && { selection: selectionView(ctx, app, model, actions, params) }),
    rows: page.rows.length,
    count: countView(t, formatter, query, page, to(query.toQueryString({ count: 'exact' }))),
    pager: pagerView(page, query, to),
    // The rows around a cursor may have been deleted; the list itself need not be empty.
    empty: page.rows.length > 0 ? undefined : query.isFiltered || query.at !== undefined ? 'filtered' : 'fresh',
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
  column: DisplayColumn,
  admin: CompiledAdmin,
  query: ListQuery,
  sortable: readonly unknown[],
  urlOf: (field: FieldInfo) => string,
): HeaderView {
  const isAdded = 'column' in column || ('field' in column && column.field.expression !== undefined);
  const label = columnLabel(ctx.state.t, column);
  const base = { label: isAdded ? ctx.state.t(label) : label, align: columnAlign(column) };
  if (!('field' in column)) return { ...base, sorted: '' };
  const order = query.sort.length > 0 ? query.sort : admin.listing.order;
  return {
    ...base,
    sorted: sortedBy(order, column.field) ?? '',
    ...(sortable.includes(column.field) && { sortUrl: urlOf(column.field) }),
  };
}

interface PagerView {
  readonly firstUrl?: string;
  readonly previousUrl?: string;
  readonly nextUrl?: string;
  readonly lastUrl?: string;
}

function pagerView(page: Page, query: ListQuery, to: (queryString: string) => string): PagerView {
  const { previous, next, rows } = page;
  const hasFirst = query.at !== undefined && (previous !== undefined || rows.length === 0);
  return {
    ...(hasFirst && { firstUrl: to(query.toQueryString({ at: 'first' })) }),
    ...(previous !== undefined && { previousUrl: to(query.toQueryString({ before: previous })) }),
    ...(next !== undefined && {
      nextUrl: to(query.toQueryString({ after: next })),
      lastUrl: to(query.toQueryString({ at: 'last' })),
    }),
  };
}

export interface CountView {
  readonly text: string;
  /** Shown next to the heading; empty if unknown. */
  readonly total: string;
  /** The URL of the list with an exact count. */
  readonly exactUrl?: string;
}

/** The footer of a list: "1–50 of 10,000", "1–50 of about 1,200,000", "1–50 of 1,000+", or "50 on this page". */
export function countView(
  t: Translate,
  formatter: Formatter,
  query: ListQuery,
  { rows, count }: Page,
  exactUrl: string,
): CountView {
  const from = rows.length === 0 ? 0 : 1;
  const range = { from: formatter.number(from), to: formatter.number(rows.length) };
  switch (count.kind) {
    case 'exact': {
      const total = formatter.number(count.rows);
      return {
        total,
        text: query.at === undefined ? t('admin.count.range', { ...range, total }) : t('admin.count.total', { total }),
      };
    }
    case 'about': {
      const total = t('admin.count.about', { total: formatter.number(count.rows) });
      return { total, text: t('admin.count.range', { ...range, total }), exactUrl };
    }
    case 'more': {
      const total = t('admin.count.more', { total: formatter.number(count.rows) });
      return { total, text: t('admin.count.range', { ...range, total }), exactUrl };
    }
    // Beyond the first page the position is unknown: cursors have no row numbers, and counting would need another statement.
    case 'unknown':
      return { total: '', text: t('admin.count.page', { rows: range.to }), exactUrl };
  }
}
