import type { App } from '../app.ts';

const secretPaths = new WeakMap<App['routes'], readonly RegExp[]>();

/**
 * The path of a request for logs and the audit trail. The value of a parameter `:token` is left out, because anyone who reads it
 * could use it. The path alone decides, since a request can fail before its route is known.
 *
 * @example
 * loggedPath('/admin/reset-password/3q2-7w…', app); // '/admin/reset-password/:token'
 */
export function loggedPath(path: string, { routes }: Pick<App, 'routes'>): string {
  let patterns = secretPaths.get(routes);
  if (patterns === undefined) {
    const before = routes.flatMap((route) =>
      route.path.includes('/:token') ? [route.path.split(':token')[0] ?? ''] : [],
    );
    patterns = [...new Set(before)].map(patternOf);
    secretPaths.set(routes, patterns);
  }
  // fault: token-in-logs
  return patterns.reduce((text, pattern) => text.replace(pattern, '$1:token'), path);
}

/** Ignores case, which the router does not: a link that was mistyped is not found, but may still contain its token. */
function patternOf(before: string): RegExp {
  const parts = before.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[^\w-]/g, '\\$&')));
  // Reserved words begin with a plus.
  return new RegExp(`^(${parts.join('/')})[^/+][^/]*`, 'i');
}
