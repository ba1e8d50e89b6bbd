import type { App } from '../app.ts';
import type { Context } from '../request/context.ts';

/**
 * Redirects with 303, which every browser follows with GET.
 *
 * @example
 * seeOther(ctx, app.urls.to('/holidays'));
 */
export function seeOther(ctx: Context, url: string): void {
  ctx.redirect(url);
  ctx.status = 303;
}

/**
 * The path of the dashboard; undefined if no enabled plugin has a page at the mount path.
 *
 * @example
 * seeOther(ctx, homePath(app) ?? app.urls.to('/account'));
 */
export function homePath({ routes, urls }: Pick<App, 'routes' | 'urls'>): string | undefined {
  const path = urls.to('/');
  return routes.some((route) => route.method === 'GET' && route.path === path) ? path : undefined;
}

/** Max length of a return path. */
const MAX_LENGTH = 2_000;
/** Control characters, spaces and backslashes, which browsers drop or turn into slashes. The framework's own URLs encode them. */
const DECEPTIVE = /[\p{C}\s\\]/u;
/** Percent-encoded control characters, backslashes, dots and slashes: harmless in a query, but not in a path. */
const DECEPTIVE_PATH = /%(?:0[0-9a-f]|1[0-9a-f]|7f|5c|2e|2f)/i;

/**
 * The page to return to after a form: the requested one if it is under the mount path, otherwise the dashboard. The requested path
 * may come from an attacker's link (open redirects: CVE-2017-7233, CVE-2018-14574 and many more), so anything that a browser could
 * interpret as another host or that leaves the mount path (`//evil.example`, `/\evil`, `..`) is rejected.
 *
 * @example
 * seeOther(ctx, safeReturn(form.get('next'), app.urls.to('/')));
 */
export function safeReturn(requested: string | undefined, mountPath: string): string {
  const root = mountPath === '/' ? '' : mountPath;
  if (requested === undefined || requested.length > MAX_LENGTH || DECEPTIVE.test(requested)) return mountPath;
  const [path = ''] = requested.split(/[?#]/, 1);
  // fault: foreign-return
  if (path !== mountPath && !path.startsWith(`${root}/`)) return mountPath;
  if (DECEPTIVE_PATH.test(path)) return mountPath;
  if (path.includes('//') || path.split('/').some((part) => part === '.' || part === '..')) return mountPath;
  return requested;
}
