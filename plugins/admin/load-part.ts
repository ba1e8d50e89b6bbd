import type { App } from '../../core/app.ts';
import { withTimeout } from '../../core/base/timeout.ts';
import type { Context } from '../../core/request/context.ts';

/**
 * Time limit for a part of a page (a widget, a panel, a search source). If it is exceeded, the page is shown without the part.
 */
const LIMIT_MS = 2_000;
/** A part that exceeds the limit continues in the background. It is not started again while this many runs are unfinished. */
const MAX_LATE = 3;
/** A run may never end; it is no longer counted after this time. */
const FORGOTTEN_MS = 60_000;

/** The kind and name of a part, for the log. */
export type PartName = Readonly<Record<string, string>>;

export type Loaded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

/** The unfinished runs that exceeded the limit, by part, with the time of their timeout. */
const lateRunsByApp = new WeakMap<App, Map<string, Set<{ readonly since: number }>>>();

/**
 * Loads one part of a page. If the part fails or times out, this is logged with its name and the page is shown without it. A part
 * that keeps timing out is not started again for a while, since its queries would use up all database connections.
 *
 * @example
 * const loaded = await loadPart(ctx, app, { widget: 'unassigned' }, () => widget.load(ctx, app));
 */
export async function loadPart<T>(ctx: Context, app: App, part: PartName, load: () => Promise<T>): Promise<Loaded<T>> {
  const late = lateRunsOf(app, part);
  try {
    // fault: late-parts-pile-up
    if (late.size >= MAX_LATE) throw new Error(`Not started: ${late.size} earlier calls have not finished.`);
    const work = load();
    const timedOut = (): Error => {
      const entry = { since: performance.now() };
      late.add(entry);
      work.catch(() => undefined).finally(() => late.delete(entry));
      return new Error(`No result within ${LIMIT_MS / 1_000} s.`);
    };
    // fault: part-without-time-limit
    return { ok: true, value: await withTimeout(LIMIT_MS, work, timedOut) };
  } catch (error) {
    app.log.error({ err: error, ...part, id: ctx.state.correlationId }, 'a part of a page could not be loaded');
    return { ok: false };
  }
}

function lateRunsOf(app: App, part: PartName): Set<{ readonly since: number }> {
  const byPart = lateRunsByApp.get(app) ?? new Map<string, Set<{ readonly since: number }>>();
  lateRunsByApp.set(app, byPart);
  const name = JSON.stringify(part);
  const late = byPart.get(name) ?? new Set();
  byPart.set(name, late);
  for (const entry of late) if (performance.now() - entry.since > FORGOTTEN_MS) late.delete(entry);
  return late;
}
