import type { App } from '../app.ts';
import type { Middleware } from './context.ts';

/** What must hold before requests are let in: told by whoever knows (database, migrations). */
export interface Readiness {
  /** Names of what is missing; empty when the process can serve. */
  missing(): Promise<readonly string[]>;
}

/** How long an answer of `/readyz` is given again: anybody may ask, and each answer costs a statement. */
const FRESH_MS = 1_000;

/** `/healthz`: the process lives. `/readyz`: it can serve. For load balancers, so outside the mount path and without session. */
export function health(app: App, readiness: Readiness): Middleware {
  let asked: { at: number; answer: Promise<readonly string[]> } | undefined;
  const ask = (): Promise<readonly string[]> => {
    if (!asked || performance.now() - asked.at > FRESH_MS)
      asked = { at: performance.now(), answer: readiness.missing() };
    return asked.answer;
  };
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    if (ctx.path === '/healthz') {
      ctx.body = { status: 'ok' };
    } else if (ctx.path === '/readyz') {
      const missing = await ask().catch((error: unknown) => {
        app.log.error({ err: error, id: ctx.state.correlationId }, 'readiness could not be found out');
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
