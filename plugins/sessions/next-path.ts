/** How long an address may be that somebody is sent back to. */
const LONGEST = 2_000;
/** Control characters and backslashes, which browsers drop or turn into slashes, plain and percent-encoded. */
const DECEPTIVE = /[\p{C}\\]|%(?:0[0-9a-f]|1[0-9a-f]|7f|5c|2e|2f)/iu;

/**
 * Where somebody goes after signing in: the page that he wanted, when it is one of ours, else the start. Only paths under the
 * mount path; nothing that a browser could read as another host or that climbs out (`//evil.example`, `/\evil`, `..`), and not
 * back to signing in or out.
 */
export function nextPath(wanted: string | undefined, mountPath: string): string {
  const root = mountPath === '/' ? '' : mountPath;
  const fallback = mountPath;
  if (wanted === undefined || wanted.length > LONGEST || DECEPTIVE.test(wanted)) return fallback;
  const [path = ''] = wanted.split(/[?#]/, 1);
  if (path !== mountPath && !path.startsWith(`${root}/`)) return fallback;
  if (path.includes('//') || path.split('/').some((part) => part === '.' || part === '..')) return fallback;
  return [`${root}/login`, `${root}/logout`, `${root}/reauth`].includes(path) ? fallback : wanted;
}
