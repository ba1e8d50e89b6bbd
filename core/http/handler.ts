import { Readable } from 'node:stream';
import type { App } from '../app.ts';
import { invalidInput, invalidQuery } from '../errors/http.ts';
import { plainValues } from '../form/form.ts';
import type { Context, Middleware } from '../request/context.ts';
import type { Route } from './route.ts';

/** The status if the handler sets none. */
const NO_CONTENT = 204;

/**
 * Runs the route's handler with the parsed query and input, sends what it returns, and reports responses that the route does not
 * declare. If a JSON handler returns nothing and sets neither body nor status, the response is 204; a page must produce a response.
 */
export function runHandler(route: Route, app: App): Middleware {
  return async function runHandler(ctx) {
    const query = route.query && (await parse(route.query, queryOf(ctx), invalidQuery));
    const input = route.input && (await parse(route.input, inputOf(ctx, route), invalidInput));
    // Sets Node's property, because Koa's would count as an explicit status and remain when a body is set.
    ctx.res.statusCode = NO_CONTENT;
    send(ctx, route, await route.handler(ctx, app, { input, query }));
    if (hasNoResponse(ctx, route))
      throw new Error(`${route.method} ${route.path} of ${route.owner} did not send a response.`);
    if (!route.responses.has(ctx.status)) {
      app.log.error(
        { id: ctx.state.correlationId, route: route.path, owner: route.owner, status: ctx.status },
        'undeclared response: add the status to `responses` of the route',
      );
    }
  };
}

function hasNoResponse({ status, body }: Context, { format, responses }: Route): boolean {
  return format === 'page' && status === NO_CONTENT && body === undefined && !responses.has(NO_CONTENT);
}

/**
 * If `returned` is undefined, the handler has set the body itself or there is none. Only an output schema can detect a missing
 * value.
 */
function send(ctx: Context, { output, format }: Route, returned: unknown): void {
  if (output === undefined) {
    if (returned === undefined) return;
    if (format === 'page' || isContent(returned)) ctx.body = returned;
    else sendJson(ctx, returned);
    return;
  }
  if (returned === undefined && ctx.body !== undefined) return;
  // A mismatch is a bug in the handler and results in a 500. Properties that are not in the schema are not sent.
  const value: unknown = output.parse(returned);
  if (value !== undefined) sendJson(ctx, value);
}

/** Also sends strings and null as JSON, which Koa would send as plain text and as an empty body. */
function sendJson(ctx: Context, value: unknown): void {
  ctx.body = JSON.stringify(value);
  ctx.type = 'json';
}

/** Bytes and streams, which are sent unchanged. */
function isContent(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Buffer.isBuffer(value) || value instanceof Readable || 'getReader' in value;
}

function queryOf(ctx: Context): unknown {
  // In one pass: calling `getAll` for thousands of names would take quadratic time.
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

async function parse(
  schema: NonNullable<Route['input']>,
  value: unknown,
  invalid: typeof invalidInput,
): Promise<unknown> {
  const result = await schema.safeParseAsync(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const reason = issues
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ')
    .slice(0, 500);
  throw invalid({ reason, issues });
}
