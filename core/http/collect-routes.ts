import type { z } from 'zod';
import type { Bytes } from '../base/bytes.ts';
import { didYouMean } from '../base/nearest.ts';
import type { BootProblem } from '../errors/boot.ts';
import type { Access, Method } from '../request/route-info.ts';
import { isOpenAccess } from './access.ts';
import type { Authenticator } from './authenticate.ts';
import { isSafe } from './csrf.ts';
import type { BodyOptions, Handler, Route, RouteDefinition, RouteOptions, Routes } from './route.ts';

/** Collects the routes that plugins register while the application boots, and their problems. */
export interface RouteCollector {
  readonly routes: readonly Route[];
  readonly problems: readonly BootProblem[];
  of(owner: { readonly name: string }): Routes;
}

/** Fills in the defaults of each route. */
export function collectRoutes(mountPath: string, authenticators: readonly Authenticator[]): RouteCollector {
  const routes: Route[] = [];
  const problems: BootProblem[] = [];
  const byShape = new Map<string, Route>();
  const add = (owner: string, definition: AnyRouteDefinition): void => {
    const invalid = declarationProblem(definition);
    if (invalid !== undefined) {
      problems.push({ where: `route ${definition.method} ${definition.path} of ${owner}`, problem: invalid });
      return;
    }
    const { route, problems: routeProblems } = compileRoute(owner, definition, mountPath, authenticators);
    const where = `route ${route.method} ${route.path} of ${owner}`;
    problems.push(...routeProblems.map((problem) => ({ where, problem })));
    const shape = `${route.method} ${route.path.replaceAll(/:[^/]+/g, ':')}`;
    const other = byShape.get(shape);
    if (other) problems.push({ where, problem: `It is already a route of ${other.owner} (${other.path}).` });
    byShape.set(shape, route);
    routes.push(route);
  };
  return {
    routes,
    problems,
    of({ name: owner }) {
      const shortForm =
        (method: Method) =>
        (path: string, options: RouteOptions, handler: Handler): void =>
          add(owner, { ...options, method, path, handler });
      return {
        // The handler's types come from the schemas of its definition, with which its input is parsed.
        add: (definition) => add(owner, definition as AnyRouteDefinition),
        get: shortForm('GET'),
        post: shortForm('POST'),
        put: shortForm('PUT'),
        patch: shortForm('PATCH'),
        delete: shortForm('DELETE'),
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

/** Checks what TypeScript rejects but plain JavaScript can pass. */
function declarationProblem({
  access,
  handler,
}: {
  readonly access?: unknown;
  readonly handler?: unknown;
}): string | undefined {
  if (typeof access !== 'object' || access === null || Object.keys(access).length === 0) {
    return 'It declares no access. Declare who has access: `access: { signedIn: true }`, `{ permission: … }` or `{ open: true }`.';
  }
  if ('open' in access && !isOpenAccess(access as Access)) {
    return 'Its access combines `open` with something else. Use `access: { open: true }` for everyone, or remove `open`.';
  }
  return typeof handler === 'function' ? undefined : 'It has no handler.';
}

function compileRoute(
  owner: string,
  definition: AnyRouteDefinition,
  mountPath: string,
  authenticators: readonly Authenticator[],
): { readonly route: Route; readonly problems: readonly string[] } {
  const { method, at = 'mount', access, handler, input, query, output } = definition;
  const schemes = schemesOf(definition.authenticate, authenticators);
  const isAmbient = schemes.some(({ ambient }) => ambient);
  const isForPrograms = schemes.length > 0 && !isAmbient;
  const format = definition.format ?? (output !== undefined || isForPrograms ? 'json' : 'page');
  // fault: csrf-off-by-default
  const csrf = isSafe(method) ? 'none' : (definition.csrf ?? (isAmbient ? 'token' : isForPrograms ? 'none' : 'origin'));
  const declared: Omit<Route, 'responses'> = {
    method,
    path: pathOf(definition.path, at, mountPath),
    access,
    schemes: schemes.map(({ scheme }) => scheme),
    csrf,
    body: bodyOf(definition, method, format),
    format,
    headers: definition.headers,
    skipGates: definition.skipGates ?? [],
    resumable: definition.resumable ?? false,
    summary: definition.summary,
    input,
    query,
    output,
    precondition: definition.precondition,
    handler,
    owner,
  };
  const route: Route = { ...declared, responses: responsesOf(declared, definition.responses ?? []) };
  return { route, problems: findProblems(definition, route, isAmbient, authenticators) };
}

function schemesOf(scheme: string | undefined, authenticators: readonly Authenticator[]): readonly Authenticator[] {
  if (scheme === 'none') return [];
  // fault: any-scheme
  return authenticators.filter((each) => (scheme === undefined ? each.default === true : each.scheme === scheme));
}

function pathOf(path: string, at: 'mount' | 'root', mountPath: string): string {
  if (at === 'root') return path;
  return path === '/' ? mountPath || '/' : `${mountPath}${path}`;
}

/** For routes with open access: a sign-in form has a few hundred bytes. */
const OPEN_LIMIT: Bytes = '16 KB';

function bodyOf({ body, access }: RouteOptions, method: Method, format: Route['format']): Route['body'] {
  const kind = typeof body === 'string' ? body : (body?.kind ?? (body === undefined ? undefined : 'form'));
  const defaultKind = method === 'GET' || method === 'DELETE' ? 'none' : format === 'json' ? 'json' : 'form';
  const options: BodyOptions = typeof body === 'object' ? body : {};
  // fault: open-route-without-limit
  const limit = isOpenAccess(access) ? { limit: OPEN_LIMIT } : {};
  return { ...limit, ...options, kind: kind ?? defaultKind };
}

/** Paths that the pipeline handles before the router. */
const RESERVED_PATHS: readonly string[] = ['/healthz', '/readyz'];

function findProblems(
  { path, authenticate, access, csrf }: AnyRouteDefinition,
  route: Route,
  isAmbient: boolean,
  authenticators: readonly Authenticator[],
): readonly string[] {
  const problems: string[] = [];
  const schemes = authenticators.map(({ scheme }) => scheme);
  if (!path.startsWith('/')) problems.push('Its path must start with a slash.');
  if (RESERVED_PATHS.includes(route.path)) problems.push('This path is reserved by core; use another path.');
  if (authenticate !== undefined && authenticate !== 'none' && !schemes.includes(authenticate)) {
    const hint = didYouMean(authenticate, [...schemes, 'none']);
    problems.push(`No enabled plugin provides the authentication scheme "${authenticate}".${hint}`);
  } else if (route.schemes.length === 0 && !('open' in access) && (schemes.length > 0 || authenticate === 'none')) {
    // If there is no authenticator at all, startup reports that once instead of for every route.
    problems.push('It requires authentication, but no authentication scheme applies to it.');
  }
  // fault: csrf-disabled
  if (csrf === 'none' && isAmbient && !isSafe(route.method)) {
    problems.push(
      'It has no CSRF protection, but browsers send its credentials automatically. Use a token scheme, or `authenticate: "none"`.',
    );
  }
  // fault: shared-cache
  if (isAmbient && isShareable(route.headers)) {
    problems.push(
      'Shared caches can store its responses, which may be specific to one user. Add `private` to its `cache-control`, or use `authenticate: "none"`.',
    );
  }
  if (route.body.kind !== 'form' && route.body.files !== undefined) problems.push('Only forms can have files.');
  if (route.method === 'GET' && route.body.kind !== 'none') problems.push('GET requests cannot have a body.');
  if (route.input !== undefined && route.body.kind === 'none') problems.push('It has an input schema but no body.');
  return problems;
}

/** Whether a shared cache may store a response and send it to others (RFC 9111, 3): cookies do not prevent that. */
function isShareable(headers: Route['headers']): boolean {
  return Object.entries(headers ?? {}).some(
    ([name, value]) => name.toLowerCase() === 'cache-control' && !/\b(?:private|no-store)\b/i.test(value),
  );
}

/** The declared statuses and those that the rest of the declaration implies. */
function responsesOf(route: Omit<Route, 'responses'>, declared: readonly number[]): ReadonlySet<number> {
  const { method, path, access, format, csrf, body, input, query, output } = route;
  const responses = new Set<number>(declared);
  if (format === 'page') responses.add(method === 'GET' ? 200 : 303);
  else if (declared.every((status) => status >= 400)) {
    responses.add(200);
    // A handler may return nothing, unless it has an output schema.
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
