// What every request has: an ID, `ctx.state`, the client's IP address, and a log line.
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { App } from '../app.ts';
import { anonymous } from '../policy/actor.ts';
import type { Middleware, RequestState } from '../request/context.ts';

const HEADER = 'x-correlation-id';
/**
 * The format of an ID from a proxy that sets it (`trustCorrelationId`). No other client may set one: it could forge log lines, or attach its requests to
 * the audit entries of another user.
 */
const ACCEPTED = /^[A-Za-z0-9_-]{16,64}$/;

const NO_ATTRIBUTES = Object.freeze({});

/** Gives the request an ID that its log lines, audit entries and error page share, and sets up `ctx.state`. */
export function correlationId(app: App): Middleware {
  const locale = app.config.locale ?? 'en';
  const timeZone = app.config.timeZone ?? 'UTC';
  const t = app.messages.translate(locale);
  // fault: correlation-id-of-strangers
  const isTrusted = app.config.trustCorrelationId === true;
  return async (ctx, next) => {
    const requested = ctx.get(HEADER);
    const id = isTrusted && ACCEPTED.test(requested) ? requested : randomUUID();
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

/**
 * Sets the client's IP address. Each trusted proxy appends the address that it saw to `X-Forwarded-For`; with `n` of them the
 * n-th from the right is the last one that a trusted proxy wrote, and everything to its left can be forged.
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

/** IPv4-mapped IPv6 is one address with two spellings: audit and throttles must see one. */
function plainIp(ip: string): string {
  return ip.startsWith('::ffff:') && isIP(ip.slice(7)) === 4 ? ip.slice(7) : ip;
}

/** Logs one line per request. Never the query string: it may contain what a user searched for. */
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
