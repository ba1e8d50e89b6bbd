// What surrounds a page, for this reader: the frame, its navigation, and the blocks that plugins contribute to it.

import type { App } from '../app.ts';
import { isAllowed, type NavigationItem } from '../extension-points.ts';
import { gatesOf, isPassed } from '../http/access.ts';
import type { Context } from '../http/context.ts';
import { consumeFlash } from '../http/flash.ts';
import { formToken } from '../http/form-token.ts';
import { homeOf } from '../http/home.ts';
import { isRightToLeft } from './direction.ts';
import type { ViewData } from './views.ts';

/** What every template finds in `it` beside the page's own data. */
export function helpersFor(ctx: Context, app: App): ViewData {
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
    homeUrl: homeOf(app),
    formToken: csrfSecret === undefined ? '' : formToken(csrfSecret),
    message: consumeFlash(ctx, app),
    navigation: navigationFor(ctx, app),
  };
}

export function frameOf(ctx: Context, app: App, { frame }: ViewData): string {
  if (typeof frame === 'string' && frame !== 'bare') return frame;
  return frame === 'bare' || !isFullySignedIn(ctx, app) ? 'layout/bare' : 'layout/frame';
}

/**
 * Whether the reader has passed every gate. Until then no page, error pages included, shows what they may open: the sign-in
 * may not be theirs.
 */
function isFullySignedIn(ctx: Context, app: App): boolean {
  if (ctx.state.actor.kind !== 'person') return false;
  return gatesOf(app).every((gate) => isPassed(gate, ctx, app));
}

const BLOCK_POINTS = [
  'layout.head',
  'layout.banner',
  'layout.navigationTop',
  'layout.userMenu',
  'layout.footer',
] as const;
/** Markup by extension point: `it.blocks['layout.userMenu']`. */
type Blocks = Record<(typeof BLOCK_POINTS)[number], string>;

/** The markup that plugins contribute to the frame, for this reader. */
export function blocksFor(ctx: Context, app: App, render: (view: string, data: ViewData) => string): Readonly<Blocks> {
  const blocks: Blocks = {
    'layout.head': '',
    'layout.banner': '',
    'layout.navigationTop': '',
    'layout.userMenu': '',
    'layout.footer': '',
  };
  const mayAsk = ctx.state.actor.kind === 'anonymous' || isFullySignedIn(ctx, app);
  for (const point of BLOCK_POINTS) {
    for (const block of app.contributions(point)) {
      if (block.access !== undefined && !(mayAsk && isAllowed(ctx, app, block))) continue;
      const data = block.data === undefined ? {} : block.data(ctx, app);
      if (data !== undefined) blocks[point] += render(block.view, data);
    }
  }
  return blocks;
}

interface NavigationGroup {
  readonly label: string;
  readonly items: readonly { readonly label: string; readonly url: string; readonly current: boolean }[];
}

function navigationFor(ctx: Context, app: App): readonly NavigationGroup[] {
  if (!isFullySignedIn(ctx, app)) return [];
  const groups = new Map<string, { label: string; url: string; current: boolean }[]>();
  for (const item of app.contributions('layout.navigation')) {
    if (!isAllowed(ctx, app, item)) continue;
    const entry = entryOf(item, ctx, app);
    const group = groups.get(item.group ?? '');
    if (group) group.push(entry);
    else groups.set(item.group ?? '', [entry]);
  }
  return [...groups].map(([label, items]) => ({ label: label === '' ? '' : ctx.state.t(label), items }));
}

function entryOf(item: NavigationItem, ctx: Context, app: App): { label: string; url: string; current: boolean } {
  const url = app.urls.to(item.path);
  const current = ctx.path === url || (item.path !== '/' && ctx.path.startsWith(`${url}/`));
  const { t } = ctx.state;
  return { label: typeof item.label === 'string' ? t(item.label) : item.label(t), url, current };
}
