import type { App } from '../../core/app.ts';
import { withTimeout } from '../../core/base/timeout.ts';
import type { Context } from '../../core/request/context.ts';

/** Time limit of a part of a page (a widget, a panel, a source of the search); after it the page is shown without it. */
const LIMIT_MS = 2_000;
/** A part that is late continues in the background. While this many are, another one is not started. */
const MAX_LATE = 3;
/** A late part may never end; after this time it does not count any more. */
const FORGOTTEN_MS = 60_000;

/** For the log: what kind of part it is, and its name. */
export type PartName = Readonly<Record<string, string>>;

export type Loaded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

/** When the parts that are late were started, by the part. */
const lateRunsByApp = new WeakMap<App, Map<string, Set<{ readonly since: number }>>>();

/**
 * Loads one part of a page. A part that fails or times out is logged by its name and must not break the page. If it is slow each
 * time, it is not started again for a while: its queries would take all connections to the database.
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
      const entry = { since: Date.now() };
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
  for (const entry of late) if (Date.now() - entry.since > FORGOTTEN_MS) late.delete(entry);
  return late;
}
