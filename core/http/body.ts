import type { App } from '../app.ts';
import { type Bytes, bytesOf } from '../bytes.ts';
import { notKept, tooLargeBody, tooManyFields, tooManyFiles, unreadableBody, wrongMedia } from './body-errors.ts';
import type { Context, ContextMiddleware, FilesWanted } from './context.ts';
import { discardRest } from './discard-rest.ts';
import { decodeForm, type Form, FormFields } from './form.ts';
import { boundaryOf, Malformed } from './multipart.ts';
import { readMultipart, TooMuch } from './multipart-form.ts';
import { FORM_PATIENCE_MS } from './patience.ts';
import type { Route } from './router.ts';
import { Uploads } from './upload.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const FILES_TYPE = 'multipart/form-data';
const DEFAULT_SIZE: Bytes = '1 MB';
const DEFAULT_FIELDS = 5_000;
/** Of one form; a route whose fields say otherwise takes one a field. */
const MOST_FILES = 20;

/**
 * Reads what was posted, now that the route wants it: forms only, within the route's limits, with files only where it asks for
 * them. Files lie in a folder of this request, which goes with it. `patience`: milliseconds that a form without files may take
 * to arrive; then its connection is closed.
 */
export function readBody(app: App, patience: number = FORM_PATIENCE_MS): ContextMiddleware {
  const readers = new WeakMap<Route, (ctx: Context) => Promise<Form>>();
  return async (ctx, next) => {
    const { route } = ctx.state;
    if (route?.method !== 'POST') return next();
    const uploads = new Uploads(app.files.newFolder());
    try {
      const limits = ctx.is(FILES_TYPE) ? filesWanted(ctx, app, route) : undefined;
      ctx.state.form = limits ? await readFiles(ctx, limits, uploads) : await textReader(readers, route, patience)(ctx);
      await next();
    } finally {
      // The answer stands, whatever becomes of the folder; what stays is swept after a day.
      await uploads.remove().catch((error: unknown) => {
        app.log.warn({ err: error, id: ctx.state.correlationId }, 'the uploads of a request could not be removed');
      });
    }
  };
}

/** What the route takes of files; undefined: none. */
function filesWanted(ctx: Context, app: App, { options: { body } }: Route): FilesWanted | number | undefined {
  const files = typeof body?.files === 'function' ? body.files(ctx, app) : body?.files;
  if (typeof files === 'string') return bytesOf(files);
  return files?.size === 0 ? undefined : files;
}

/** `wanted`: by name, or the most bytes of each, whatever it is called. */
async function readFiles(ctx: Context, wanted: FilesWanted | number, uploads: Uploads): Promise<Form> {
  const { form = DEFAULT_SIZE, fields = DEFAULT_FIELDS } = ctx.state.route?.options.body ?? {};
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
function textReader(
  readers: WeakMap<Route, (ctx: Context) => Promise<Form>>,
  route: Route,
  patience: number,
): (ctx: Context) => Promise<Form> {
  let read = readers.get(route);
  if (!read) {
    read = readerFor(route, patience);
    readers.set(route, read);
  }
  return read;
}

function readerFor(route: Route, patience: number): (ctx: Context) => Promise<Form> {
  const { form: size = DEFAULT_SIZE, fields = DEFAULT_FIELDS } = route.options.body ?? {};
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
