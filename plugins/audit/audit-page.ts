import type { App } from '../../core/app.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { capitalised, modelPlural } from '../../core/view/model-names.ts';
import {
  type AuditQuery,
  eventNames,
  FILTERS,
  type FilterName,
  ownParameters,
  parseAuditQuery,
} from './audit-query.ts';
import { withLabels } from './change-labels.ts';
import { eventLabel } from './change-view.ts';
import { readEntries } from './entries.ts';
import { type EntryView, entryView, visibleEntry } from './entry-view.ts';
import { mayExport } from './export-entries.ts';

interface AuditView extends PageData {
  readonly url: string;
  readonly entries: readonly EntryView[];
  readonly filter: {
    readonly events: readonly string[];
    /** The sign-in name as typed. */
    readonly user: string | undefined;
    readonly model?: string;
    readonly from?: string;
    readonly to?: string;
    readonly correlationId?: string;
  };
  /** The value of each filter as text; empty if it is not set. */
  readonly filterTexts: readonly FilterText[];
  /** Undefined for users who cannot export entries. */
  readonly exportUrl?: string;
  /** Why a filter was ignored, by the filter's name; only filters with invalid values. */
  readonly ignored: Readonly<Record<string, string>>;
  /** The format of sign-in names. */
  readonly userNames: 'email' | 'text';
  /** Whether any filter is set. */
  readonly isFiltered: boolean;
  readonly events: readonly { readonly name: string; readonly label: string }[];
  readonly models: readonly { readonly name: string; readonly label: string }[];
  /** The URL of the page without a filter, by the filter's name. */
  readonly withoutUrls: Readonly<Record<string, string>>;
  readonly firstUrl?: string;
  readonly newerUrl?: string;
  readonly olderUrl?: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'audit/list': AuditView;
  }
}

/** GET /audit: all events, newest first. */
export async function auditPage(ctx: Context, app: App): Promise<void> {
  const query = new URLSearchParams(ctx.querystring);
  const parsed = parseAuditQuery(app, query, ctx.state);
  const { filter, user, window, unreadable } = parsed;
  const params = ownParameters(query);
  const page = await readEntries(app.readingFor(ctx.state.actor), filter, window);
  const entries = await withLabels(
    app,
    ctx.state.actor,
    page.entries.map((entry) => visibleEntry(app, ctx.state.actor, entry)),
  );
  const url = app.urls.to('/audit');
  const first = page.entries.at(0)?.id;
  const last = page.entries.at(-1)?.id;
  const isFiltered = [...params.keys()].some((name) => name !== 'before' && name !== 'after');
  app.views.page(ctx, 'audit/list', {
    title: ctx.state.t('audit.title'),
    url,
    entries: entries.map((entry) => entryView(ctx, app, entry)),
    filter: { ...filter, events: filter.events ?? [], user },
    filterTexts: filterTexts(ctx, app, parsed),
    ...(mayExport(app, ctx.state.actor) && { exportUrl: withPosition(app.urls.to('/audit/+export'), params, {}) }),
    ignored: Object.fromEntries([...unreadable].map(([name, values]) => [name, ignoredText(ctx, app, name, values)])),
    userNames: userNames(app),
    isFiltered,
    events: eventNames(app).map((name) => ({ name, label: eventLabel(ctx.state.t, name) })),
    models: app.models.all
      .filter((model) => app.policy.may(ctx.state.actor, 'view', model))
      .map((model) => ({ name: model.name, label: capitalised(modelPlural(ctx.state.t, model)) })),
    withoutUrls: Object.fromEntries(FILTERS.map((name) => [name, withoutFilter(url, params, name)])),
    ...(page.newer && { firstUrl: withPosition(url, params, {}) }),
    ...(page.newer && first !== undefined && { newerUrl: withPosition(url, params, { after: first }) }),
    ...(page.older && last !== undefined && { olderUrl: withPosition(url, params, { before: last }) }),
  });
}

/** A filter with its value, as users read it. */
export interface FilterText {
  readonly name: FilterName;
  readonly label: string;
  readonly value: string;
}

export function filterTexts({ state: { t } }: Context, app: App, { filter, user }: AuditQuery): readonly FilterText[] {
  const { events = [], from, to } = filter;
  const model = app.models.byName(filter.model ?? '');
  const span = from === undefined ? 'until' : to === undefined ? 'since' : 'between';
  const values: Readonly<Record<FilterName, string | undefined>> = {
    event: events.map((event) => eventLabel(t, event)).join(t('audit.comma')),
    user,
    model: model && capitalised(modelPlural(t, model)),
    key: filter.key,
    period:
      from === undefined && to === undefined
        ? undefined
        : t(`audit.filter.${span}`, { from: from ?? '', to: to ?? '' }),
    address: filter.address,
    correlation: filter.correlationId?.slice(0, 8),
  };
  return FILTERS.map((name) => ({ name, label: t(`audit.filter.${name}`), value: values[name] ?? '' }));
}

function userNames(app: App): AuditView['userNames'] {
  return app.optionalService('users')?.names ?? 'text';
}

function ignoredText(ctx: Context, app: App, name: FilterName, values: string): string {
  const kind = name === 'user' ? `user.${userNames(app)}` : name;
  return ctx.state.t(`audit.filter.unreadable.${kind}`, { values });
}

/** The URL of this list, or of its export, at another position, with the same filters. */
export function withPosition(url: string, params: URLSearchParams, to: Readonly<Record<string, string>>): string {
  const next = new URLSearchParams(params);
  for (const name of ['before', 'after']) next.delete(name);
  for (const [name, value] of Object.entries(to)) next.set(name, value);
  return next.size === 0 ? url : `${url}?${next}`;
}

function withoutFilter(url: string, params: URLSearchParams, name: string): string {
  const next = new URLSearchParams(params);
  for (const gone of name === 'period' ? ['from', 'to'] : [name]) next.delete(gone);
  return withPosition(url, next, {});
}
