import { randomUUID } from 'node:crypto';
import { nobody } from '../actor.ts';
import type { App } from '../app.ts';
import type { ContextMiddleware, RequestState } from './context.ts';

const HEADER = 'x-correlation-id';
/** What a trusted proxy may bring. From anybody else it could forge lines of the log, or join somebody else's rows of the trail. */
const ACCEPTED = /^[A-Za-z0-9_-]{16,64}$/;

/** Gives the request a name that its log lines, audit rows and error page share, and lays out `ctx.state`. */
export function correlationId(app: App): ContextMiddleware {
  const locale = app.config.locale ?? 'en';
  const timeZone = app.config.timeZone ?? 'UTC';
  const t = app.words.translate(locale);
  const proxied = (app.config.trustedProxies ?? 0) > 0;
  return async (ctx, next) => {
    const brought = ctx.get(HEADER);
    const id = proxied && ACCEPTED.test(brought) ? brought : randomUUID();
    const state: RequestState = {
      correlationId: id,
      address: '',
      actor: nobody,
      sessionId: undefined,
      formSecret: undefined,
      route: undefined,
      params: {},
      model: undefined,
      form: undefined,
      t,
      locale,
      timeZone,
      theme: '',
    };
    Object.assign(ctx.state, state);
    ctx.set(HEADER, id);
    await next();
  };
}
