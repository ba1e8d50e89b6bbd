import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import { readStoredFile, type StoredFile } from '../../core/model/field-types/file.ts';
import { isImageType } from '../../core/model/file-types.ts';
import type { Context } from '../../core/request/context.ts';
import { getAdmin, recordOr404 } from './admin-registry.ts';
import { fileContentMissing } from './errors.ts';
import { recordFileRead } from './record-file-read.ts';

/**
 * GET /:model/:key/+file/:field: the file of a record. Whether the user can see the record and the field is checked on every
 * request. Only raster images are displayed inline; everything else is sent as a download, so that no upload can run as a page of
 * this origin.
 */
export async function filePage(ctx: Context, app: App): Promise<void> {
  const record = await recordOr404(ctx, app, getAdmin(ctx, app));
  // A field hidden from the user is absent from the row; fields of other types have no file.
  const name = ctx.state.params.field ?? '';
  const file = Object.hasOwn(record.row, name) ? readStoredFile(record.row[name] ?? null) : undefined;
  if (!file || !getAdmin(ctx, app).model.fields.get(name)?.type.references) throw notFound();
  ctx.status = 200;
  ctx.etag = file.sha256;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  const content = await app.files.open(file.key, file.size).catch((cause: unknown) => {
    ctx.remove('etag');
    throw fileContentMissing({ cause, details: [`file ${file.key}`] });
  });
  if (ctx.method === 'GET') {
    await recordFileRead(ctx, app, record, name).catch((error: unknown) => {
      content.destroy();
      throw error;
    });
  }
  ctx.body = content;
  setHeaders(ctx, file);
}

/** Called after the body is set, because Koa guesses some headers for streams. */
function setHeaders(ctx: Context, file: StoredFile): void {
  // fault: uploads-inline
  ctx.attachment(file.name, { type: isImageType(file.type) ? 'inline' : 'attachment' });
  ctx.type = typeOf(file);
  ctx.length = file.size;
  ctx.set({
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'private, no-store',
  });
}

function typeOf({ type }: StoredFile): string {
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
