import { createRequire } from 'node:module';
import type { Router as KoaRouter } from '@koa/router';
import { RustioError } from '../errors.ts';
import type { ModelInfo, Models } from '../model/registry.ts';
import type { BootProblem, Handler, Plugin, Routes } from '../plugin.ts';
import type { Access, ContextMiddleware, RouteOptions } from './context.ts';
import { seeOther } from './see-other.ts';

/** By `require`, for its other half imports `node:http`, which loads Node's `fetch` with it: see `serve.ts`. */
const { Router }: { readonly Router: typeof KoaRouter } = createRequire(import.meta.url)('@koa/router');

/** A route after the boot: data that the pipeline, `rustio-admin routes` and the tests read. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** With the mount path: `/admin/:model/+new`. */
  readonly path: string;
  readonly access: Access;
  readonly handler: Handler;
  readonly options: RouteOptions;
  /** The plugin that registered it. */
  readonly owner: string;
  /** Statuses that it may answer. */
  readonly answers: ReadonlySet<number>;
}

export interface Match {
  readonly route: Route | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly model: ModelInfo | undefined;
  /** Methods that the path would answer; empty: there is no such path. */
  readonly allowed: readonly string[];
}

export interface RouteTable {
  readonly routes: readonly Route[];
  match(method: string, path: string): Match;
}

const NO_MATCH: Match = { route: undefined, params: {}, model: undefined, allowed: [] };

/** What plugins may call while the application boots. Keeps every route, and who registered it. */
export function collectRoutes(mountPath: string): {
  routes: Route[];
  problems: BootProblem[];
  of(owner: Plugin): Routes;
} {
  const routes: Route[] = [];
  const problems: BootProblem[] = [];
  return {
    routes,
    problems,
    of(owner) {
      const add =
        (method: 'GET' | 'POST') =>
        (path: string, access: Access, handler: Handler, options: RouteOptions = {}): void => {
          const route: Route = {
            method,
            path: path === '/' ? mountPath || '/' : `${mountPath}${path}`,
            access,
            handler,
            options,
            owner: owner.name,
            answers: answersOf(method, path, access, options),
          };
          const other = routes.find((r) => r.method === method && shapeOf(r.path) === shapeOf(route.path));
          if (other) {
            problems.push({
              where: `routes of ${owner.name}`,
              problem: `${method} ${route.path} is already a route of ${other.owner} (${other.path}).`,
            });
          }
          routes.push(route);
        };
      return { get: add('GET'), post: add('POST') };
    },
  };
}

/**
 * Finds the route of a path. @koa/router compiles and tests the patterns; of several that fit, the one with the fewest
 * parameters wins, so that `/admin/login` is never a model, whoever registered first.
 */
export function routeTable(routes: readonly Route[], models: Models): RouteTable {
  const router = new Router({ strict: true, sensitive: true });
  const byLayer = new Map<unknown, Route>();
  const ordered = [...routes].sort((a, b) => paramsIn(a.path) - paramsIn(b.path));
  for (const route of ordered) {
    // The plus of our reserved words is a sign of the pattern language, and means itself here.
    router.register(route.path.replaceAll('+', '\\+'), [route.method], () => {});
    byLayer.set(router.stack.at(-1), route);
  }
  return {
    routes,
    match(method, path) {
      const wanted = method === 'HEAD' ? 'GET' : method;
      const { path: layers } = router.match(path, wanted);
      const first = layers[0];
      if (!first) return NO_MATCH;
      // The path belongs to the most specific pattern; whether its method fits is asked only then.
      const fitting = layers
        .filter((layer) => paramsIn(String(layer.path)) === paramsIn(String(first.path)))
        .flatMap((layer) => {
          const params = layer.params(path, layer.captures(path), {});
          const model = params.model === undefined ? undefined : models.byAddress(params.model);
          const route = byLayer.get(layer);
          // A word that is no model's address is no address, whatever the method.
          return route && (model || params.model === undefined) ? [{ route, params, model }] : [];
        });
      const methods = [...new Set(fitting.map(({ route }) => route.method))];
      const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
      const found = fitting.find(({ route }) => route.method === wanted);
      return found ? { ...found, allowed } : { ...NO_MATCH, allowed };
    },
  };
}

/**
 * Matches the route, or answers 404 and 405; nothing that follows runs for an address that does not exist. Who types the name
 * of the server alone is led to `home`, where the admin lives, unless `/` is a route of somebody's.
 */
export function matchRoute(table: RouteTable, home: string): ContextMiddleware {
  const isRoute = (path: string): boolean => table.match('GET', path).route !== undefined;
  return async (ctx, next) => {
    const found = table.match(ctx.method, ctx.path);
    if (!found.route) {
      if (ctx.path === '/' && found.allowed.length === 0 && isLookedAt(ctx.method) && isRoute(home))
        return seeOther(ctx, home);
      if (found.allowed.length === 0) throw notFound();
      ctx.set('allow', found.allowed.join(', '));
      throw wrongMethod(ctx.method, found.allowed);
    }
    ctx.state.route = found.route;
    ctx.state.params = found.params;
    ctx.state.model = found.model;
    await next();
  };
}

/** Also what a page throws for a record that is not there, or that its reader may not see: both look the same. */
export function notFound(): RustioError {
  return new RustioError(
    'RIO-HTTP-NOT-FOUND',
    {
      problem: 'There is nothing at this address.',
      why: 'It was deleted, it never existed, or it is not for you to see.',
      fix: 'Check the address, or begin at the overview.',
      retry: 'Trying again gives the same answer.',
    },
    { status: 404 },
  );
}

function wrongMethod(asked: string, answered: readonly string[]): RustioError {
  const method = /^[A-Z]{1,20}$/.test(asked) ? asked : undefined;
  const allowed = answered.join(', ');
  return new RustioError(
    'RIO-HTTP-METHOD',
    {
      problem: `This address does not answer ${method ?? 'that method'}.`,
      why: `It answers ${allowed}.`,
      fix: 'Use the links and forms of the pages.',
      retry: 'Trying again gives the same answer.',
    },
    { status: 405, params: { method: method ?? '…', allowed } },
  );
}

const EVERY_POST = [303, 400, 403, 413, 415, 422];

function answersOf(method: 'GET' | 'POST', path: string, access: Access, options: RouteOptions): ReadonlySet<number> {
  const answers = new Set(method === 'GET' ? [200] : EVERY_POST);
  if (!('open' in access)) for (const status of [303, 401, 403]) answers.add(status);
  if (path.includes(':')) answers.add(404);
  for (const status of options.answers ?? []) answers.add(status);
  return answers;
}

const isLookedAt = (method: string): boolean => method === 'GET' || method === 'HEAD';
const shapeOf = (path: string): string => path.replaceAll(/:[^/]+/g, ':');
const paramsIn = (path: string): number => path.split('/:').length - 1;
