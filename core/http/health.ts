import type { App } from '../app.ts';
import type { Middleware } from '../request/context.ts';

/** The readiness checks of a process: pending migrations and the `health` checks of plugins. */
export interface Readiness {
  /** The names of failed checks; empty if the process can serve. */
  missing(): Promise<readonly string[]>;
  /** From now on, reports the process as not ready, because it is about to stop. */
  stop(): void;
  readonly stopping: boolean;
}

/** How long a result of `/readyz` is reused: anyone can request it, and each result costs a statement. */
const CACHE_MS = 1_000;

/**
 * `/healthz` reports that the process is alive, `/readyz` whether it can serve. They are for load balancers, and therefore outside
 * the mount path and without a session.
 */
export function health(app: App, readiness: Readiness): Middleware {
  let last: { at: number; missing: Promise<readonly string[]> } | undefined;
  const cachedMissing = (): Promise<readonly string[]> => {
    if (!last || readiness.stopping || performance.now() - last.at > CACHE_MS)
      last = { at: performance.now(), missing: readiness.missing() };
    return last.missing;
  };
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    if (ctx.path === '/healthz') {
      ctx.body = { status: 'ok' };
    } else if (ctx.path === '/readyz') {
      const missing = await cachedMissing().catch((error: unknown) => {
        app.log.error({ err: error, id: ctx.state.correlationId }, 'readiness could not be determined');
        return ['database'];
      });
      ctx.status = missing.length === 0 ? 200 : 503;
      if (missing.length > 0) ctx.set('retry-after', '5');
      ctx.body = missing.length === 0 ? { status: 'ok' } : { status: 'unavailable', missing };
    } else {
      await next();
    }
  };
}
