import type { z } from 'zod';
import { didYouMean } from '../model/nearest.ts';
import type { Plugin } from '../plugin.ts';
import type { BootProblem } from '../problem.ts';
import { isOpenAccess } from './access.ts';
import type { Authenticator } from './authenticate.ts';
import type { Access } from './context.ts';
import { isSafe } from './origin.ts';
import type { BodyOptions, Handler, Method, Route, RouteDefinition, RouteOptions, Routes } from './route.ts';

/** What plugins may call while the application boots. Keeps every route, and who registered it. */
export interface RouteCollector {
  readonly routes: readonly Route[];
  readonly problems: readonly BootProblem[];
  of(owner: Plugin): Routes;
}

export function collectRoutes(mountPath: string, authenticators: readonly Authenticator[]): RouteCollector {
  const routes: Route[] = [];
  const problems: BootProblem[] = [];
  const owned = new Map<string, Route>();
  const add = (owner: string, definition: AnyRouteDefinition): void => {
    const gap = gapIn(definition);
    if (gap !== undefined) {
      problems.push({ where: `route ${definition.method} ${definition.path} of ${owner}`, problem: gap });
      return;
    }
    const { route, problems: mistakes } = compileRoute(owner, definition, mountPath, authenticators);
    const where = `route ${route.method} ${route.path} of ${owner}`;
    problems.push(...mistakes.map((problem) => ({ where, problem })));
    const shape = `${route.method} ${route.path.replaceAll(/:[^/]+/g, ':')}`;
    const other = owned.get(shape);
    if (other) problems.push({ where, problem: `it is already a route of ${other.owner} (${other.path}).` });
    owned.set(shape, route);
    routes.push(route);
  };
  return {
    routes,
    problems,
    of({ name: owner }) {
      const short =
        (method: Method) =>
        (path: string, options: RouteOptions, handler: Handler): void =>
          add(owner, { ...options, method, path, handler });
      return {
        // A definition's handler is typed by its own schemas, which have parsed what it is given.
        add: (definition) => add(owner, definition as AnyRouteDefinition),
        get: short('GET'),
        post: short('POST'),
        put: short('PUT'),
        patch: short('PATCH'),
        delete: short('DELETE'),
      };
    },
  };
}

type AnyRouteDefinition = RouteOptions & {
  readonly method: Method;
  readonly path: string;
  readonly input?: z.ZodType;
  readonly query?: z.ZodType;
  readonly output?: z.ZodType;
  readonly handler: RouteDefinition['handler'];
};

/** What TypeScript rejects and plain JavaScript does not: a route without an access. */
function gapIn({ access, handler }: { readonly access?: unknown; readonly handler?: unknown }): string | undefined {
  if (typeof access !== 'object' || access === null || Object.keys(access).length === 0) {
    return 'it declares no access. Say who may use it: `access: { signedIn: true }`, `{ permission: … }` or `{ open: true }`.';
  }
  if ('open' in access && !isOpenAccess(access as Access)) {
    return 'its access names `open` together with something else. Either everyone may use it, `access: { open: true }`, or leave `open` out.';
  }
  return typeof handler === 'function' ? undefined : 'it has no handler.';
}

function compileRoute(
  owner: string,
  definition: AnyRouteDefinition,
  mountPath: string,
  authenticators: readonly Authenticator[],
): { readonly route: Route; readonly problems: readonly string[] } {
  const { method, at = 'mount', access, handler, input, query, output } = definition;
  const asked = schemesOf(definition.authenticate, authenticators);
  const isAmbient = asked.some(({ ambient }) => ambient);
  const isProgram = asked.length > 0 && !isAmbient;
  const format = definition.format ?? (output !== undefined || isProgram ? 'json' : 'page');
  const csrf = isSafe(method) ? 'none' : (definition.csrf ?? (isAmbient ? 'token' : isProgram ? 'none' : 'origin'));
  const described: Omit<Route, 'responses'> = {
    method,
    path: pathOf(definition.path, at, mountPath),
    access,
    schemes: asked.map(({ scheme }) => scheme),
    csrf,
    body: bodyOf(definition.body, method, format),
    format,
    headers: definition.headers,
    skipGates: definition.skipGates ?? [],
    resumable: definition.resumable ?? false,
    summary: definition.summary,
    input,
    query,
    output,
    handler,
    owner,
  };
  const route: Route = { ...described, responses: responsesOf(described, definition.responses ?? []) };
  return { route, problems: problemsOf(definition, route, isAmbient, authenticators) };
}

