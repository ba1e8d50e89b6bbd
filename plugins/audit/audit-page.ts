import type { App } from '../../core/app.ts';
import type { Formatter, ModelInfo } from '../../core/model/field-type.ts';
import type { Actor } from '../../core/policy/actor.ts';
import { holdsEverything } from '../../core/policy/policy.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { formatterFor, toIso } from '../../core/view/formatter.ts';
import { capitalised, modelPlural, modelTitle } from '../../core/view/model-names.ts';
import { type AuditQuery, eventNames, type FilterName, ownParameters, parseAuditQuery } from './audit-query.ts';
import { withLabels } from './change-labels.ts';
import { type ChangeView, changeView, detailView, eventLabel } from './change-view.ts';
import { type Entry, readEntries } from './entries.ts';
import { valueUrl } from './value-page.ts';
import { type Change, visibleChanges, visibleLabel, visibleModel } from './visible.ts';

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

interface EntryView {
  readonly iso: string;
  readonly when: string;
  readonly who: string;
  readonly what: string;
  /** A CSS class, or empty. */
  readonly tone: string;
  /** The model's title; undefined for events that do not concern a record. */
  readonly model: string | undefined;
  readonly record: string | undefined;
  readonly recordUrl: string | undefined;
  readonly changes: readonly ChangeView[];
  readonly details: readonly { readonly label: string; readonly after: string | undefined }[];
  readonly address: string | null;
  /** The first characters of the correlation ID. */
  readonly correlation: string;
  readonly correlationUrl: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'audit/list': AuditView;
  }
}

/** GET /audit: all events, newest first. */
export async function auditPage(ctx: Context, app: App): Promise<void> {
  const query = new URLSearchParams(ctx.querystring);
  const { filter, user, window, unreadable }: AuditQuery = parseAuditQuery(app, query, ctx.state.timeZone);
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
    entries: entries.map((entry) => entryView(ctx, app, entry, params)),
    filter: { ...filter, events: filter.events ?? [], user },
    ignored: Object.fromEntries([...unreadable].map(([name, values]) => [name, ignoredText(ctx, app, name, values)])),
    userNames: userNames(app),
    isFiltered,
    events: eventNames(app).map((name) => ({ name, label: eventLabel(ctx.state.t, name) })),
    models: app.models.all
      .filter((model) => app.policy.may(ctx.state.actor, 'view', model))
      .map((model) => ({ name: model.name, label: capitalised(modelPlural(ctx.state.t, model)) })),
    withoutUrls: Object.fromEntries(
      ['event', 'user', 'model', 'period', 'correlation'].map((name) => [name, withoutFilter(url, params, name)]),
    ),
    ...(page.newer && { firstUrl: withPosition(url, params, {}) }),
    ...(page.newer && first !== undefined && { newerUrl: withPosition(url, params, { after: first }) }),
    ...(page.older && last !== undefined && { olderUrl: withPosition(url, params, { before: last }) }),
  });
}

function userNames(app: App): AuditView['userNames'] {
  return app.optionalService('users')?.names ?? 'text';
}

function ignoredText(ctx: Context, app: App, name: FilterName, values: string): string {
  const kind = name === 'user' ? `user.${userNames(app)}` : name;
  return ctx.state.t(`audit.filter.unreadable.${kind}`, { values });
}

/** An entry, limited to what the user can see. */
interface VisibleEntry extends Entry {
  /** Undefined if the user cannot view the model's records. */
  readonly model: ModelInfo | undefined;
  readonly changes: readonly Change[];
}

function visibleEntry(app: App, actor: Actor, entry: Entry): VisibleEntry {
  const model = visibleModel(app, actor, entry);
  return { ...entry, model, changes: model ? visibleChanges(app, actor, model, entry) : [] };
}

function entryView(ctx: Context, app: App, entry: VisibleEntry, params: URLSearchParams): EntryView {
  const { t } = ctx.state;
  const formatter = formatterFor(ctx);
  const { model } = entry;
  const { subject } = entry;
  const subjectModel = subject === null ? undefined : app.models.byName(subject.model);
  // The data of a plugin's event may hold values of the record.
  // fault: data-of-hidden-record
  const mayReadData = subject === null || model !== undefined || holdsEverything(app, ctx.state.actor);
  return {
    iso: toIso(entry.at),
    when: formatter.timestamp(entry.at),
    who: entry.actor.kind === 'anonymous' ? t('audit.anonymous') : entry.actor.label,
    what: eventLabel(t, entry.event),
    tone: eventTone(entry.event),
    // Users who cannot view the model see only that one of its records was affected.
    model: subject === null ? undefined : capitalised(subjectModel ? modelTitle(t, subjectModel) : subject.model),
    record: model && subject ? visibleLabel(app, ctx.state.actor, model, subject) : undefined,
    recordUrl: model && subject ? app.urls.record(model, subject.key, '+history') : undefined,
    changes: entry.changes.map((change) =>
      changeView(
        formatter,
        change,
        model && subject
          ? (side, name) => valueUrl(app, model, subject.key, { entry: entry.id, side, name })
          : undefined,
      ),
    ),
    details: [
      ...countDetail(formatter, entry),
      ...Object.entries((mayReadData && entry.data) || {}).map(([name, value]) => detailView(formatter, name, value)),
    ],
    address: entry.address,
    correlation: entry.correlationId.slice(0, 8),
    correlationUrl: withPosition(app.urls.to('/audit'), params, { correlation: entry.correlationId }),
  };
}

/** How often an event happened, if it was counted. */
function countDetail(formatter: Formatter, { count, lastAt }: Entry): EntryView['details'] {
  // fault: count-not-shown
  if (count === 1 || lastAt === null) return [];
  const params = { n: count, last: formatter.timestamp(lastAt) };
  return [{ label: formatter.t('audit.count'), after: formatter.t('audit.countUntil', params) }];
}

/** Always the same colour for the same event, so that users learn to recognise it. */
function eventTone(event: string): string {
  if (/(^|_)(create|created)$/.test(event)) return 'tone-good';
  if (/(^|_)(delete|deleted)$/.test(event)) return 'tone-bad';
  if (/(^|_)(failed|locked|by_other)$/.test(event)) return 'tone-warn';
  return /(^|_)(update|updated)$/.test(event) ? 'tone-info' : '';
}

/** The URL of this list at another position, with the same filters. */
function withPosition(url: string, params: URLSearchParams, to: Readonly<Record<string, string>>): string {
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
