import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import type { Middleware } from './context.ts';
import type { Route } from './route.ts';

/** A page shows the first problems; a program gets all of them in `issues`. */
const MAX_WHY = 500;

/** Runs the route's handler, and keeps it to the responses that it declares. */
export function runHandler(route: Route, app: App): Middleware {
  return async function handler(ctx) {
    const input = route.input === undefined ? undefined : parsed(route.input, ctx.state.form ?? ctx.state.body, 422);
    const query =
      route.query === undefined
        ? undefined
        : parsed(route.query, Object.fromEntries(new URLSearchParams(ctx.querystring)), 400);
    const result: unknown = await route.handler(ctx, app, { input, query });
    if (result !== undefined) {
      const status = ctx.status;
      ctx.body = route.output === undefined ? result : route.output.parse(result);
      // Koa makes 200 of the default 404 alone; a status that the handler chose stays.
      if (status !== 404) ctx.status = status;
    }
    if (!route.responses.has(ctx.status)) {
      app.log.error(
        { id: ctx.state.correlationId, route: route.path, owner: route.owner, status: ctx.status },
        'undeclared response: add the status to `responses` of the route',
      );
    }
  };
}

function parsed(schema: NonNullable<Route['input']>, value: unknown, status: 400 | 422): unknown {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const listed = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  const why = listed.length > MAX_WHY ? `${listed.slice(0, MAX_WHY)}…` : listed;
  throw new RustioError(
    'RIO-HTTP-INPUT',
    {
      problem: 'The request does not have the expected form.',
      why,
      fix: 'Correct the values that are named and send the request again.',
      retry: 'After the correction.',
    },
    { status, issues, params: { issues: why } },
  );
}
