import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import type { App } from '../app.ts';
import { mergeScopes, type RequestScope, withScope } from '../database/scope.ts';
import type { Context, Middleware } from '../request/context.ts';

/** Returns the settings for the statements of a request; undefined for none. See `Plugin.scope`. */
export type ScopeOf = (ctx: Context, app: App) => RequestScope | undefined | Promise<RequestScope | undefined>;

/**
 * Runs the rest of a route inside the `scope` hooks of plugins: `after-access` middleware, body, handler, and the stream that the
 * handler may have responded with. Authentication, access checks and error handling are outside the scope.
 */
export function scopeRequest(app: App, scopes: readonly ScopeOf[]): Middleware | undefined {
  if (scopes.length === 0) return undefined;
  return async function setScope(ctx, next) {
    const scope = mergeScopes(await Promise.all(scopes.map((each) => each(ctx, app))));
    if (scope === undefined) return next();
    await withScope(scope, async () => {
      await next();
      // fault: stream-without-scope
      keepScope(ctx);
    });
  };
}

/** Koa reads a stream after all middleware has returned. Queries that the stream makes then must still run in the scope. */
function keepScope(ctx: Context): void {
  if (ctx.body instanceof ReadableStream) ctx.body = Readable.from(ctx.body);
  const { body } = ctx;
  if (!(body instanceof Readable)) return;
  const inScope = AsyncLocalStorage.snapshot();
  const { _read: read, _destroy: destroy } = body;
  body._read = (size) => inScope(() => read.call(body, size));
  body._destroy = (error, done) => inScope(() => destroy.call(body, error, done));
}
