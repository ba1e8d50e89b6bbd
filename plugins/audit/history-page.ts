import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { notFound } from '../../core/http/router.ts';
import { parseKey } from '../../core/model/key.ts';
import type { Formatter } from '../../core/model/kind.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf } from '../../core/view/model-names.ts';
import { isoOf, showFor } from '../../core/view/show.ts';
import { withLabels } from './change-labels.ts';
import { eventLabel } from './event-label.ts';
import { type HistoryEntry, historyOf } from './history.ts';
import { shownChange } from './shown-change.ts';
import { seesEveryRow } from './visible.ts';

/** GET /:model/:key/+history — everything that was done to a record, newest first, also after it is gone. */
export async function historyPage(ctx: Context, app: App): Promise<void> {
  const { actor, model, params, t } = ctx.state;
  if (!model) throw notFound();
  const key = params.key ?? '';
  // What no row can be called has no history either, and need not be asked for.
  if (parseKey(model, key) === undefined) throw notFound();
  const found = await app.records.find(actor, model, key);
  // A deleted row cannot be asked whether it was the reader's.
  if (!found && !seesEveryRow(app, actor, model)) throw notFound();
  const before = typeof ctx.query.before === 'string' ? ctx.query.before : undefined;
  const { entries, older, label } = await historyOf(app, actor, model, found?.key ?? key, { before });
  if (!found && entries.length === 0) throw notFound();
  const url = app.urls.record(model, found?.key ?? key, '+history');
  const pages = app.optionalService('recordPages');
  const hasPages = pages?.has(model) ?? false;
  app.views.page(ctx, 'audit/history', {
    title: t('audit.history'),
    // What is gone is called as it was called last.
    label: found?.label ?? label ?? key,
    ...(hasPages && { listUrl: app.urls.list(model) }),
    plural: capitalised(pluralOf(t, model)),
    ...(pages && found && hasPages && { head: pages.head(ctx, model, found, 'history') }),
    days: byDay(ctx, await withLabels(app, actor, entries), showFor(ctx)),
    ...(older !== undefined && { olderUrl: `${url}?${new URLSearchParams({ before: older })}` }),
  });
}

interface DayView {
  readonly label: string;
  readonly entries: readonly object[];
}

const TONES: Readonly<Record<string, string>> = { create: 'good', update: 'info', delete: 'bad' };

function byDay(ctx: Context, entries: readonly HistoryEntry[], show: Formatter): readonly DayView[] {
  const shown = (at: string): string => show.timestamp(at);
  const days = Map.groupBy(entries, (entry) => shown(entry.at).slice(0, 10));
  return [...days].map(([label, ofDay]) => ({
    label,
    entries: ofDay.map((entry) => ({
      iso: isoOf(entry.at),
      time: shown(entry.at).slice(11),
      who: entry.actor.label,
      what: whatHappened(ctx, entry),
      tone: TONES[entry.event] ?? 'neutral',
      changes: entry.changes.map((change) => shownChange(show, change)),
      correlationId: entry.correlationId,
    })),
  }));
}

const SENTENCES: ReadonlySet<string> = new Set(['create', 'update', 'delete']);

/** "changed 2 fields", or the name of an event that a plugin records. */
function whatHappened(ctx: Context, { event, changes }: HistoryEntry): string {
  return SENTENCES.has(event)
    ? ctx.state.t(`audit.history.${event}`, { n: changes.length })
    : eventLabel(ctx.state.t, event);
}
