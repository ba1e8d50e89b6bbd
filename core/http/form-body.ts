// Reads the bodies of forms: URL-encoded, or multipart if the form may have files.
import { buffer } from 'node:stream/consumers';
import type { App } from '../app.ts';
import { type Bytes, parseSize } from '../base/bytes.ts';
import { fileNotStored } from '../errors/files.ts';
import { bodyTooLarge, tooManyFields, tooManyFiles, unreadableBody, unsupportedMediaType } from '../errors/http.ts';
import type { Uploads } from '../files/upload.ts';
import { decodeForm, type Form, FormFields } from '../form/form.ts';
import type { Context } from '../request/context.ts';
import { bodyParser, discardRest, hasBody, isCompressed, type ParserLimits } from './body-parser.ts';
import { Malformed, parseBoundary, partsOf } from './multipart.ts';
import type { FileLimits, Route } from './route.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const FILES_TYPE = 'multipart/form-data';
const DEFAULT_FIELDS = 5_000;
/** The max number of files of a form whose route does not list file fields. */
const MAX_FILES = 20;

/** Reads the form of a request and stores its files in `uploads`. */
type FormReader = (ctx: Context, uploads: Uploads) => Promise<Form>;

export function formReader({ body }: Route, app: App, limits: ParserLimits): FormReader {
  const { fields = DEFAULT_FIELDS } = body;
  const readText = textFormReader(fields, limits);
  return (ctx, uploads) => {
    const files = ctx.is(FILES_TYPE) ? fileLimits(ctx, app, body.files) : undefined;
    return files ? readFiles(ctx, { fields, size: limits.size, files }, uploads) : readText(ctx);
  };
}

/**
 * Reads a form without files. koa-body reads only the text; it is decoded here, because names must not be parsed into nested
 * objects.
 */
function textFormReader(fields: number, limits: ParserLimits): (ctx: Context) => Promise<Form> {
  const parse = bodyParser({ text: true, textTypes: [FORM_TYPE] }, limits);
  return async (ctx) => {
    if (!hasBody(ctx)) return new FormFields();
    if (!ctx.is(FORM_TYPE)) throw unsupportedMediaType({ accepted: FORM_TYPE });
    // No browser compresses forms, and fifteen bytes can become a megabyte.
    // fault: compressed-form
    if (isCompressed(ctx)) throw unsupportedMediaType({ accepted: `${FORM_TYPE} without a content encoding` });
    const form = decodeForm((await parse(ctx)).text, fields);
    if (!form) throw tooManyFields({ max: fields });
    return form;
  };
}

/** The file limits of the route; undefined if it accepts no files. */
function fileLimits(ctx: Context, app: App, files: Route['body']['files']): FileLimits | number | undefined {
  const allowed = typeof files === 'function' ? files(ctx, app) : files;
  if (typeof allowed === 'string') return parseSize(allowed);
  return allowed?.size === 0 ? undefined : allowed;
}

interface FilesForm {
  readonly fields: number;
  /** Max size of all text fields together. */
  readonly size: Bytes;
  /** Max bytes of a file, by field name or for every field. */
  readonly files: FileLimits | number;
}

async function readFiles(ctx: Context, { fields, size, files }: FilesForm, uploads: Uploads): Promise<Form> {
  if (isCompressed(ctx)) throw unsupportedMediaType({ accepted: `${FILES_TYPE} without a content encoding` });
  const boundary = parseBoundary(ctx.get('content-type'));
  if (boundary === undefined) throw unreadableBody();
  const formBytes = parseSize(size);
  const allowed = typeof files === 'number' ? files : [...files.values()].reduce((sum, max) => sum + max, 0);
  const limits = {
    fields,
    formBytes,
    // Leaves room for files that are slightly too large, so that they can be reported at their fields and the rest of the form is
    // preserved.
    totalBytes: 2 * (allowed + formBytes),
    files: typeof files === 'number' ? MAX_FILES : files.size,
    maxFileBytes: (name: string) => (typeof files === 'number' ? files : files.get(name)),
  };
  try {
    return await readMultipart(ctx.req.iterator({ destroyOnReturn: false }), boundary, limits, uploads);
  } catch (error) {
    discardRest(ctx.req);
    if (error instanceof Malformed || isDisconnected(error)) throw unreadableBody({ cause: error });
    if (!(error instanceof LimitExceeded)) throw fileNotStored({ cause: error });
    if (error.unit === 'fields') throw tooManyFields({ max: fields });
    throw error.unit === 'files'
      ? tooManyFiles({ max: limits.files })
      : bodyTooLarge({ max: `${Math.ceil((allowed + formBytes) / 1_000_000)} MB` });
  }
}

/** Whether the client closed the connection. */
function isDisconnected(error: unknown): boolean {
  const codes: unknown[] = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'];
  return error instanceof Error && 'code' in error && codes.includes(error.code);
}

/** The limits of a form with files. */
interface MultipartLimits {
  /** Max number of text fields, and their max total bytes, including names. */
  readonly fields: number;
  readonly formBytes: number;
  /** Max bytes of a file in the field with this name; undefined if the form has no such file field. */
  maxFileBytes(name: string): number | undefined;
  /** Max bytes of the whole body, whether used or not. */
  readonly totalBytes: number;
  readonly files: number;
}

/** The body exceeds a limit of the form. */
class LimitExceeded extends Error {
  readonly unit: 'bytes' | 'fields' | 'files';

  constructor(unit: LimitExceeded['unit']) {
    super(`too many ${unit}`);
    this.unit = unit;
  }
}

/**
 * Reads multipart/form-data: strings into the form, files into `uploads`. An undeclared file is discarded; one that is larger
 * than its field allows is reported as such, and the rest of the form is preserved.
 *
 * @throws Malformed, LimitExceeded
 */
async function readMultipart(
  body: AsyncIterable<Buffer>,
  boundary: string,
  limits: MultipartLimits,
  uploads: Uploads,
): Promise<Form> {
  const form = new FormFields();
  const remaining = { bytes: limits.formBytes, fields: limits.fields, files: limits.files };
  const source = limited(body, limits.totalBytes);
  try {
    for await (const { name, fileName, content } of partsOf(source, boundary)) {
      remaining.bytes -= Buffer.byteLength(name);
      if (fileName === undefined) {
        remaining.fields -= 1;
        if (remaining.fields < 0) throw new LimitExceeded('fields');
        const text = await buffer(limited(content, remaining.bytes));
        remaining.bytes -= text.length;
        form.add(name, text.toString('utf8'));
        continue;
      }
      remaining.files -= 1;
      if (remaining.files < 0) throw new LimitExceeded('files');
      const max = limits.maxFileBytes(name);
      if (max === undefined) continue;
      // File fields accept a single file.
      if (form.file(name) !== undefined) throw new Malformed('two files with one name');
      const upload = await uploads.save(fileName, content, max);
      // An empty file without a name is what browsers send for a file field that was left empty.
      if (upload.size > 0 || fileName !== '') form.addFile(name, upload);
    }
    return form;
  } finally {
    await source.return(undefined);
  }
}

async function* limited(body: AsyncIterable<Buffer>, max: number): AsyncGenerator<Buffer> {
  let remaining = max;
  for await (const chunk of body) {
    remaining -= chunk.length;
    if (remaining < 0) throw new LimitExceeded('bytes');
    yield chunk;
  }
}
