import type { Context } from '../http/context.ts';

/** What a page brings. */
export type ViewData = Readonly<Record<string, unknown>>;

/**
 * Renders EJS. A template sees one local, `it`: the page's data and the helpers of `helpersFor`. `<%= %>` escapes;
 * `<%- %>` is for `it.include(…)` and for cells that a kind has made.
 */
export interface Views {
  /**
   * Answers with a page in the frame. `data.frame` is `'bare'` for pages without navigation, or the name of another view that
   * frames it: that one gets the page as `it.body`.
   *
   * @example
   * app.views.page(ctx, 'holidays/list', { title: ctx.state.t('holidays.title'), holidays });
   */
  page(ctx: Context, view: string, data: ViewData): void;
  /** The markup of one view, as text. */
  partial(view: string, data: ViewData): string;
  /**
   * A view outside a request, for mails: with messages in a language, without a reader.
   *
   * @example
   * const html = app.views.render('mail/welcome', { name }, { locale: 'ar' });
   */
  render(view: string, data: ViewData, options?: { readonly locale?: string }): string;
  /** Names of all views. */
  readonly names: readonly string[];
  /** Those that core and plugins bring under their own names, and those that a plugin replaces. */
  readonly originals: readonly string[];
  readonly overridden: readonly string[];
}
