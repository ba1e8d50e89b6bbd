import { createRequire } from 'node:module';
import type { Router as KoaRouter } from '@koa/router';
import type { App } from '../app.ts';
import { methodNotAllowed, notFound } from '../errors/http.ts';
import type { RustioError } from '../errors/rustio-error.ts';
import type { Context, ContextProperties, Middleware, RequestState, StagedMiddleware } from '../request/context.ts';
import type { RouteInfo } from '../request/route-info.ts';
import { checkAccess, wantsJson } from './access.ts';
import { type Authenticator, authenticateRequest } from './authenticate.ts';
import { readBody } from './body.ts';
import { checkFormToken, checkOrigin } from './csrf.ts';
import { runHandler } from './handler.ts';
import { homePath, seeOther } from './redirect.ts';
import { type ScopeOf, scopeRequest } from './request-scope.ts';
import type { Route } from './route.ts';

/** Loaded with `require`, because the package's ES module imports `node:http`, which also loads Node's `fetch`: see `serve.ts`. */
const { Router }: { readonly Router: typeof KoaRouter } = createRequire(import.meta.url)('@koa/router');

/** The middleware of one route, in order, from the match to the response. No body is read before access is decided. */
export function buildStack(
  route: Route,
  app: App,
  { authenticators, middleware, scopes }: StackParts,
): readonly Middleware[] {
  const at = (stage: StagedMiddleware['stage']) =>
    middleware.filter((each) => each.stage === stage).map(({ name, run }) => withName(name, run));
  return [
    matchRoute(route, app, answerUnmatched(app, authenticators)),
    authenticateRequest(route, authenticators),
    checkOrigin(route, app),
    checkAccess(route, app, authenticators),
    setHeaders(route),
    scopeRequest(app, scopes),
    ...at('after-access'),
    readBody(route, app),
    checkFormToken(route),
    ...at('around-handler'),
    runHandler(route, app),
  ].filter((step) => step !== undefined);
}

/**
 * The names of the steps of a route, in order, for `rustio-admin routes --stack`.
 *
 * @example
 * describeStack(route, app, parts); // ['matchRoute', 'authenticate', 'checkOrigin', 'checkAccess', 'readForm', …]
 */
export function describeStack(route: Route, app: App, parts: StackParts): string[] {
  return buildStack(route, app, parts).map(({ name }) => name);
}

export interface StackParts {
  readonly authenticators: readonly Authenticator[];
  readonly middleware: readonly StagedMiddleware[];
  readonly scopes: readonly ScopeOf[];
}

function withName(name: string, run: Middleware): Middleware {
  return Object.defineProperty((ctx: Context, next: () => Promise<void>) => run(ctx, next), 'name', { value: name });
}

/**
 * Creates a @koa/router with all routes. If several routes match a path, the one with the fewest parameters wins, regardless of the
 * order of registration, so that `/admin/login` is never taken for a model.
 */
export function routerFor(app: App, parts: StackParts & { readonly routes: readonly Route[] }): Middleware {
  const router = new Router<RequestState, ContextProperties>({
    strict: true,
    sensitive: true,
    exclusive: 'specificity',
  });
  for (const route of parts.routes.toSorted(bySpecificity)) {
    router.register(patternOf(route), [route.method], [...buildStack(route, app, parts)]);
  }
  return router.routes() as Middleware;
}

/** Escapes the plus of reserved words, which is an operator in the router's patterns. */
function patternOf({ path }: RouteInfo): string {
  return path.replaceAll('+', '\\+');
}

/** Orders routes by their number of parameters; with equal numbers, those whose literal words come first are tried first. */
function bySpecificity(one: Route, other: Route): number {
  const shape = (path: string): string => path.replaceAll(/[^/]+/g, (part) => (part.startsWith(':') ? '1' : '0'));
  const [first, second] = [shape(one.path), shape(other.path)];
  // Not `localeCompare`, whose first call loads the collations, which takes longer than everything else here.
  return parametersIn(one.path) - parametersIn(other.path) || Number(first > second) - Number(first < second);
}

/** A layer of @koa/router. The context has those whose pattern matches the path, in the order of registration. */
interface Layer {
  readonly path: string | RegExp;
  readonly methods: readonly string[];
  params(path: string, captures: readonly string[]): Readonly<Record<string, string>>;
  captures(path: string): readonly string[];
}
interface RouterContext {
  readonly matched?: readonly Layer[];
  readonly params?: Readonly<Record<string, string>>;
}

/** The router's own types do not declare these. */
function routerContext(ctx: Context & RouterContext): RouterContext {
  return ctx;
}

