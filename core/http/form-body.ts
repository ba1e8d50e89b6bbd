// Bodies of forms: url-encoded, and multipart where the form may carry files.
import type { App } from '../app.ts';
import { type Bytes, bytesOf } from '../bytes.ts';
import { notKept, tooLargeBody, tooManyFields, tooManyFiles, unreadableBody, wrongMedia } from './body-errors.ts';
import { bodyParser, hasBody, isPacked, type ParserLimits } from './body-parser.ts';
import type { Context } from './context.ts';
import { discardRest } from './discard-rest.ts';
import { decodeForm, type Form, FormFields } from './form.ts';
import { boundaryOf, Malformed } from './multipart.ts';
import { readMultipart, TooMuch } from './multipart-form.ts';
import type { FileLimits, Route } from './route.ts';
import type { Uploads } from './upload.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const FILES_TYPE = 'multipart/form-data';
const DEFAULT_FIELDS = 5_000;
/** Of one form; a route whose fields say otherwise takes one per field. */
const MAX_FILES = 20;

/** The form of a request; `uploads` keeps its files. */
export type FormReader = (ctx: Context, uploads: Uploads) => Promise<Form>;

export function formReader({ body }: Route, app: App, limits: ParserLimits): FormReader {
  const { fields = DEFAULT_FIELDS } = body;
  const readText = textFormReader(fields, limits);
  return (ctx, uploads) => {
    const files = ctx.is(FILES_TYPE) ? fileLimits(ctx, app, body.files) : undefined;
    return files ? readFiles(ctx, { fields, size: limits.size, files }, uploads) : readText(ctx);
  };
}

/** A form without files. Its names are flat, so koa-body reads the text, and our own decoder makes a map without nesting of it. */
function textFormReader(fields: number, limits: ParserLimits): (ctx: Context) => Promise<Form> {
  const parse = bodyParser({ text: true, textTypes: [FORM_TYPE] }, limits);
  return async (ctx) => {
    if (!hasBody(ctx)) return new FormFields();
    if (!ctx.is(FORM_TYPE)) throw wrongMedia(FORM_TYPE);
    const form = decodeForm((await parse(ctx)).text, fields);
    if (!form) throw tooManyFields(fields);
    return form;
  };
}

/** What the route takes of files; undefined: none. */
function fileLimits(ctx: Context, app: App, files: Route['body']['files']): FileLimits | number | undefined {
  const allowed = typeof files === 'function' ? files(ctx, app) : files;
  if (typeof allowed === 'string') return bytesOf(allowed);
  return allowed?.size === 0 ? undefined : allowed;
}

interface FilesForm {
  readonly fields: number;
  /** Of its texts together. */
  readonly size: Bytes;
  /** By name, or the maximum bytes of each, whatever it is called. */
  readonly files: FileLimits | number;
}

async function readFiles(ctx: Context, { fields, size, files }: FilesForm, uploads: Uploads): Promise<Form> {
  if (isPacked(ctx)) throw wrongMedia(`${FILES_TYPE} without a content encoding`);
  const boundary = boundaryOf(ctx.get('content-type'));
  if (boundary === undefined) throw unreadableBody();
  const formBytes = bytesOf(size);
  const allowed = typeof files === 'number' ? files : [...files.values()].reduce((sum, max) => sum + max, 0);
  const limits = {
    fields,
    formBytes,
    // Room for files that are somewhat too large: they are reported at their fields, and what was typed beside them stays.
    totalBytes: 2 * (allowed + formBytes),
    files: typeof files === 'number' ? MAX_FILES : files.size,
    largestOf: (name: string) => (typeof files === 'number' ? files : files.get(name)),
  };
  try {
    return await readMultipart(ctx.req.iterator({ destroyOnReturn: false }), boundary, limits, uploads);
  } catch (error) {
    discardRest(ctx.req);
    if (error instanceof Malformed || isCutOff(error)) throw unreadableBody(error);
    if (!(error instanceof TooMuch)) throw notKept(error);
    if (error.what === 'fields') throw tooManyFields(fields);
    throw error.what === 'files'
      ? tooManyFiles(limits.files)
      : tooLargeBody(`${Math.ceil((allowed + formBytes) / 1_000_000)} MB`);
  }
}

/** The sender hung up. */
function isCutOff(error: unknown): boolean {
  const codes: unknown[] = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'];
  return error instanceof Error && 'code' in error && codes.includes(error.code);
}
