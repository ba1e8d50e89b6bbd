// Reads the bodies that programs send: JSON, text, raw bytes. Forms are read in form-body.ts.
import { TextDecoder } from 'node:util';
import type { App } from '../app.ts';
import { type Bytes, parseSize } from '../base/bytes.ts';
import { invalidJson, unreadableBody, unsupportedMediaType } from '../errors/http.ts';
import { Uploads } from '../files/upload.ts';
import type { Context, Middleware } from '../request/context.ts';
import { reserveBody } from './body-budget.ts';
import { bodyParser, hasBody, isCompressed, type ParserLimits } from './body-parser.ts';
import { formReader } from './form-body.ts';
import type { Route } from './route.ts';
import { FORM_TIMEOUT_MS } from './timeouts.ts';

const DEFAULT_SIZE: Bytes = '1 MB';
const DATA_READERS = { json: jsonReader, text: textReader, raw: rawReader };

/**
 * Reads the body that a route declares, within its limits: forms into `ctx.state.form`, JSON values, strings and raw bytes into
 * `ctx.state.body`. Files are stored in a folder of the request, which is removed at its end. `timeout`: max milliseconds for a
 * body without files to arrive, after which the connection is closed.
 */
export function readBody(route: Route, app: App, timeout: number = FORM_TIMEOUT_MS): Middleware | undefined {
  const { kind, limit: size = DEFAULT_SIZE } = route.body;
  if (kind === 'none') return undefined;
  const limits = { size, timeout };
  const bytes = parseSize(size);
  if (kind === 'form') {
    const read = formReader(route, app, limits);
    return async function readForm(ctx, next) {
      const uploads = new Uploads(app.files.newFolder());
      try {
        const release = reserveBody(ctx, bytes);
        ctx.state.form = await read(ctx, uploads).finally(release);
        await next();
      } finally {
        // A failure does not affect the response; a clean-up removes leftover folders after a day.
        await uploads.remove().catch((error: unknown) => {
          app.log.warn({ err: error, id: ctx.state.correlationId }, 'the uploads of a request could not be removed');
        });
      }
    };
  }
  const read = DATA_READERS[kind](limits);
  return async function readBody(ctx, next) {
    // Signatures cover the bytes as sent, and programs can be expected to send them uncompressed.
    if (isCompressed(ctx)) throw unsupportedMediaType({ accepted: 'bodies without a content encoding' });
    const release = reserveBody(ctx, bytes);
    ctx.state.body = await read(ctx).finally(release);
    await next();
  };
}

type BodyReader = (ctx: Context) => Promise<unknown>;

const JSON_TYPES = ['application/json', 'application/*+json'];
/** Deeper than any real document. Recursive code must not overflow the stack. */
const MAX_DEPTH = 100;

/** Reads any JSON value, in UTF-8 as RFC 8259 requires. */
function jsonReader(limits: ParserLimits): BodyReader {
  const parse = bodyParser({ json: true, jsonTypes: JSON_TYPES }, limits);
  return async (ctx) => {
    if (!hasBody(ctx)) throw invalidJson({ reason: 'The body is empty.' });
    if (!ctx.is(JSON_TYPES)) throw unsupportedMediaType({ accepted: 'application/json' });
    if (!['', 'utf-8', 'utf8'].includes(ctx.request.charset.toLowerCase())) {
      throw unsupportedMediaType({ accepted: 'application/json in UTF-8' });
    }
    const { value, text } = await parse(ctx);
    if (text === '') throw invalidJson({ reason: 'The body is empty.' });
    if (isDeeperThan(MAX_DEPTH, text))
      throw invalidJson({ reason: `It is nested more than ${MAX_DEPTH} levels deep.` });
    // The parser has skipped it, too.
    ctx.state.bodyText = text.replace(/^\ufeff/, '');
    return value;
  };
}

/** Measured on the text, which is known to be valid JSON: traversing the parsed value would take longer than parsing it. */
function isDeeperThan(max: number, text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (isString) {
      if (char === '\\') at += 1;
      else if (char === '"') isString = false;
    } else if (char === '"') isString = true;
    else if (char === '[' || char === '{') {
      depth += 1;
      // fault: no-json-depth-limit
      if (depth > max) return true;
    } else if (char === ']' || char === '}') depth -= 1;
  }
  return false;
}

/** Reads text of any media type, in the character set given in the header. */
function textReader(limits: ParserLimits): BodyReader {
  const read = bytesReader(['text/*'], limits);
  return async (ctx) => {
    if (!hasBody(ctx)) return '';
    if (!ctx.is('text/*')) throw unsupportedMediaType({ accepted: 'text/plain' });
    const decoder = decoderFor(ctx.request.charset);
    const bytes = await read(ctx);
    try {
      return decoder.decode(bytes);
    } catch (error) {
      throw unreadableBody({ cause: error });
    }
  };
}

/** Node supports every character set of the web (WHATWG Encoding). */
function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset || 'utf-8', { fatal: true });
  } catch {
    throw unsupportedMediaType({ accepted: 'text/plain in UTF-8' });
  }
}

/** Reads the bytes as sent, with any media type or none (RFC 9110, 8.3). */
function rawReader(limits: ParserLimits): BodyReader {
  const read = bytesReader(['*/*'], limits);
  return async (ctx) => {
    if (!hasBody(ctx)) return Buffer.alloc(0);
    ctx.req.headers['content-type'] ??= 'application/octet-stream';
    return read(ctx);
  };
}

/** koa-body returns strings; decoded as latin1, each character is one byte (docs/decisions/0002-bodies.md). */
function bytesReader(textTypes: string[], limits: ParserLimits): (ctx: Context) => Promise<Buffer> {
  const parse = bodyParser({ text: true, textTypes, encoding: 'binary' }, limits);
  return async (ctx) => Buffer.from((await parse(ctx)).text, 'latin1');
}
