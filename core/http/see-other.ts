import type { Context } from './context.ts';

/** Leads on after a form, or to where a page belongs: 303, which every browser follows with GET. */
export function seeOther(ctx: Context, url: string): void {
  ctx.redirect(url);
  ctx.status = 303;
}
