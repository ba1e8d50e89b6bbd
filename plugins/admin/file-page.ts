import type { App } from '../../core/app.ts';
import { RustioError } from '../../core/errors.ts';
import { isImageType } from '../../core/files/file-types.ts';
import type { StoredFile } from '../../core/files/stored-file.ts';
import type { Context } from '../../core/http/context.ts';
import { notFound } from '../../core/http/router.ts';
import { storedIn } from '../../core/model/kinds/file.ts';
import { foundOr404 } from './detail-page.ts';
import { siteOf } from './site.ts';

/**
 * GET /:model/:key/+file/:field — the file of a record, for whoever may see the record and the field, asked anew each time.
 * Only pictures made of dots are shown by the browser; everything else is a download, so that nothing that somebody uploaded
 * ever runs as a page of ours.
 */
export async function filePage(ctx: Context, app: App): Promise<void> {
  const found = await foundOr404(ctx, app, siteOf(ctx, app));
  // A field that the reader may not see is absent from the row; of other kinds there is no file in it.
  const name = ctx.state.params.field ?? '';
  const file = Object.hasOwn(found.row, name) ? storedIn(found.row[name] ?? null) : undefined;
  if (!file || !siteOf(ctx, app).model.fields.get(name)?.spec.references) throw notFound();
  ctx.status = 200;
  ctx.etag = file.sha256;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  const content = await app.files.open(file.key).catch((error: unknown) => {
    ctx.remove('etag');
    throw lost(file, error);
  });
  ctx.body = content;
  setHeaders(ctx, file);
}

/** After the body: a stream makes Koa guess some of them. */
function setHeaders(ctx: Context, file: StoredFile): void {
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

function lost({ key }: StoredFile, cause: unknown): RustioError {
  return new RustioError(
    'RIO-FILES-LOST',
    {
      problem: 'The content of this file is missing.',
      why: 'The record knows the file, and the place where files are kept does not.',
      fix: 'Tell the people who run this application; if you have the file, upload it again.',
      retry: 'After that.',
    },
    { status: 500, cause, details: [`file ${key}`] },
  );
}