/** Enters a route, unless `:model` names no model or the path belongs to a more specific route with other methods. */
function matchRoute(route: Route, app: App, unmatched: Middleware): Middleware {
  const count = parametersIn(route.path);
  const names = route.path.split('/').flatMap((part, at) => (part === ':model' || part === ':key' ? [at] : []));
  return async function matchRoute(ctx, next) {
    const { params = {}, matched: layers = [] } = routerContext(ctx);
    const model = params.model === undefined ? undefined : app.models.bySlug(params.model);
    const isOwner = layers.length === 1 || parametersIn(String(layers[0]?.path)) === count;
    // Set so that programs get the 404 of an unknown model as JSON.
    if (isOwner && route.format === 'json') ctx.state.route = route;
    // URLs of models and keys need no percent-encoding, so a path that has some is another spelling of a URL or leads to no record.
    const segments = names.length === 0 ? [] : ctx.path.split('/');
    const isEncoded = names.some((at) => segments[at]?.includes('%'));
    if (!isOwner || isEncoded || (params.model !== undefined && model === undefined)) return unmatched(ctx, next);
    ctx.state.route = route;
    ctx.state.params = params;
    ctx.state.model = model;
    await next();
  };
}

/**
 * The route's own headers. They apply only to the route's own responses, not to redirects to the sign-in page, which are sent
 * earlier, or to error pages, which must not be cached just because the page may be.
 */
function setHeaders({ headers }: Route): Middleware | undefined {
  if (headers === undefined) return undefined;
  const names = Object.keys(headers);
  return async function setHeaders(ctx, next) {
    const before = names.map((name) => [name, ctx.response.get(name)] as const);
    ctx.set({ ...headers });
    try {
      await next();
    } catch (error) {
      for (const [name, value] of before) {
        if (value) ctx.set(name, value);
        else ctx.remove(name);
      }
      throw error;
    }
  };
}

/**
 * Responds to unmatched requests with 404 or 405. `/` is redirected to the admin, unless there is a route at `/`. Under the mount
 * path, anonymous users are redirected to the sign-in page whether the path exists or not, so that they cannot find out which
 * models exist; other users get the error page in their layout.
 */
export function answerUnmatched(app: App, authenticators: readonly Authenticator[]): Middleware {
  const home = homePath(app);
  const mount = app.urls.to('/');
  const signIn = app.signInPage;
  const schemes = authenticators.filter((each) => each.default === true).map(({ scheme }) => scheme);
  const authenticate = authenticateRequest({ schemes }, authenticators);
  // Reserved words begin with a plus, so they are never models.
  const mayNameModel = new RegExp(`^${mount === '/' ? '' : mount}/[^+]`);
  return async function answerUnmatched(ctx) {
    const { matched: layers = [] } = routerContext(ctx);
    const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
    if (ctx.path === '/' && layers.length === 0 && isRead && home !== undefined) return seeOther(ctx, home);
    const error = unmatchedError(ctx, app);
    if (error.status === 404 && mayNameModel.test(ctx.path)) {
      await authenticate(ctx, async () => {});
      const isAnonymous = ctx.state.actor.kind === 'anonymous';
      if (isAnonymous && isRead && signIn !== undefined && !wantsJson(ctx))
        return seeOther(ctx, app.urls.to(signIn, { next: ctx.path + ctx.search }));
    }
    throw error;
  };
}

/** 405 if the path exists for other methods, else 404. Under `:model` a path exists only if the model does. */
function unmatchedError(ctx: Context, app: App): RustioError {
  const { matched: layers = [] } = routerContext(ctx);
  const fewestParameters = parametersIn(String(layers[0]?.path));
  const owners = layers.filter((layer) => {
    if (parametersIn(String(layer.path)) !== fewestParameters) return false;
    const { model } = layer.params(ctx.path, layer.captures(ctx.path));
    return model === undefined || app.models.bySlug(model) !== undefined;
  });
  const allowed = [...new Set(owners.flatMap(({ methods }) => methods))];
  if (allowed.length === 0 || allowed.includes(ctx.method)) return notFound();
  // If all methods of a path respond with JSON, so does the error.
  const [first, ...others] = app.routes.filter((route) => owners.some(({ path }) => path === patternOf(route)));
  const isJson = first !== undefined && [first, ...others].every(({ format }) => format === 'json');
  if (isJson) ctx.state.route = first;
  ctx.set('allow', allowed.toSorted().join(', '));
  return methodNotAllowed({
    method: /^[A-Z]{1,20}$/.test(ctx.method) ? ctx.method : '…',
    allowed: allowed.join(', '),
    format: isJson ? 'json' : 'html',
  });
}

const parametersIn = (path: string): number => path.split('/:').length - 1;
