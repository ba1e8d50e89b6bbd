import type { App } from '../app.ts';

/** Printable, and nothing that a browser could read as another host: no `//`, no backslash, no control character. */
const PATH = /^\/(?![/\\])[\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * Where a form may lead back to: a path of this application, as the wish of the request says, or the start page.
 * The wish comes from a stranger's link (open redirects: CVE-2017-7233, CVE-2018-14574 and many more), so everything that
 * is not plainly a path under the mount path is refused.
 */
export function safeReturn(app: App, wish: string | undefined): string {
  const home = app.urls.to('/');
  if (wish === undefined || wish.length > 2_000 || !PATH.test(wish) || wish.includes('..')) return home;
  const path = wish.split(/[?#]/, 1)[0] ?? '';
  return path === home || path.startsWith(home === '/' ? '/' : `${home}/`) ? wish : home;
}
