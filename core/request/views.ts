import type { fieldSuffixes, formNames } from '../form/form-protocol.ts';
import type { Translate } from '../messages/catalogue.ts';
import type { Actor } from '../policy/actor.ts';
import type { Context, Message } from './context.ts';
import type { Urls } from './urls.ts';

/** The data of a view that `ViewTypes` does not declare. */
export type ViewData = Readonly<Record<string, unknown>>;

/**
 * The data of each view, by its name: what its template can use besides `PageHelpers`. Plugins add their own views by declaration
 * merging; a project's replacement of a template gets the same data.
 *
 * @example
 * declare module 'rustio-admin/plugin' {
 *   interface ViewTypes { 'holidays/list': HolidaysView }
 * }
 */
export interface ViewTypes {
  'layout/frame': FrameData;
  'layout/bare': FrameData;
  'layout/head': Pick<FrameData, 'title' | 'blocks'>;
  'layout/brand': NoData;
  'layout/keys': NoData;
  'layout/message': NoData;
  'layout/token': NoData;
  'layout/error': ErrorPage;
}

/** For views that need only the helpers. */
export type NoData = Readonly<Record<never, never>>;

/** The data that a view requires: the type in `ViewTypes`, or any data if the view is not declared there. */
export type ViewDataOf<V extends string> = V extends keyof ViewTypes ? ViewTypes[V] : ViewData;
/** The data of a page, which also has a title. */
export type PageDataOf<V extends string> = V extends keyof ViewTypes ? ViewTypes[V] & PageData : ViewData;

/** The data that every page passes to its layout. */
export interface PageData {
  readonly title: string;
  /** `bare` for pages without navigation, or the name of another view, which receives the page as `it.body`. */
  readonly frame?: string;
  /** Shown instead of the message of the last action. */
  readonly message?: Message;
}

/** What every page template has in `it` in addition to the view's own data. */
export interface PageHelpers {
  readonly t: Translate;
  readonly locale: string;
  readonly dir: 'ltr' | 'rtl';
  /** IANA name of the user's time zone. */
  readonly timeZone: string;
  /** Attributes of the `<html>` element. */
  readonly htmlAttributes: Readonly<Record<string, string>>;
  readonly actor: Actor;
  readonly correlationId: string;
  /** The path of this page, without the query. */
  readonly path: string;
  readonly appName: string;
  readonly dev: boolean;
  readonly urls: Urls;
  /** Undefined if no plugin has a page at the mount path. */
  readonly homeUrl: string | undefined;
  /** The CSRF token, for the view `layout/token`; empty for anonymous users, whose forms need none. */
  readonly formToken: string;
  /** The names of hidden fields and buttons of forms. */
  readonly formNames: typeof formNames;
  /** Suffixes of field names. */
  readonly fieldSuffixes: typeof fieldSuffixes;
  /** The result of the last action. */
  readonly message: Message | undefined;
  readonly navigation: readonly NavigationGroup[];
  readonly include: Include;
}
/** The helpers of a view that is rendered outside a request. */
export type MailHelpers = Pick<PageHelpers, 't' | 'locale' | 'dir' | 'appName' | 'urls' | 'include'>;

/** A heading of the navigation with its entries. */
export interface NavigationGroup {
  /** Empty for entries without a group. */
  readonly label: string;
  readonly items: readonly { readonly label: string; readonly url: string; readonly current: boolean }[];
}

/**
 * Renders another view as markup, with the data of `it` and of `more`.
 *
 * @example
 * <%- it.include('admin/small-table', it, { table }) %>
 */
export interface Include {
  <V extends string>(view: V, it: IncludedData<V>): string;
  <V extends string, T extends object>(view: V, it: T, more: Omit<IncludedData<V>, keyof T>): string;
}
type IncludedData<V extends string> = V extends keyof ViewTypes ? ViewTypes[V] : object;

/** The data of the layout in addition to that of the page. */
export interface FrameData {
  readonly title: string;
  /** The page itself, as markup. */
  readonly body: string;
  /** Markup that plugins contribute, by extension point. */
  readonly blocks: Readonly<Record<BlockPoint, string>>;
}
/** Extension points of the layout that hold markup. */
export type BlockPoint = 'layout.head' | 'layout.banner' | 'layout.navigationTop' | 'layout.userMenu' | 'layout.footer';

/** An error, in the user's language. */
interface ErrorPage extends PageData {
  readonly status: number;
  readonly code: string;
  readonly problem: string;
  readonly why: string;
  readonly fix: string;
  /** Empty if it would add nothing. */
  readonly retry: string;
  /** The label is a key of the messages. */
  readonly link: { readonly url: string; readonly label: string } | undefined;
}

/**
 * Renders EJS. A template has one local variable, `it`, with the view's data and `PageHelpers`. `<%= %>` escapes; `<%- %>` is for
 * `it.include(…)` and for cells that a field type has rendered. Views whose name ends in `.txt` (`welcome.txt.ejs`) are plain text,
 * in which nothing is escaped.
 */
export interface Views {
  /**
   * Responds with a page in the layout. The data has the view's type in `ViewTypes`, if it is declared there.
   *
   * @example
   * app.views.page(ctx, 'holidays/list', { title: ctx.state.t('holidays.title'), holidays });
   */
  page<V extends string>(ctx: Context, view: V, data: PageDataOf<V>): void;
  /** The markup of a view, as a string. The template has only the data and `include`. */
  partial<V extends string>(view: V, data: ViewDataOf<V>): string;
  /**
   * Renders a view outside a request, for example for emails, with `MailHelpers` in the given language.
   *
   * @example
   * const html = app.views.render('mail/welcome', { name }, { locale: 'ar' });
   */
  render<V extends string>(view: V, data: ViewDataOf<V>, options?: { readonly locale?: string }): string;
  /** Names of all views. */
  readonly names: readonly string[];
  /** Names of the views that core and plugins provide, and of those that a plugin replaces. */
  readonly originals: readonly string[];
  readonly overridden: readonly string[];
}
