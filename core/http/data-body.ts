// Bodies of programs: JSON, text and raw bytes.
import { TextDecoder } from 'node:util';
import { invalidJson, unreadableBody, wrongMedia } from './body-errors.ts';
import { bodyParser, hasBody, type ParserLimits } from './body-parser.ts';
import type { Context } from './context.ts';

export type BodyReader = (ctx: Context) => Promise<unknown>;

const JSON_TYPES = ['application/json', 'application/*+json'];
/** Deeper than any document. Code that walks a value by recursion must not run out of stack. */
const MAX_DEPTH = 100;

/** Any JSON value, in UTF-8 as RFC 8259 wants it. */
export function jsonReader(limits: ParserLimits): BodyReader {
  const parse = bodyParser({ json: true, jsonTypes: JSON_TYPES }, limits);
  return async (ctx) => {
    if (!hasBody(ctx)) throw invalidJson('The body is empty.');
    if (!ctx.is(JSON_TYPES)) throw wrongMedia('application/json');
    if (!['', 'utf-8', 'utf8'].includes(ctx.request.charset.toLowerCase())) {
      throw wrongMedia('application/json in UTF-8');
    }
    const { value, text } = await parse(ctx);
    if (text === '') throw invalidJson('The body is empty.');
    if (isDeeperThan(MAX_DEPTH, text)) throw invalidJson(`It is nested more than ${MAX_DEPTH} levels deep.`);
    return value;
  };
}

/** By its text, which is valid by then: to walk the value would take longer than to parse it. */
function isDeeperThan(max: number, text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (isString) {
      if (sign === '\\') at += 1;
      else if (sign === '"') isString = false;
    } else if (sign === '"') isString = true;
    else if (sign === '[' || sign === '{') {
      depth += 1;
      if (depth > max) return true;
    } else if (sign === ']' || sign === '}') depth -= 1;
  }
  return false;
}

/** Text of any kind, in the character set that its header names. */
export function textReader(limits: ParserLimits): BodyReader {
  const read = bytesReader(['text/*'], limits);
  return async (ctx) => {
    if (!hasBody(ctx)) return '';
    if (!ctx.is('text/*')) throw wrongMedia('text/plain');
    const decoder = decoderFor(ctx.request.charset);
    const bytes = await read(ctx);
    try {
      return decoder.decode(bytes);
    } catch (error) {
      throw unreadableBody(error);
    }
  };
}

/** Node knows every character set of the web (WHATWG Encoding). */
function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset || 'utf-8', { fatal: true });
  } catch {
    throw wrongMedia('text/plain in UTF-8');
  }
}

/** The bytes as they were sent, of any media type or none (RFC 9110, 8.3). */
export function rawReader(limits: ParserLimits): BodyReader {
  const read = bytesReader(['*/*'], limits);
  return async (ctx) => {
    if (!hasBody(ctx)) return Buffer.alloc(0);
    ctx.req.headers['content-type'] ??= 'application/octet-stream';
    return read(ctx);
  };
}

/** koa-body reads texts; a text in which each character is a byte is the bytes (docs/decisions/0002-raw-bodies.md). */
function bytesReader(textTypes: string[], limits: ParserLimits): (ctx: Context) => Promise<Buffer> {
  const parse = bodyParser({ text: true, textTypes, encoding: 'binary' }, limits);
  return async (ctx) => Buffer.from((await parse(ctx)).text, 'latin1');
}
