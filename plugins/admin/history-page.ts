import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { notFound } from '../../core/http/router.ts';
import { parseKey } from '../../core/model/key.ts';
import type { Formatter } from '../../core/model/kind.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf } from '../../core/view/model-names.ts';
import { isoOf } from '../../core/view/show.ts';
import { withLabels } from '../audit/change-labels.ts';
import { type HistoryEntry, historyOf } from '../audit/history.ts';
import { shownChange } from '../audit/shown-change.ts';
import { siteOf, sitesOf } from './site.ts';

/** GET /:model/:key/+history — everything that was done to a record, newest first, also after it is gone. */
export async function historyPage(ctx: Context, app: App): Promise<void> {
  const { model } = siteOf(ctx, app);
  const { actor, params, t } = ctx.state;
  const key = params.key ?? '';
  // What no row can be called has no history either, and need not be asked for.
  if (parseKey(model, key) === undefined) throw notFound();
  const found = await app.records.find(actor, model, key);
  if (!found && !mayKnowTheGone(ctx, app, model)) throw notFound();
  const before = typeof ctx.query.before === 'string' ? ctx.query.before : undefined;
  const { entries, older, label } = await historyOf(app, actor, model, found?.key ?? key, { before });
  if (!found && entries.length === 0) throw notFound();
  const show = sitesOf(app).show(ctx);
  const url = app.urls.record(model, found?.key ?? key, '+history');
  app.views.page(ctx, 'admin/history', {
    title: t('admin.history'),
    // What is gone is called as it was called last.
    label: found?.label ?? label ?? key,
    listUrl: app.urls.list(model),
    plural: capitalised(pluralOf(t, model)),
    ...(found && { recordUrl: app.urls.record(model, found.key) }),
    days: byDay(await withLabels(app, actor, entries), show),
    ...(older !== undefined && { olderUrl: `${url}?${new URLSearchParams({ before: older })}` }),
  });
}

/** A deleted row cannot be asked whether it was the reader's; so only those see its trail who may see every row. */
function mayKnowTheGone(ctx: Context, app: App, model: ModelInfo): boolean {
  return app.policy.rows(ctx.state.actor, 'view', model) === undefined;
}

interface DayView {
  readonly label: string;
  readonly entries: readonly object[];
}

const TONES: Readonly<Record<string, string>> = { create: 'good', update: 'info', delete: 'bad' };

function byDay(entries: readonly HistoryEntry[], show: Formatter): readonly DayView[] {
  const shown = (at: string): string => show.timestamp(at);
  const days = Map.groupBy(entries, (entry) => shown(entry.at).slice(0, 10));
  return [...days].map(([label, ofDay]) => ({
    label,
    entries: ofDay.map((entry) => ({
      iso: isoOf(entry.at),
      time: shown(entry.at).slice(11),
      who: entry.actor.label,
      verb: entry.event,
      tone: TONES[entry.event] ?? 'neutral',
      changes: entry.changes.map((change) => shownChange(show, change)),
      correlationId: entry.correlationId,
    })),
  }));
}
