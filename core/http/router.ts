import { createRequire } from 'node:module';
import type { Router as KoaRouter } from '@koa/router';
import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import type { StagedMiddleware } from '../plugin.ts';
import { checkAccess, wantsJson } from './access.ts';
import { type Authenticator, authenticateRequest } from './authenticate.ts';
import { readBody } from './body.ts';
import type { Context, ContextProperties, Middleware, RequestState } from './context.ts';
import { checkFormToken } from './form-token.ts';
import { runHandler } from './handler.ts';
import { homeOf } from './home.ts';
import { checkOrigin } from './origin.ts';
import { scopeRequest } from './request-scope.ts';
import type { Route } from './route.ts';
import { seeOther } from './see-other.ts';

/** By `require`, since its other half imports `node:http`, which loads Node's `fetch` with it: see `serve.ts`. */
const { Router }: { readonly Router: typeof KoaRouter } = createRequire(import.meta.url)('@koa/router');

/**
 * The middleware of one route, in its order: everything between the match and the response. Nothing of a body is read before
 * access has been decided.
 */
export function stackOf(route: Route, app: App, { authenticators, middleware }: StackParts): readonly Middleware[] {
  const at = (stage: StagedMiddleware['stage']) =>
    middleware.filter((each) => each.stage === stage).map(({ name, run }) => named(name, run));
  return [
    matched(route, app, answerMissed(app, authenticators)),
    authenticateRequest(route, authenticators),
    checkOrigin(route, app),
    checkAccess(route, app, authenticators),
    setHeaders(route),
    scopeRequest(app),
    ...at('after-access'),
    readBody(route, app),
    checkFormToken(route),
    ...at('around-handler'),
    runHandler(route, app),
  ].filter((step) => step !== undefined);
}

/**
 * The names of the steps of a route, in their order, for `rustio-admin routes --stack`.
 *
 * @example
 * describeStack(route, app, parts); // ['matchRoute', 'authenticate', 'checkOrigin', 'checkAccess', 'readForm', …]
 */
export function describeStack(route: Route, app: App, parts: StackParts): string[] {
  return stackOf(route, app, parts).map(({ name }) => name);
}

export interface StackParts {
  readonly authenticators: readonly Authenticator[];
  readonly middleware: readonly StagedMiddleware[];
}

function named(name: string, run: Middleware): Middleware {
  return Object.defineProperty((ctx: Context, next: () => Promise<void>) => run(ctx, next), 'name', { value: name });
}

/**
 * @koa/router with every route and its stack. Of several routes that match a path, the one with the fewest parameters wins, so that
 * `/admin/login` is never a model, in whatever order they were registered.
 */
export function routerFor(app: App, parts: StackParts): Middleware {
  const router = new Router<RequestState, ContextProperties>({
    strict: true,
    sensitive: true,
    exclusive: 'specificity',
  });
  for (const route of app.routes.toSorted(bySpecificity)) {
    router.register(patternOf(route), [route.method], [...stackOf(route, app, parts)]);
  }
  return router.routes() as Middleware;
}

/** The plus of our reserved words has a meaning in the pattern language, and is literal here. */
function patternOf({ path }: Route): string {
  return path.replaceAll('+', '\\+');
}

/** Of two patterns with as many parameters, the one whose words come first is tried first. */
function bySpecificity(one: Route, other: Route): number {
  const shape = (path: string): string => path.replaceAll(/[^/]+/g, (part) => (part.startsWith(':') ? '1' : '0'));
  return parametersIn(one.path) - parametersIn(other.path) || shape(one.path).localeCompare(shape(other.path));
}

/** What @koa/router leaves on the context: the layers whose pattern matches the path, in the order of registration. */
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

/** The router's own types do not say that it puts these there. */
function routerContext(ctx: Context & RouterContext): RouterContext {
  return ctx;
}

/** Enters a route, unless `:model` names no model or the path belongs to a more specific route with other methods. */
function matched(route: Route, app: App, missed: Middleware): Middleware {
  return async function matchRoute(ctx, next) {
    const { params = {}, matched: layers = [] } = routerContext(ctx);
    const model = params.model === undefined ? undefined : app.models.bySlug(params.model);
    const isOwner = parametersIn(String(layers[0]?.path)) === parametersIn(route.path);
    // So that programs get the 404 of an unknown model as JSON.
    if (isOwner && route.format === 'json') ctx.state.route = route;
    if (!isOwner || (params.model !== undefined && model === undefined)) return missed(ctx, next);
    ctx.state.route = route;
    ctx.state.params = params;
    ctx.state.model = model;
    await next();
  };
}