function schemesOf(scheme: string | undefined, authenticators: readonly Authenticator[]): readonly Authenticator[] {
  if (scheme === 'none') return [];
  return authenticators.filter((each) => (scheme === undefined ? each.default === true : each.scheme === scheme));
}

function pathOf(path: string, at: 'mount' | 'root', mountPath: string): string {
  if (at === 'root') return path;
  return path === '/' ? mountPath || '/' : `${mountPath}${path}`;
}

function bodyOf(body: RouteOptions['body'], method: Method, format: Route['format']): Route['body'] {
  const kind = typeof body === 'string' ? body : (body?.kind ?? (body === undefined ? undefined : 'form'));
  const usual = method === 'GET' || method === 'DELETE' ? 'none' : format === 'json' ? 'json' : 'form';
  const options: BodyOptions = typeof body === 'object' ? body : {};
  return { ...options, kind: kind ?? usual };
}

/** Answered before the router is asked. */
const SHADOWED: readonly string[] = ['/healthz', '/readyz'];

function problemsOf(
  { path, authenticate, access, csrf }: AnyRouteDefinition,
  route: Route,
  isAmbient: boolean,
  authenticators: readonly Authenticator[],
): readonly string[] {
  const problems: string[] = [];
  const schemes = authenticators.map(({ scheme }) => scheme);
  if (!path.startsWith('/')) problems.push('its path must begin with a slash.');
  if (SHADOWED.includes(route.path)) problems.push('core answers this path itself; use another one.');
  if (authenticate !== undefined && authenticate !== 'none' && !schemes.includes(authenticate)) {
    const hint = didYouMean(authenticate, [...schemes, 'none']);
    problems.push(`no enabled plugin authenticates by "${authenticate}".${hint}`);
  } else if (route.schemes.length === 0 && !('open' in access) && (schemes.length > 0 || authenticate === 'none')) {
    // Where nothing authenticates at all, the boot reports that once and not for every route.
    problems.push('it requires users to be authenticated, but nothing authenticates its requests.');
  }
  if (csrf === 'none' && isAmbient && !isSafe(route.method)) {
    problems.push(
      'it has no CSRF protection although browsers send its credentials automatically. Use a scheme for programs, or `authenticate: "none"`.',
    );
  }
  if (isAmbient && mayBeShared(route.headers)) {
    problems.push(
      'shared caches may keep its responses, although they may be made for one user. Say `private` in its `cache-control`, or use `authenticate: "none"`.',
    );
  }
  if (route.body.kind !== 'form' && route.body.files !== undefined) problems.push('only a form can carry files.');
  if (route.method === 'GET' && route.body.kind !== 'none') problems.push('a GET request carries no body.');
  if (route.input !== undefined && route.body.kind === 'none') problems.push('it has a schema for input, but no body.');
  return problems;
}

/** Whether a cache between us and the browser may hand a response on to others (RFC 9111, 3): cookies do not keep it from that. */
function mayBeShared(headers: Route['headers']): boolean {
  return Object.entries(headers ?? {}).some(
    ([name, value]) => name.toLowerCase() === 'cache-control' && !/\b(?:private|no-store)\b/i.test(value),
  );
}

/** What follows from the rest of the declaration: each status has its cause in core. */
function responsesOf(route: Omit<Route, 'responses'>, more: readonly number[]): ReadonlySet<number> {
  const { method, path, access, format, csrf, body, input, query, output } = route;
  const responses = new Set<number>(more);
  if (format === 'page') responses.add(method === 'GET' ? 200 : 303);
  else if (more.every((status) => status >= 400)) {
    responses.add(200);
    // A handler may return nothing, unless a schema describes what it returns.
    if (output === undefined) responses.add(204);
  }
  if (body.kind !== 'none') for (const status of [400, 413, 415]) responses.add(status);
  if (body.kind === 'form' || input !== undefined) responses.add(422);
  if (csrf !== 'none') responses.add(403);
  if (query !== undefined) responses.add(400);
  if (!isOpenAccess(access))
    for (const status of format === 'page' ? [303, 401, 403] : [401, 403]) responses.add(status);
  if (path.includes(':')) responses.add(404);
  return responses;
}
