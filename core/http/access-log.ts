import type { App } from '../app.ts';
import type { Middleware } from './context.ts';

/** One line a request, after it was answered. Never a query string: it may hold what somebody searched for. */
export function accessLog(app: App): Middleware {
  return async (ctx, next) => {
    const started = performance.now();
    try {
      await next();
    } finally {
      const { correlationId, ip: address, actor, route } = ctx.state;
      app.log.info({
        id: correlationId,
        method: ctx.method,
        path: ctx.path,
        route: route?.path,
        status: ctx.status,
        ms: Math.round((performance.now() - started) * 10) / 10,
        address,
        actor: actor.name,
      });
    }
  };
}
