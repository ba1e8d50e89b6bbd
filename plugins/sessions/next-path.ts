import { safeReturn } from '../../core/http/safe-return.ts';

/** Where somebody goes after signing in: the page that he wanted, when it is one of ours, and not back to signing in or out. */
export function nextPath(wanted: string | undefined, mountPath: string): string {
  const path = safeReturn(mountPath, wanted);
  const root = mountPath === '/' ? '' : mountPath;
  return ['/login', '/logout', '/reauth'].some((page) => path.split(/[?#]/, 1)[0] === root + page) ? mountPath : path;
}
