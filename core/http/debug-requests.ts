import type { App } from '../app.ts';
import { debugRoute, elapsed } from '../base/debug.ts';
import { RustioError } from '../errors/rustio-error.ts';
import type { Context, Middleware } from '../request/context.ts';
import type { AccessDecision } from '../request/route-info.ts';
import { loggedPath } from './logged-path.ts';

/** Filled only while the debug topic is enabled. */
const decisions = new WeakMap<Context, string>();

/** Stores the access decision for a request; `gate:NAME` if a gate stopped it. */
export function noteAccess(ctx: Context, decision: AccessDecision | `gate:${string}`): void {
  if (debugRoute !== undefined) decisions.set(ctx, decision);
}

/** With `NODE_DEBUG=rustio:route`, writes one line per request, without the query string, which may contain search terms. */
export function debugRequests(app: App): readonly Middleware[] {
  const debug = debugRoute;
  if (debug === undefined) return [];
  return [
    async function debugRequest(ctx, next) {
      const began = performance.now();
      try {
        await next();
      } finally {
        debug(`${ctx.method} ${loggedPath(ctx.path, app)} ${ctx.status} ${elapsed(began)} ${detailsOf(ctx)}`);
      }
    },
  ];
}

function detailsOf(ctx: Context): string {
  const { route, credential, error, correlationId } = ctx.state;
  const details = {
    route: route?.path ?? 'none',
    owner: route?.owner ?? 'none',
    scheme: credential?.scheme ?? 'none',
    access: decisions.get(ctx) ?? 'none',
    ...(error instanceof RustioError && { error: error.code }),
    id: correlationId,
  };
  return Object.entries(details)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
