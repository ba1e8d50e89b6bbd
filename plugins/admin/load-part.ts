import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { within } from '../../core/within.ts';

/** What a part of a page (a widget, a panel, a source of the search) may take; the page is shown without it then. */
const LIMIT_MS = 2_000;

/** For the log: what kind of part it is, and its name. */
export type PartName = Readonly<Record<string, string>>;

export type Loaded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

/**
 * Loads one part of a page. A part that fails or never answers is logged by its name and must not take the page away.
 *
 * @example
 * const loaded = await loadPart(ctx, app, { widget: 'unassigned' }, () => widget.load(ctx, app));
 */
export async function loadPart<T>(ctx: Context, app: App, part: PartName, load: () => Promise<T>): Promise<Loaded<T>> {
  try {
    const late = () => new Error(`It did not answer within ${LIMIT_MS / 1_000} s.`);
    return { ok: true, value: await within(LIMIT_MS, load(), late) };
  } catch (error) {
    app.log.error({ err: error, ...part, id: ctx.state.correlationId }, 'a part of a page could not be loaded');
    return { ok: false };
  }
}
