import type { App } from '../../core/app.ts';
import type { Formatter, ModelInfo } from '../../core/model/field-type.ts';
import type { Actor } from '../../core/policy/actor.ts';
import type { Context } from '../../core/request/context.ts';
import { formatterFor, toIso } from '../../core/view/formatter.ts';
import { capitalised, modelTitle } from '../../core/view/model-names.ts';
import { type ChangeView, changeView, detailView, eventLabel } from './change-view.ts';
import type { Entry } from './entries.ts';
import { valueUrl } from './value-page.ts';
import { type Change, visibleChanges, visibleData, visibleLabel, visibleModel } from './visible.ts';

/** One entry of the audit trail on a page. */
export interface EntryView {
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
  /** The page with everything that the request did. */
  readonly correlationUrl: string;
}

/** An entry, limited to what the user can see. */
export interface VisibleEntry extends Entry {
  /** Undefined if the user cannot view the model's records. */
  readonly model: ModelInfo | undefined;
  readonly changes: readonly Change[];
}

export function visibleEntry(app: App, actor: Actor, entry: Entry): VisibleEntry {
  const model = visibleModel(app, actor, entry);
  return { ...entry, model, changes: model ? visibleChanges(app, actor, model, entry) : [] };
}

/** An entry as text for templates, which escape it. */
export function entryView(ctx: Context, app: App, entry: VisibleEntry): EntryView {
  const { t } = ctx.state;
  const formatter = formatterFor(ctx);
  const { model } = entry;
  const { subject } = entry;
  const subjectModel = subject === null ? undefined : app.models.byName(subject.model);
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
      ...Object.entries(visibleData(app, ctx.state.actor, model, entry) ?? {}).map(([name, value]) =>
        detailView(formatter, name, value),
      ),
    ],
    address: entry.address,
    correlation: entry.correlationId.slice(0, 8),
    correlationUrl: requestUrl(app, entry.correlationId),
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

/** The page of everything that one request, job or command did. */
export function requestUrl({ urls }: Pick<App, 'urls'>, correlationId: string): string {
  return urls.to(`/audit/requests/${correlationId}`);
}
