import type { Route } from '../../core/http/route.ts';
import type { Models } from '../../core/model/registry.ts';

/** Which route should take a request: worked out from the routes alone, without the router that is being tested. */
export interface RouteTable {
  readonly routes: readonly Route[];
  match(method: string, path: string): { readonly route: Route | undefined; readonly allowed: readonly string[] };
}

export function routeTable(routes: readonly Route[], models: Models): RouteTable {
  return {
    routes,
    match(method, path) {
      const fitting = routes.filter((route) => fits(route.path, path, models));
      const fewest = Math.min(...fitting.map(({ path: pattern }) => parameters(pattern)));
      const owners = fitting.filter(({ path: pattern }) => parameters(pattern) === fewest);
      const wanted = method === 'HEAD' ? 'GET' : method;
      return { route: owners.find((route) => route.method === wanted), allowed: owners.map((route) => route.method) };
    },
  };
}

function parameters(pattern: string): number {
  return pattern.split('/:').length - 1;
}

function fits(pattern: string, path: string, models: Models): boolean {
  const [words, parts] = [pattern.split('/'), path.split('/')];
  if (words.length !== parts.length) return false;
  return words.every((word, at) => {
    const part = parts[at] ?? '';
    if (!word.startsWith(':')) return word === part;
    return part !== '' && (word !== ':model' || models.bySlug(decoded(part)) !== undefined);
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
