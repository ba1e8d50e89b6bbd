import type { Models } from '../../core/model/field-type.ts';
import type { RouteInfo } from '../../core/request/route-info.ts';

/** The route that a request should match, computed from the routes alone, without the router under test. */
export interface RouteTable {
  readonly routes: readonly RouteInfo[];
  match(method: string, path: string): { readonly route: RouteInfo | undefined; readonly allowed: readonly string[] };
}

export function routeTable(routes: readonly RouteInfo[], models: Models): RouteTable {
  return {
    routes,
    match(method, path) {
      const matching = routes.filter((route) => matches(route.path, path, models));
      const fewestParameters = Math.min(...matching.map(({ path: pattern }) => parameters(pattern)));
      const owners = matching.filter(({ path: pattern }) => parameters(pattern) === fewestParameters);
      const requested = method === 'HEAD' ? 'GET' : method;
      return {
        route: owners.find((route) => route.method === requested),
        allowed: owners.map((route) => route.method),
      };
    },
  };
}

function parameters(pattern: string): number {
  return pattern.split('/:').length - 1;
}

function matches(pattern: string, path: string, models: Models): boolean {
  const [segments, parts] = [pattern.split('/'), path.split('/')];
  if (segments.length !== parts.length) return false;
  return segments.every((segment, at) => {
    const part = parts[at] ?? '';
    if (!segment.startsWith(':')) return segment === part;
    return part !== '' && (segment !== ':model' || models.bySlug(decoded(part)) !== undefined);
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
