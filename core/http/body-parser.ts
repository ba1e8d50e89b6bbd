// Parses bodies with koa-body, and discards bodies that are not read.
import type { IncomingMessage } from 'node:http';
import type { KoaBodyMiddlewareOptions } from 'koa-body';
import { type Bytes, parseSize } from '../base/bytes.ts';
import { bodyTooLarge, invalidJson, unreadableBody } from '../errors/http.ts';
import type { Context, Middleware } from '../request/context.ts';

/** The koa-body options that select `text` or `json`. */
export type ParserOptions = Partial<
  Pick<KoaBodyMiddlewareOptions, 'json' | 'jsonTypes' | 'text' | 'textTypes' | 'encoding'>
>;

export interface ParserLimits {
  readonly size: Bytes;
  /** Max milliseconds for the body to arrive, after which the connection is closed. */
  readonly timeout: number;
}

/** The result of koa-body: a JSON value or a string, and the raw text. */
interface ParsedBody {
  readonly value: unknown;
  readonly text: string;
}

/** Reads one kind of body with koa-body, within the limits. */
export function bodyParser(options: ParserOptions, limits: ParserLimits): (ctx: Context) => Promise<ParsedBody> {
  const { size, timeout } = limits;
  let parser: ReturnType<typeof loadParser> | undefined;
  return async (ctx) => {
    // fault: no-body-size-limit
    parser ??= loadParser(options, parseSize(size));
    const parse = await parser;
    // fault: no-body-timeout
    const timer = setTimeout(() => ctx.req.destroy(), timeout);
    try {
      await parse(ctx, async () => {});
    } catch (error) {
      discardRest(ctx.req);
      if (isTooLarge(error)) throw bodyTooLarge({ max: size });
      throw error instanceof SyntaxError ? invalidJson({ reason: error.message }) : unreadableBody({ cause: error });
    } finally {
      clearTimeout(timer);
    }
    // Set by koa-body, whose types declare only the first.
    return { value: Reflect.get(ctx.request, 'body'), text: String(Reflect.get(ctx.request, 'rawBody')) };
  };
}

/** Loaded for the first body: koa-body also loads a file parser, which would slow down every startup. */
async function loadParser(options: ParserOptions, limit: number) {
  const { HttpMethodEnum, koaBody } = await import('koa-body');
  const { POST, PUT, PATCH, DELETE } = HttpMethodEnum;
  return koaBody({
    json: false,
    text: false,
    urlencoded: false,
    multipart: false,
    // Accepts any JSON value. `__proto__` is rejected with a SyntaxError by the parser that koa-body uses.
    jsonStrict: false,
    parsedMethods: [POST, PUT, PATCH, DELETE],
    includeUnparsed: true,
    ...options,
    textLimit: limit,
    jsonLimit: limit,
  });
}

/** Recognises koa-body's error by its type. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'entity.too.large';
}

/** Whether a request has a body according to its headers; nothing has been read yet. */
export function hasBody({ req: { headers } }: Context): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether the body is compressed. */
export function isCompressed(ctx: Context): boolean {
  return !['', 'identity'].includes(ctx.get('content-encoding').toLowerCase());
}

/** Limits for reading the rest of a rejected body. */
const MAX_DISCARDED_BYTES = 50_000_000;
const MAX_DISCARD_MS = 10_000;

/**
 * Reads and discards the rest of a rejected body, because browsers show a response only after they have sent the whole request.
 * Limited in size and time, in case a client never stops sending.
 */
export function discardRest(request: IncomingMessage): void {
  let remaining = MAX_DISCARDED_BYTES;
  const timer = setTimeout(() => request.destroy(), MAX_DISCARD_MS);
  timer.unref();
  request.on('data', (chunk: Buffer) => {
    remaining -= chunk.length;
    if (remaining < 0) request.destroy();
  });
  // A broken connection has already been reported by the code that read the body.
  request.on('error', () => {});
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.resume();
}

/** Discards a body that was not read because the response did not depend on it (unknown path, no permission). */
export function discardUnread(): Middleware {
  return async ({ req }, next) => {
    try {
      await next();
    } finally {
      if (!req.complete && req.readableFlowing === null) discardRest(req);
    }
  };
}