/**
 * The route's own headers. They are for what the route answers: not for redirects to the sign-in page, which come before, nor for
 * an error page, which must never be cached for an hour because the page that failed may be.
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
 * Answers what no route took with 404 or 405. A request for `/` alone is sent to the admin, unless some route is at `/`. Under the
 * mount path anonymous users are sent to the sign-in page whether a path exists or not, so that nobody learns which models there
 * are; others get the error in their frame.
 */
export function answerMissed(app: App, authenticators: readonly Authenticator[]): Middleware {
  const home = homeOf(app);
  const mount = app.urls.to('/');
  const signIn = app.plugins.find((plugin) => plugin.signInPage !== undefined)?.signInPage;
  const schemes = authenticators.filter((each) => each.default === true).map(({ scheme }) => scheme);
  const authenticate = authenticateRequest({ schemes }, authenticators);
  // Reserved words begin with a plus, so they are never models.
  const mayNameModel = new RegExp(`^${mount === '/' ? '' : mount}/[^+]`);
  return async function missed(ctx) {
    const { matched: layers = [] } = routerContext(ctx);
    const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
    if (ctx.path === '/' && layers.length === 0 && isRead && home !== undefined) return seeOther(ctx, home);
    const error = missedRoute(ctx, app);
    if (error.status === 404 && mayNameModel.test(ctx.path)) {
      await authenticate(ctx, async () => {});
      const isStranger = ctx.state.actor.kind === 'anonymous';
      if (isStranger && isRead && signIn !== undefined && !wantsJson(ctx))
        return seeOther(ctx, app.urls.to(signIn, { next: ctx.path + ctx.search }));
    }
    throw error;
  };
}

/** 405 where the path exists and answers other methods, else 404. A word that is not the slug of a model is not a path. */
function missedRoute(ctx: Context, app: App): RustioError {
  const { matched: layers = [] } = routerContext(ctx);
  const fewest = parametersIn(String(layers[0]?.path));
  const owners = layers.filter((layer) => {
    if (parametersIn(String(layer.path)) !== fewest) return false;
    const { model } = layer.params(ctx.path, layer.captures(ctx.path));
    return model === undefined || app.models.bySlug(model) !== undefined;
  });
  const allowed = [...new Set(owners.flatMap(({ methods }) => methods))];
  if (allowed.length === 0 || allowed.includes(ctx.method)) return notFound();
  // Where all methods of a path are for programs, so is the error.
  const [first, ...others] = app.routes.filter((route) => owners.some(({ path }) => path === patternOf(route)));
  const isJson = first !== undefined && [first, ...others].every(({ format }) => format === 'json');
  if (isJson) ctx.state.route = first;
  ctx.set('allow', allowed.toSorted().join(', '));
  return wrongMethod(ctx.method, allowed, isJson);
}

const parametersIn = (path: string): number => path.split('/:').length - 1;

/**
 * What a page throws for a record that does not exist, or that its reader must not see: both look the same.
 *
 * @example
 * const order = await app.records.get(ctx.state.actor, Order, key);
 * if (order === undefined) throw notFound();
 */
export function notFound(): RustioError {
  return new RustioError(
    'RIO-HTTP-NOT-FOUND',
    {
      problem: 'Page not found.',
      why: 'It was deleted, it never existed, or you do not have access to it.',
      fix: 'Check the address, or go to the overview.',
      retry: 'Trying again gives the same answer.',
    },
    { status: 404 },
  );
}

function wrongMethod(asked: string, answered: readonly string[], isJson: boolean): RustioError {
  const method = /^[A-Z]{1,20}$/.test(asked) ? asked : undefined;
  const allowed = answered.join(', ');
  return new RustioError(
    'RIO-HTTP-METHOD',
    {
      problem: `This address does not accept ${method ?? 'that method'}.`,
      why: `It accepts ${allowed}.`,
      fix: isJson ? `Use one of these methods: ${allowed}.` : 'Use the links and forms of the pages.',
      retry: 'Trying again gives the same answer.',
    },
    { status: 405, params: { method: method ?? '…', allowed, format: isJson ? 'json' : 'html' } },
  );
}
