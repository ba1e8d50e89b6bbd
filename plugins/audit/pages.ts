import type { Actor } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf, titleOf } from '../../core/view/model-names.ts';
import { isoOf, showFor } from '../../core/view/show.ts';
import { type AuditAsk, eventNames, parseAuditAsk } from './ask.ts';
import { withLabels } from './change-labels.ts';
import { type Entry, readEntries } from './entries.ts';
import { eventLabel } from './event-label.ts';
import { shownChange, shownDetail } from './shown-change.ts';
import { type Change, visibleChanges, visibleLabel, visibleModel } from './visible.ts';

/** GET /audit — what happened, the newest first. */
export async function auditPage(ctx: Context, app: App): Promise<void> {
  const params = new URLSearchParams(ctx.querystring);
  const { filter, person, window }: AuditAsk = parseAuditAsk(app, params, ctx.state.timeZone);
  const page = await readEntries(app.readingFor(ctx.state.actor), filter, window);
  const entries = await withLabels(
    app,
    ctx.state.actor,
    page.entries.map((entry) => visibleEntry(app, ctx.state.actor, entry)),
  );
  const url = app.urls.to('/audit');
  const first = page.entries.at(0)?.id;
  const last = page.entries.at(-1)?.id;
  const narrowed = [...params.keys()].some((name) => name !== 'before' && name !== 'after');
  app.views.page(ctx, 'audit/list', {
    title: ctx.state.t('audit.title'),
    url,
    entries: entries.map((entry) => shownEntry(ctx, app, entry, params)),
    filter: { ...filter, person },
    personNames: app.optionalService('people')?.names ?? 'text',
    narrowed,
    events: eventNames(app).map((name) => ({ name, label: eventLabel(ctx.state.t, name) })),
    models: app.models.all
      .filter((model) => app.policy.may(ctx.state.actor, 'view', model))
      .map((model) => ({ name: model.name, label: capitalised(pluralOf(ctx.state.t, model)) })),
    withoutUrls: Object.fromEntries(
      ['event', 'person', 'model', 'period', 'correlation'].map((name) => [name, withoutFilter(url, params, name)]),
    ),
    ...(page.newer && { firstUrl: moved(url, params, {}) }),
    ...(page.newer && first !== undefined && { newerUrl: moved(url, params, { after: first }) }),
    ...(page.older && last !== undefined && { olderUrl: moved(url, params, { before: last }) }),
  });
}

/** An entry as far as its reader may see it. */
interface VisibleEntry extends Entry {
  /** Undefined for who may not view its records. */
  readonly model: ModelInfo | undefined;
  readonly changes: readonly Change[];
}

function visibleEntry(app: App, actor: Actor, entry: Entry): VisibleEntry {
  const model = visibleModel(app, actor, entry);
  return { ...entry, model, changes: model ? visibleChanges(app, actor, model, entry) : [] };
}

function shownEntry(ctx: Context, app: App, entry: VisibleEntry, params: URLSearchParams) {
  const { t } = ctx.state;
  const show = showFor(ctx);
  const { model } = entry;
  const { subject } = entry;
  const named = subject === null ? undefined : app.models.byName(subject.model);
  return {
    iso: isoOf(entry.at),
    when: show.timestamp(entry.at),
    who: entry.actor.kind === 'anonymous' ? t('audit.nobody') : entry.actor.label,
    what: eventLabel(t, entry.event),
    tone: toneOf(entry.event),
    // Who may not view the model is told that something happened to one of its records, and to which model, no more.
    model: subject === null ? undefined : capitalised(named ? titleOf(t, named) : subject.model),
    record: model && subject ? visibleLabel(app, ctx.state.actor, model, subject) : undefined,
    recordUrl: model && subject ? app.urls.record(model, subject.key, '+history') : undefined,
    changes: entry.changes.map((change) => shownChange(show, change)),
    details: Object.entries(entry.data ?? {}).map(([name, value]) => shownDetail(show, name, value)),
    address: entry.address,
    correlation: entry.correlationId.slice(0, 8),
    correlationUrl: moved(app.urls.to('/audit'), params, { correlation: entry.correlationId }),
  };
}

/** The same words for the same thing everywhere, so that colours can be learnt. */
function toneOf(event: string): string {
  if (/(^|_)(create|created)$/.test(event)) return 'tone-good';
  if (/(^|_)(delete|deleted)$/.test(event)) return 'tone-bad';
  if (/(^|_)(failed|locked|by_other)$/.test(event)) return 'tone-warn';
  return /(^|_)(update|updated)$/.test(event) ? 'tone-info' : '';
}

/** The address of this list, somewhere else in it: filters stay, the place does not. */
function moved(url: string, params: URLSearchParams, to: Readonly<Record<string, string>>): string {
  const next = new URLSearchParams(params);
  for (const name of ['before', 'after']) next.delete(name);
  for (const [name, value] of Object.entries(to)) next.set(name, value);
  return next.size === 0 ? url : `${url}?${next}`;
}

function withoutFilter(url: string, params: URLSearchParams, name: string): string {
  const next = new URLSearchParams(params);
  for (const gone of name === 'period' ? ['from', 'to'] : [name]) next.delete(gone);
  return moved(url, next, {});
}
