// The layout around a page: the frame, its navigation, and the blocks that plugins contribute to it.
import type { App } from '../app.ts';
import type { Contribution, ExtensionPointName } from '../extension-points.ts';
import { fieldSuffixes, formNames } from '../form/form-protocol.ts';
import type { Translate } from '../messages/catalogue.ts';
import { isRightToLeft } from '../messages/direction.ts';
import type { RenamedModelSql } from '../migrate/renamed-model.ts';
import type { Context } from '../request/context.ts';
import type { Access } from '../request/route-info.ts';
import type {
  BlockPoint,
  FrameData,
  Include,
  NavigationGroup,
  PageData,
  PageHelpers,
  ViewData,
} from '../request/views.ts';
import { isPassed } from './access.ts';
import { formToken } from './csrf.ts';
import { consumeFlash } from './flash.ts';
import { homePath } from './redirect.ts';

declare module '../extension-points.ts' {
  interface ExtensionPoints {
    /** Elements inside `<head>`: styles, scripts, meta elements. */
    'layout.head': LayoutBlock;
    /** Above every page: maintenance notices, the end of a trial. */
    'layout.banner': LayoutBlock;
    /** Above the entries of the navigation: a search field. */
    'layout.navigationTop': LayoutBlock;
    /** Entries of the navigation. */
    'layout.navigation': NavigationItem;
    /** At the foot of the navigation: the signed-in user, preferences, sign-out. */
    'layout.userMenu': LayoutBlock;
    /** Below every page. */
    'layout.footer': LayoutBlock;
    /** Rows that contain the name of a model, when `migrate make` renames one. */
    'migrations.renamedModel': RenamedModelSql;
  }
}

/** The extension points of core. */
export const CORE_EXTENSION_POINTS = [
  'layout.head',
  'layout.banner',
  'layout.navigationTop',
  'layout.navigation',
  'layout.userMenu',
  'layout.footer',
  'migrations.renamedModel',
] as const satisfies readonly ExtensionPointName[];

/**
 * Whether the actor has access to an item of an extension point; everyone does if it has no `access`. For plugins that open their
 * own extension points.
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
  /** The view that renders the block. It receives the page's helpers and the result of `data`. */
  readonly view: string;
  /** The data of the view. Return `undefined` to leave the block out of this page. */
  data?(ctx: Context, app: App): ViewData | undefined;
}

/**
 * An entry of the navigation.
 *
 * @example
 * 'layout.navigation': [{ label: 'holidays.title', path: '/holidays', access: { permission: 'holidays.view' } }],
 */
export interface NavigationItem {
  /** A message key, the text itself, or a function that returns the text in the user's language. */
  readonly label: string | ((t: Translate) => string);
  /** The heading under which the entry is listed: a message key, or the text itself. */
  readonly group?: string;
  /** Entries and their groups are sorted by this number, then by plugin order. @defaultValue 0 */
  readonly rank?: number;
  /** A path under the mount path. */
  readonly path: string;
  /** The access required to see the entry, usually that of its page. */
  readonly access: Access;
}

/** What every template of this page has in `it`; the view's own data is added. */
export function helpersFor(ctx: Context, app: App, isFullySignedIn: boolean, include: Include): PageHelpers {
  const { t, locale, timeZone, htmlAttributes, actor, correlationId, csrfSecret } = ctx.state;
  return {
    t,
    locale,
    dir: isRightToLeft(locale) ? 'rtl' : 'ltr',
    timeZone,
    htmlAttributes,
    actor,
    correlationId,
    path: ctx.path,
    appName: app.config.name,
    dev: app.dev,
    urls: app.urls,
    homeUrl: homePath(app),
    formToken: csrfSecret === undefined ? '' : formToken(csrfSecret),
    formNames,
    fieldSuffixes,
    message: consumeFlash(ctx, app),
    navigation: isFullySignedIn ? navigationFor(ctx, app) : [],
    include,
  };
}

/** The view that frames a page: the requested one, or the bare one until the user is fully signed in. */
export function selectFrame(isFullySignedIn: boolean, { frame }: ViewData | PageData): string {
  if (typeof frame === 'string' && frame !== 'bare') return frame;
  return frame === 'bare' || !isFullySignedIn ? 'layout/bare' : 'layout/frame';
}

/**
 * Whether the user has passed every gate. Until then, no page, including error pages, may show what they have access to: someone
 * else may be using their credentials.
 */
export function hasPassedGates(ctx: Context, app: App): boolean {
  if (ctx.state.actor.kind !== 'user') return false;
  // fault: frame-before-gates
  for (const gate of app.gates) if (!isPassed(gate, ctx, app)) return false;
  return true;
}

const BLOCK_POINTS: readonly BlockPoint[] = CORE_EXTENSION_POINTS.filter(
  (point) => point !== 'layout.navigation' && point !== 'migrations.renamedModel',
);

/** The markup that plugins contribute to the frame for this user. Their views receive the helpers and their own data. */
export function blocksFor(
  ctx: Context,
  app: App,
  isFullySignedIn: boolean,
  helpers: PageHelpers,
  render: (view: string, it: object) => string,
): FrameData['blocks'] {
  const blocks: Record<BlockPoint, string> = {
    'layout.head': '',
    'layout.banner': '',
    'layout.navigationTop': '',
    'layout.userMenu': '',
    'layout.footer': '',
  };
  const mayDecide = ctx.state.actor.kind === 'anonymous' || isFullySignedIn;
  for (const point of BLOCK_POINTS) {
    for (const block of app.contributions(point)) {
      if (block.access !== undefined && !(mayDecide && isAllowed(ctx, app, block))) continue;
      if (block.data === undefined) {
        blocks[point] += render(block.view, helpers);
        continue;
      }
      const data = block.data(ctx, app);
      if (data !== undefined) blocks[point] += render(block.view, { ...helpers, ...data });
    }
  }
  return blocks;
}

function navigationFor(ctx: Context, app: App): readonly NavigationGroup[] {
  const groups = new Map<string, NavigationGroup['items'][number][]>();
  for (const item of app.contributions('layout.navigation')) {
    if (!isAllowed(ctx, app, item)) continue;
    const entry = entryOf(item, ctx, app);
    const group = groups.get(item.group ?? '');
    if (group) group.push(entry);
    else groups.set(item.group ?? '', [entry]);
  }
  return [...groups].map(([label, items]) => ({ label: label === '' ? '' : ctx.state.t(label), items }));
}

function entryOf(item: NavigationItem, ctx: Context, app: App): NavigationGroup['items'][number] {
  const url = app.urls.to(item.path);
  const current = ctx.path === url || (item.path !== '/' && ctx.path.startsWith(`${url}/`));
  const { t } = ctx.state;
  return { label: typeof item.label === 'string' ? t(item.label) : item.label(t), url, current };
}
