import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Context, Middleware } from './context.ts';

const SMALLEST = 1_024;

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);

/** A page of 26 KB becomes one of 5.5 KB in a tenth of a millisecond; higher levels take thrice as long for the last tenth. */
const GZIP = { level: 3 };
const BROTLI = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 2,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    // A window as large as pages are, and not of four megabytes for each.
    [constants.BROTLI_PARAM_LGWIN]: 17,
  },
};

/**
 * Compresses pages for whoever takes them so, off the main thread. The length of a compressed page tells something of its
 * content to an attacker who makes a browser ask for it, with words of his own in the address (BREACH). Form tokens are
 * masked against that; for the rest, what another site has caused a browser to ask for is not compressed.
 */
export function compressPages(): Middleware {
  return async (ctx, next) => {
    await next();
    const { body } = ctx;
    const isWhole = typeof body === 'string' || Buffer.isBuffer(body);
    if (!isWhole || body.length < SMALLEST || ctx.response.type !== 'text/html') return;
    ctx.vary('accept-encoding');
    if (isFromElsewhere(ctx)) return;
    const encoding = encodingFor(ctx);
    if (encoding === undefined) return;
    ctx.body = encoding === 'br' ? await brotlied(body, BROTLI) : await gzipped(body, GZIP);
    ctx.set('content-encoding', encoding);
  };
}

/** Brotli wherever it is taken, whatever stands first: browsers name gzip before it, out of habit and not of preference. */
export function encodingFor(ctx: Context): 'br' | 'gzip' | undefined {
  if (ctx.acceptsEncodings('br') === 'br') return 'br';
  return ctx.acceptsEncodings('gzip') === 'gzip' ? 'gzip' : undefined;
}

function isFromElsewhere(ctx: Context): boolean {
  const site = ctx.get('sec-fetch-site');
  return site === 'cross-site' || site === 'same-site';
}
