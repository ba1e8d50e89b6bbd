import { isIP } from 'node:net';
import type { App } from '../app.ts';
import type { Middleware } from './context.ts';

/**
 * Sets the client's address. Each trusted proxy appends the address that it saw to `X-Forwarded-For`; so with `n` of them
 * the n-th from the right is the last that one of ours wrote, and everything left of it is hearsay.
 */
export function clientAddress(app: App): Middleware {
  const trusted = app.config.trustedProxies ?? 0;
  return async (ctx, next) => {
    const socket = plainIp(ctx.req.socket.remoteAddress ?? '');
    ctx.state.ip = trusted === 0 ? socket : forwarded(ctx.get('x-forwarded-for'), trusted) || socket;
    await next();
  };
}

function forwarded(header: string, trusted: number): string {
  // A long header is somebody's attack on the split; ours are short.
  const hops = header.slice(-1_000).split(',');
  const hop = plainIp(hops.at(-trusted)?.trim() ?? '');
  return isIP(hop) === 0 ? '' : hop;
}

/** IPv4 written as IPv6 is one address with two spellings: audit and throttles must see one. */
function plainIp(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
