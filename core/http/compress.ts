import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Context, Middleware } from '../request/context.ts';

const MIN_BYTES = 1_024;

const gzipAsync = promisify(gzip);
const brotliAsync = promisify(brotliCompress);

/** Fast levels; higher ones take three times as long to save another tenth (docs/decisions/0010-compression.md). */
const GZIP = { level: 3 };
const BROTLI = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 2,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    // A window of about the size of a page, instead of four megabytes per response.
    [constants.BROTLI_PARAM_LGWIN]: 17,
  },
};

/**
 * Compresses pages for clients that accept it, off the main thread. Responses to requests that another site caused are not
 * compressed (BREACH).
 */
export function compressPages(): Middleware {
  return async (ctx, next) => {
    await next();
    const { body } = ctx;
    const isComplete = typeof body === 'string' || Buffer.isBuffer(body);
    if (!isComplete || body.length < MIN_BYTES || ctx.response.type !== 'text/html') return;
    ctx.vary('accept-encoding');
    if (isFromAnotherSite(ctx)) return;
    const encoding = encodingFor(ctx);
    if (encoding === undefined) return;
    ctx.body = encoding === 'br' ? await brotliAsync(body, BROTLI) : await gzipAsync(body, GZIP);
    ctx.set('content-encoding', encoding);
  };
}

type Encoding = 'br' | 'gzip';

/** By header value: parsing one is the most expensive step here, and browsers send only a few different values. */
const encodings = new Map<string, Encoding | undefined>();
const MAX_HEADERS = 100;
/** Longer headers are not cached; browsers send shorter ones. */
const MAX_HEADER = 100;

/** Prefers Brotli whenever it is accepted, because the order in which browsers list encodings expresses no preference. */
export function encodingFor(ctx: Context): Encoding | undefined {
  const header = ctx.get('accept-encoding');
  if (encodings.has(header)) return encodings.get(header);
  const accepted = (['br', 'gzip'] as const).find((encoding) => ctx.acceptsEncodings(encoding) === encoding);
  if (header.length > MAX_HEADER) return accepted;
  if (encodings.size >= MAX_HEADERS) encodings.clear();
  encodings.set(header, accepted);
  return accepted;
}

function isFromAnotherSite(ctx: Context): boolean {
  const site = ctx.get('sec-fetch-site');
  return site === 'cross-site' || site === 'same-site';
}
