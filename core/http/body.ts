import type { App } from '../app.ts';
import { type Bytes, bytesOf } from '../bytes.ts';
import { notKept, tooLargeBody, tooManyFields, tooManyFiles, unreadableBody, wrongMedia } from './body-errors.ts';
import type { Context, Middleware } from './context.ts';
import { discardRest } from './discard-rest.ts';
import { decodeForm, type Form, FormFields } from './form.ts';
import { boundaryOf, Malformed } from './multipart.ts';
import { readMultipart, TooMuch } from './multipart-form.ts';
import { FORM_PATIENCE_MS } from './patience.ts';
import type { FileLimits, Route } from './route.ts';
import { Uploads } from './upload.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const FILES_TYPE = 'multipart/form-data';
const DEFAULT_SIZE: Bytes = '1 MB';
const DEFAULT_FIELDS = 5_000;
/** Of one form; a route whose fields say otherwise takes one a field. */
const MOST_FILES = 20;

/**
 * Reads the body that a route declares, within its limits, and puts it into `ctx.state.form` or `ctx.state.body`. Files lie in a
 * folder of this request, which is removed with it. `timeout`: milliseconds that a form without files may take to arrive; then its
 * connection is closed.
 */
export function readBody(route: Route, app: App, timeout: number = FORM_PATIENCE_MS): Middleware | undefined {
  if (route.body.kind === 'none') return undefined;
  const readText = readerFor(route, timeout);
  return async function body(ctx, next) {
    const uploads = new Uploads(app.files.newFolder());
    try {
      const limits = ctx.is(FILES_TYPE) ? fileLimits(ctx, app, route) : undefined;
      ctx.state.form = limits ? await readFiles(ctx, route, limits, uploads) : await readText(ctx);
      await next();
    } finally {
      // The response stands, whatever becomes of the folder; a clean-up removes what is left after a day.
      await uploads.remove().catch((error: unknown) => {
        app.log.warn({ err: error, id: ctx.state.correlationId }, 'the uploads of a request could not be removed');
      });
    }
  };
}

/** What the route takes of files; undefined: none. */
function fileLimits(ctx: Context, app: App, { body }: Route): FileLimits | number | undefined {
  const files = typeof body.files === 'function' ? body.files(ctx, app) : body.files;
  if (typeof files === 'string') return bytesOf(files);
  return files?.size === 0 ? undefined : files;
}

/** `wanted`: by name, or the most bytes of each, whatever it is called. */
async function readFiles(ctx: Context, route: Route, wanted: FileLimits | number, uploads: Uploads): Promise<Form> {
  const { limit: form = DEFAULT_SIZE, fields = DEFAULT_FIELDS } = route.body;
  if (ctx.get('content-encoding') !== '') throw wrongMedia('as it is, not packed');
  const boundary = boundaryOf(ctx.get('content-type'));
  if (boundary === undefined) throw unreadableBody();
  const formBytes = bytesOf(form);
  const allowed = typeof wanted === 'number' ? wanted : [...wanted.values()].reduce((sum, most) => sum + most, 0);
  const limits = {
    fields,
    formBytes,
    // Room for files that are somewhat too large: they are told at their fields, and what was typed beside them stays.
    totalBytes: 2 * (allowed + formBytes),
    files: typeof wanted === 'number' ? MOST_FILES : wanted.size,
    largestOf: (name: string) => (typeof wanted === 'number' ? wanted : wanted.get(name)),
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

/** Reads a form without files. koa-body's nested parser is kept from seeing more than one field; our own makes flat names. */
function readerFor(route: Route, patience: number): (ctx: Context) => Promise<Form> {
  const { limit: size = DEFAULT_SIZE, fields = DEFAULT_FIELDS } = route.body;
  let parser: ReturnType<typeof textParser> | undefined;
  return async (ctx) => {
    if (!ctx.is(FORM_TYPE)) {
      if (ctx.request.length === 0 || ctx.request.length === undefined) return new FormFields();
      throw wrongMedia(`as forms (${FORM_TYPE})`);
    }
    parser ??= textParser(bytesOf(size));
    const parse = await parser;
    const late = setTimeout(() => ctx.req.destroy(), patience);
    try {
      await parse(ctx, async () => {});
    } catch (error) {
      discardRest(ctx.req);
      throw isTooLarge(error) ? tooLargeBody(size) : unreadableBody(error);
    } finally {
      clearTimeout(late);
    }
    // koa-body puts the raw text there when asked (`includeUnparsed`); its types do not know.
    const raw: unknown = Reflect.get(ctx.request, 'rawBody');
    const form = decodeForm(typeof raw === 'string' ? raw : '', fields);
    if (!form) throw tooManyFields(fields);
    return form;
  };
}

/** Loaded with the first form: it brings a whole reader of files along, which no start should wait for. */
async function textParser(formLimit: number) {
  const { koaBody } = await import('koa-body');
  return koaBody({
    urlencoded: true,
    json: false,
    text: false,
    multipart: false,
    formLimit,
    includeUnparsed: true,
    queryString: { parameterLimit: 1, depth: 0, allowDots: false },
  });
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'entity.too.large';
}

/** The sender hung up. */
function isCutOff(error: unknown): boolean {
  const codes: unknown[] = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'];
  return error instanceof Error && 'code' in error && codes.includes(error.code);
}
