import type { App } from '../app.ts';

/**
 * The path of the start page; undefined where no enabled plugin has a page at the mount path.
 *
 * @example
 * seeOther(ctx, homeOf(app) ?? app.urls.to('/account'));
 */
export function homeOf({ routes, urls }: Pick<App, 'routes' | 'urls'>): string | undefined {
  const path = urls.to('/');
  return routes.some((route) => route.method === 'GET' && route.path === path) ? path : undefined;
}
