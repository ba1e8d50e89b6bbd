import { safeReturn } from '../../core/http/safe-return.ts';

/**
 * Where to go after signing in: the requested page when it is under the mount path, and not back to signing in or out.
 *
 * @example
 * seeOther(ctx, nextPath(form.get('next'), app.urls.to('/')));
 */
export function nextPath(requested: string | undefined, mountPath: string): string {
  const path = safeReturn(requested, mountPath);
  const root = mountPath === '/' ? '' : mountPath;
  return ['/login', '/logout', '/reauth'].some((page) => path.split(/[?#]/, 1)[0] === root + page) ? mountPath : path;
}
