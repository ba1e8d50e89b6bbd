import type { Context } from './context.ts';

/**
 * Redirects after a form, or to where a page belongs: 303, which every browser follows with GET.
 *
 * @example
 * seeOther(ctx, app.urls.to('/holidays'));
 */
export function seeOther(ctx: Context, url: string): void {
  ctx.redirect(url);
  ctx.status = 303;
}
