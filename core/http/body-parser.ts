import type { KoaBodyMiddlewareOptions } from 'koa-body';
import { type Bytes, bytesOf } from '../bytes.ts';
import { invalidJson, tooLargeBody, unreadableBody } from './body-errors.ts';
import type { Context } from './context.ts';
import { discardRest } from './discard-rest.ts';

/** How koa-body is to read a body: `text`, or `json`. */
export type ParserOptions = Partial<
  Pick<KoaBodyMiddlewareOptions, 'json' | 'jsonTypes' | 'text' | 'textTypes' | 'encoding'>
>;

export interface ParserLimits {
  readonly size: Bytes;
  /** Milliseconds that the body may take to arrive; then its connection is closed. */
  readonly timeout: number;
}

/** What koa-body made of a body: a JSON value or a text, and the text that it read. */
export interface ParsedBody {
  readonly value: unknown;
  readonly text: string;
}

/** Reads one kind of body with koa-body, within limits. */
export function bodyParser(options: ParserOptions, limits: ParserLimits): (ctx: Context) => Promise<ParsedBody> {
  const { size, timeout } = limits;
  let parser: ReturnType<typeof loadParser> | undefined;
  return async (ctx) => {
    parser ??= loadParser(options, bytesOf(size));
    const parse = await parser;
    const late = setTimeout(() => ctx.req.destroy(), timeout);
    try {
      await parse(ctx, async () => {});
    } catch (error) {
      discardRest(ctx.req);
      if (isTooLarge(error)) throw tooLargeBody(size);
      throw error instanceof SyntaxError ? invalidJson(error.message) : unreadableBody(error);
    } finally {
      clearTimeout(late);
    }
    // koa-body puts them there; its types know only of the first.
    return { value: Reflect.get(ctx.request, 'body'), text: String(Reflect.get(ctx.request, 'rawBody')) };
  };
}

/** Loaded with the first body: it brings a whole reader of files along, which no start should wait for. */
async function loadParser(options: ParserOptions, limit: number) {
  const { HttpMethodEnum, koaBody } = await import('koa-body');
  const { POST, PUT, PATCH, DELETE } = HttpMethodEnum;
  return koaBody({
    json: false,
    text: false,
    urlencoded: false,
    multipart: false,
    // Any JSON value, and prototypes are refused: `__proto__` is a SyntaxError of the parser that koa-body uses.
    jsonStrict: false,
    parsedMethods: [POST, PUT, PATCH, DELETE],
    includeUnparsed: true,
    ...options,
    textLimit: limit,
    jsonLimit: limit,
  });
}

/** koa-body's own word for it. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'entity.too.large';
}

/** Whether a request comes with a body: by its headers, for nothing has been read yet. */
export function hasBody({ req: { headers } }: Context): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether the body is compressed. */
export function isPacked(ctx: Context): boolean {
  return !['', 'identity'].includes(ctx.get('content-encoding').toLowerCase());
}
