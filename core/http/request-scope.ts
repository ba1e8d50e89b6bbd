import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import type { App } from '../app.ts';
import { mergeScopes, withScope } from '../database/scope.ts';
import type { Context, Middleware } from './context.ts';

/**
 * Runs the rest of a route in what the `scope` hooks of plugins say: `after-access` middleware, body, handler, and the stream that
 * the handler may have answered with. What happens before (authentication, access) and on error is outside.
 */
export function scopeRequest(app: App): Middleware | undefined {
  const scopes = app.plugins.flatMap((plugin) => plugin.scope ?? []);
  if (scopes.length === 0) return undefined;
  return async function setScope(ctx, next) {
    const scope = mergeScopes(await Promise.all(scopes.map((each) => each(ctx, app))));
    if (scope === undefined) return next();
    await withScope(scope, async () => {
      await next();
      keepScope(ctx);
    });
  };
}

/** Koa reads a stream when every middleware has returned; what it then asks the database must be asked in the scope all the same. */
function keepScope(ctx: Context): void {
  if (ctx.body instanceof ReadableStream) ctx.body = Readable.from(ctx.body);
  const { body } = ctx;
  if (!(body instanceof Readable)) return;
  const inScope = AsyncLocalStorage.snapshot();
  const { _read: read, _destroy: destroy } = body;
  body._read = (size) => inScope(() => read.call(body, size));
  body._destroy = (error, done) => inScope(() => destroy.call(body, error, done));
}
