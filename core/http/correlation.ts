import { randomUUID } from 'node:crypto';
import { anonymous } from '../actor.ts';
import type { App } from '../app.ts';
import type { Middleware, RequestState } from './context.ts';

const HEADER = 'x-correlation-id';
/** What a trusted proxy may bring. From anybody else it could forge lines of the log, or join somebody else's rows of the trail. */
const ACCEPTED = /^[A-Za-z0-9_-]{16,64}$/;

const NO_ATTRIBUTES = Object.freeze({});

/** Gives the request a name that its log lines, audit rows and error page share, and lays out `ctx.state`. */
export function correlationId(app: App): Middleware {
  const locale = app.config.locale ?? 'en';
  const timeZone = app.config.timeZone ?? 'UTC';
  const t = app.messages.translate(locale);
  const proxied = (app.config.trustedProxies ?? 0) > 0;
  return async (ctx, next) => {
    const brought = ctx.get(HEADER);
    const id = proxied && ACCEPTED.test(brought) ? brought : randomUUID();
    const state: RequestState = {
      correlationId: id,
      ip: '',
      actor: anonymous,
      credential: undefined,
      csrfSecret: undefined,
      signInData: undefined,
      route: undefined,
      params: {},
      model: undefined,
      form: undefined,
      body: undefined,
      error: undefined,
      t,
      locale,
      timeZone,
      htmlAttributes: NO_ATTRIBUTES,
    };
    Object.assign(ctx.state, state);
    ctx.set(HEADER, id);
    await next();
  };
}
