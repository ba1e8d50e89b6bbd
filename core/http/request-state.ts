// Sets up every request: its ID, `ctx.state`, the client's IP address, and a log line.
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { App } from '../app.ts';
import { anonymous } from '../policy/actor.ts';
import type { Middleware, RequestState } from '../request/context.ts';
import { loggedPath } from './logged-path.ts';

const HEADER = 'x-correlation-id';
/**
 * The format of a correlation ID from a trusted proxy (`trustCorrelationId`). Other clients must not set it: they could forge log
 * lines, or attach their requests to another user's audit entries.
 */
const ACCEPTED = /^[A-Za-z0-9_-]{16,64}$/;

const NO_ATTRIBUTES = Object.freeze({});

/** Assigns the request an ID that appears in its log lines, audit entries and error page, and sets up `ctx.state`. */
export function correlationId(app: App): Middleware {
  const locale = app.config.locale ?? 'en';
  const timeZone = app.config.timeZone ?? 'UTC';
  const t = app.messages.translate(locale);
  // fault: correlation-id-of-strangers
  const isTrusted = app.config.trustCorrelationId === true;
  return async (ctx, next) => {
    const requested = isTrusted ? ctx.get(HEADER) : '';
    const id = ACCEPTED.test(requested) ? requested : randomUUID();
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
      bodyText: undefined,
      error: undefined,
      t,
      locale,
      timeZone,
      htmlAttributes: NO_ATTRIBUTES,
    };
    Object.assign(ctx.state, state);
    ctx.res.setHeader(HEADER, id);
    await next();
  };
}

/**
 * Sets the client's IP address. Each trusted proxy appends the address of its client to `X-Forwarded-For`. With `n` trusted
 * proxies, the n-th address from the right was written by a trusted proxy, and everything to its left can be forged.
 */
export function clientAddress(app: App): Middleware {
  const trusted = app.config.trustedProxies ?? 0;
  return async (ctx, next) => {
    const socket = plainIp(ctx.req.socket.remoteAddress ?? '');
    ctx.state.ip = trusted === 0 ? socket : forwardedIp(ctx.get('x-forwarded-for'), trusted) || socket;
    await next();
  };
}

function forwardedIp(header: string, trusted: number): string {
  // A long header is an attempt to make the split expensive; genuine ones are short.
  const hops = header.slice(-1_000).split(',');
  // fault: client-chooses-address
  const hop = plainIp(hops.at(-trusted)?.trim() ?? '');
  return isIP(hop) === 0 ? '' : hop;
}

/** Converts IPv4-mapped IPv6 addresses to IPv4, so that the audit trail and rate limits see one address. */
function plainIp(ip: string): string {
  return ip.startsWith('::ffff:') && isIP(ip.slice(7)) === 4 ? ip.slice(7) : ip;
}

/** Logs one line per request, without the query string, which may contain search terms. */
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
        path: loggedPath(ctx.path, app),
        route: route?.path,
        status: ctx.status,
        ms: Math.round((performance.now() - started) * 10) / 10,
        address,
        actor: actor.name,
      });
    }
  };
}
