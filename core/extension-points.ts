import type { App } from './app.ts';
import type { Access, Context } from './http/context.ts';
import type { ViewData } from './view/views.ts';
import type { Translate } from './view/words.ts';

/** Items by the place they go to. A plugin that opens a place merges its type in here. */
export interface ExtensionPoints {
  /** Elements inside `<head>`: styles, scripts, meta elements. */
  'layout.head': LayoutBlock;
  /** Above every page: maintenance notices, a trial's end. */
  'layout.banner': LayoutBlock;
  /** Above the entries of the navigation: a search field. */
  'layout.navigationTop': LayoutBlock;
  /** Entries of the navigation. */
  'layout.navigation': NavigationItem;
  /** At the foot of the navigation: who is signed in, preferences, sign-out. */
  'layout.userMenu': LayoutBlock;
  /** Below every page. */
  'layout.footer': LayoutBlock;
}
/** The name of an extension point: `layout.navigation`, `record.panels`. */
export type ExtensionPointName = keyof ExtensionPoints & string;

/** Points that core itself opens. */
export const CORE_EXTENSION_POINTS = [
  'layout.head',
  'layout.banner',
  'layout.navigationTop',
  'layout.navigation',
  'layout.userMenu',
  'layout.footer',
] as const satisfies readonly ExtensionPointName[];

/** Items, or a function that makes them once, at boot, when all models are known. */
export type Contributions = {
  readonly [P in ExtensionPointName]?: readonly ExtensionPoints[P][] | ((app: App) => readonly ExtensionPoints[P][]);
};

/** What items of many extension points have in common. */
export interface Contribution {
  /** Unique within its extension point. */
  readonly name: string;
  /** Items are shown in the order of this number, then of the plugins. @defaultValue 0 */
  readonly rank?: number;
  /** Only users who have it see the item. @defaultValue everyone who sees the page */
  readonly access?: Access;
}

/**
 * Whether this user sees an item of an extension point; everyone does where it has no `access`. For plugins that open extension
 * points of their own.
 *
 * @example
 * const cards = app.contributions('reports.cards').filter((card) => isAllowed(ctx, app, card));
 */
export function isAllowed(ctx: Context, app: App, { access }: Pick<Contribution, 'access'>): boolean {
  return access === undefined || app.access.decide(ctx, access) === 'allow';
}

/**
 * A piece of markup in the frame.
 *
 * @example
 * 'layout.banner': [{ name: 'trial', view: 'billing/trial', data: (ctx, app) => ({ days: daysLeft(app) }) }],
 */
export interface LayoutBlock extends Contribution {
  /** The view that renders it. It gets the helpers of a page and what `data` returns. */
  readonly view: string;
  /** What the view shows. `undefined`: the block is left out of this page. */
  data?(ctx: Context, app: App): ViewData | undefined;
}

/**
 * An entry of the navigation.
 *
 * @example
 * 'layout.navigation': [{ label: 'holidays.title', path: '/holidays', access: { permission: 'holidays.view' } }],
 */
export interface NavigationItem {
  /** A key of the messages, the text itself, or a function that returns it in the reader's language. */
  readonly label: string | ((t: Translate) => string);
  /** The heading it is listed under: a key of the messages, or the text itself. */
  readonly group?: string;
  /** Entries and their groups are listed in the order of this number, then of the plugins. @defaultValue 0 */
  readonly rank?: number;
  /** A path under the mount path. */
  readonly path: string;
  /** Only users who may open it see it. */
  readonly access: Access;
}
