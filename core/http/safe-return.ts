/** How long an address may be that somebody is sent back to. */
const LONGEST = 2_000;
/** Control characters and backslashes, which browsers drop or turn into slashes. */
const DECEPTIVE = /[\p{C}\\]/u;
/** The same, and what makes a path, percent-encoded: harmless in a query. */
const DECEPTIVE_PATH = /%(?:0[0-9a-f]|1[0-9a-f]|7f|5c|2e|2f)/i;

/**
 * Where a form leads back to: the requested page when it is under the mount path, else the start page. The request may come from a
 * stranger's link (open redirects: CVE-2017-7233, CVE-2018-14574 and many more), so nothing passes that a browser could read as
 * another host or that climbs out (`//evil.example`, `/\evil`, `..`).
 *
 * @example
 * seeOther(ctx, safeReturn(form.get('next'), app.urls.to('/')));
 */
export function safeReturn(requested: string | undefined, mountPath: string): string {
  const root = mountPath === '/' ? '' : mountPath;
  if (requested === undefined || requested.length > LONGEST || DECEPTIVE.test(requested)) return mountPath;
  const [path = ''] = requested.split(/[?#]/, 1);
  if (path !== mountPath && !path.startsWith(`${root}/`)) return mountPath;
  if (DECEPTIVE_PATH.test(path)) return mountPath;
  if (path.includes('//') || path.split('/').some((part) => part === '.' || part === '..')) return mountPath;
  return requested;
}
