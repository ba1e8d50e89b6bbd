import { Readable } from 'node:stream';
import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import type { Context, Middleware } from './context.ts';
import { plainValues } from './form.ts';
import type { Route } from './route.ts';

/** The status of a response that its handler has not touched. */
const NOTHING = 204;

/**
 * Runs the route's handler with the parsed query and input, sends what it returns, and reports responses that the route does not
 * declare. A JSON handler that returns nothing and sets neither body nor status is answered with 204; a page has to answer itself.
 */
export function runHandler(route: Route, app: App): Middleware {
  return async function runHandler(ctx) {
    const query = route.query && (await parsed(route.query, queryOf(ctx), 400));
    const input = route.input && (await parsed(route.input, inputOf(ctx, route), 422));
    // Node's own property, and not Koa's, which would count as the handler's choice and outlast a body.
    ctx.res.statusCode = NOTHING;
    send(ctx, route, await route.handler(ctx, app, { input, query }));
    if (isUnanswered(ctx, route)) throw new Error(`${route.method} ${route.path} of ${route.owner} sent no response.`);
    if (!route.responses.has(ctx.status)) {
      app.log.error(
        { id: ctx.state.correlationId, route: route.path, owner: route.owner, status: ctx.status },
        'undeclared response: add the status to `responses` of the route',
      );
    }
  };
}

function isUnanswered({ status, body }: Context, { format, responses }: Route): boolean {
  return format === 'page' && status === NOTHING && body === undefined && !responses.has(NOTHING);
}

/** `undefined`: the handler has set the body itself, or there is none. Only a schema can tell that something is missing. */
function send(ctx: Context, { output, format }: Route, returned: unknown): void {
  if (output === undefined) {
    if (returned === undefined) return;
    if (format === 'page' || isContent(returned)) ctx.body = returned;
    else sendJson(ctx, returned);
    return;
  }
  if (returned === undefined && ctx.body !== undefined) return;
  // A mismatch is a mistake of the handler's, so it is a 500, and nothing that the schema does not know leaves.
  const value: unknown = output.parse(returned);
  if (value !== undefined) sendJson(ctx, value);
}

/** Also of a string, which Koa would send as text, and of null, which it would send as nothing. */
function sendJson(ctx: Context, value: unknown): void {
  ctx.body = JSON.stringify(value);
  ctx.type = 'json';
}

/** Bytes and streams, which are sent as they are. */
function isContent(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Buffer.isBuffer(value) || value instanceof Readable || 'getReader' in value;
}

function queryOf(ctx: Context): unknown {
  // In one pass: `getAll` for each of thousands of names would go through all of them every time.
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(ctx.querystring)) {
    const list = values.get(name);
    if (list) list.push(value);
    else values.set(name, [value]);
  }
  return plainValues(values);
}

function inputOf({ state: { form, body } }: Context, route: Route): unknown {
  if (route.body.kind !== 'form') return body;
  return plainValues([...(form?.names() ?? [])].map((name) => [name, form?.all(name) ?? []]));
}

async function parsed(schema: NonNullable<Route['input']>, value: unknown, status: 400 | 422): Promise<unknown> {
  const read = await schema.safeParseAsync(value);
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const reason = issues
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ')
    .slice(0, 500);
  throw new RustioError(
    'RIO-HTTP-INPUT',
    {
      problem: 'The request does not have the expected form.',
      why: reason,
      fix: 'Correct the values that are named and send the request again.',
      retry: 'After the correction.',
    },
    { status, issues, params: { reason } },
  );
}
