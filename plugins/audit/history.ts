import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import { recordView } from '../../core/http/record-view.ts';
import type { Formatter, ModelInfo } from '../../core/model/field-type.ts';
import { parseKey } from '../../core/model/key.ts';
import type { Actor } from '../../core/policy/actor.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData, ViewData } from '../../core/request/views.ts';
import { formatterFor, toIso } from '../../core/view/formatter.ts';
import { capitalised, modelPlural } from '../../core/view/model-names.ts';
import { withLabels } from './change-labels.ts';
import { type ChangeView, changeView, eventLabel } from './change-view.ts';
import { type Entry, type EntryWindow, isEntryId, readEntries, type Side } from './entries.ts';
import { valueUrl } from './value-page.ts';
import { type Change, seesEveryRow, visibleChanges, visibleLabel } from './visible.ts';

interface HistoryView extends PageData {
  readonly label: string;
  readonly plural: string;
  /** Undefined if the model has no pages. */
  readonly listUrl?: string;
  /** The header of the record's pages; undefined if the record has no pages or was deleted. */
  readonly head?: { readonly view: string; readonly data: ViewData };
  readonly days: readonly DayView[];
  readonly olderUrl?: string;
}

interface DayView {
  readonly label: string;
  readonly entries: readonly {
    readonly iso: string;
    readonly time: string;
    readonly who: string;
    readonly what: string;
    readonly tone: string;
    readonly changes: readonly ChangeView[];
  }[];
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'audit/history': HistoryView;
  }
}

/** One event in the history of a record. */
export interface HistoryEntry extends Pick<Entry, 'id' | 'at' | 'event' | 'actor' | 'correlationId' | 'count'> {
  readonly changes: readonly Change[];
}

export interface History {
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  /** The value of `before` for the next page; undefined if there are no older entries. */
  readonly older: string | undefined;
  /** The record's label in its newest entry; undefined if there is no entry. */
  readonly label: string | undefined;
}

/**
 * The history of a record. The caller must have checked with `app.records` that the user can see the record. Fields hidden from
 * the user are omitted. `before` is the id of an entry; if it is invalid, the newest entries are returned.
 *
 * @example
 * const { entries, older } = await loadHistory(app, ctx.state.actor, model, record.key, { before: query.get('before') });
 */
export async function loadHistory(
  app: Pick<App, 'readingFor' | 'models' | 'policy' | 'permissions'>,
  actor: Actor,
  model: ModelInfo,
  key: string,
  { before, size = 50 }: { readonly before?: string | null | undefined; readonly size?: number } = {},
): Promise<History> {
  if (!app.policy.may(actor, 'view', model)) return { entries: [], older: undefined, label: undefined };
  const window: EntryWindow = { size, ...(isEntryId(before) && { before }) };
  const ofRecord = { model: model.name, key };
  const reading = app.readingFor(actor);
  const page = await readEntries(reading, ofRecord, window);
  const [newest] =
    window.before === undefined ? page.entries : (await readEntries(reading, ofRecord, { size: 1 })).entries;
  return {
    entries: page.entries.map((entry) => ({
      id: entry.id,
      at: entry.at,
      event: entry.event,
      actor: entry.actor,
      correlationId: entry.correlationId,
      count: entry.count,
      changes: visibleChanges(app, actor, model, entry),
    })),
    label: newest?.subject ? visibleLabel(app, actor, model, newest.subject) : undefined,
    older: page.older ? page.entries.at(-1)?.id : undefined,
  };
}

/** GET /:model/:key/+history: every change of a record, newest first, even if the record was deleted. */
export async function historyPage(ctx: Context, app: App): Promise<void> {
  const { actor, model, params, t } = ctx.state;
  if (!model) throw notFound();
  const key = params.key ?? '';
  // A string that cannot be a key has no history, so no query is needed.
  if (parseKey(model, key) === undefined) throw notFound();
  const record = await app.records.find(actor, model, key);
  // Whether the user had access to a deleted row can no longer be determined.
  if (!record && !seesEveryRow(app, actor, model)) throw notFound();
  const before = typeof ctx.query.before === 'string' ? ctx.query.before : undefined;
  const { entries, older, label } = await loadHistory(app, actor, model, record?.key ?? key, { before });
  if (!record && entries.length === 0) throw notFound();
  await recordView(ctx, app, model, record ?? { key, label: label ?? key });
  const url = app.urls.record(model, record?.key ?? key, '+history');
  const pages = app.optionalService('recordPages');
  const hasPages = pages?.has(model) ?? false;
  app.views.page(ctx, 'audit/history', {
    title: t('audit.history'),
    // For a deleted record, its last label.
    label: record?.label ?? label ?? key,
    ...(hasPages && { listUrl: app.urls.list(model) }),
    plural: capitalised(modelPlural(t, model)),
    ...(pages && record && hasPages && { head: pages.head(ctx, model, record, 'history') }),
    days: byDay(
      ctx,
      await withLabels(app, actor, entries),
      formatterFor(ctx),
      (entry) => (side, name) => valueUrl(app, model, record?.key ?? key, { entry, side, name }),
    ),
    ...(older !== undefined && { olderUrl: `${url}?${new URLSearchParams({ before: older })}` }),
  });
}

const TONES = new Map([
  ['create', 'good'],
  ['update', 'info'],
  ['delete', 'bad'],
]);

function byDay(
  ctx: Context,
  entries: readonly HistoryEntry[],
  formatter: Formatter,
  urlsOf: (entry: string) => (side: Side, name: string) => string,
): readonly DayView[] {
  const entryTime = (at: string): string => formatter.timestamp(at);
  const days = Map.groupBy(entries, (entry) => entryTime(entry.at).slice(0, 10));
  return [...days].map(([label, ofDay]) => ({
    label,
    entries: ofDay.map((entry) => ({
      iso: toIso(entry.at),
      time: entryTime(entry.at).slice(11),
      who: entry.actor.label,
      what: eventSummary(ctx, entry),
      tone: TONES.get(entry.event) ?? 'neutral',
      changes: entry.changes.map((change) => changeView(formatter, change, urlsOf(entry.id))),
    })),
  }));
}

const SENTENCES: ReadonlySet<string> = new Set(['create', 'update', 'delete']);

/** For example "changed 2 fields", or the name of the event and its count. */
function eventSummary({ state: { t } }: Context, { event, changes, count }: HistoryEntry): string {
  if (SENTENCES.has(event)) return t(`audit.history.${event}`, { n: changes.length });
  const what = eventLabel(t, event);
  return count === 1 ? what : t('audit.history.times', { what, n: count });
}
