import type { App } from '../app.ts';
import type { Bytes } from '../bytes.ts';
import { wrongMedia } from './body-errors.ts';
import { isPacked } from './body-parser.ts';
import type { Middleware } from './context.ts';
import { jsonReader, rawReader, textReader } from './data-body.ts';
import { formReader } from './form-body.ts';
import { FORM_PATIENCE_MS } from './patience.ts';
import type { Route } from './route.ts';
import { Uploads } from './upload.ts';

const DEFAULT_SIZE: Bytes = '1 MB';
const DATA_READERS = { json: jsonReader, text: textReader, raw: rawReader };

/**
 * Reads the body that a route declares, within its limits: forms into `ctx.state.form`, JSON values, texts and raw bytes into
 * `ctx.state.body`. Files are kept in a folder of this request, which is removed with it. `timeout`: milliseconds that a body
 * without files may take to arrive; then its connection is closed.
 */
export function readBody(route: Route, app: App, timeout: number = FORM_PATIENCE_MS): Middleware | undefined {
  const { kind, limit: size = DEFAULT_SIZE } = route.body;
  if (kind === 'none') return undefined;
  const limits = { size, timeout };
  if (kind === 'form') {
    const read = formReader(route, app, limits);
    return async function readForm(ctx, next) {
      const uploads = new Uploads(app.files.newFolder());
      try {
        ctx.state.form = await read(ctx, uploads);
        await next();
      } finally {
        // The response stands, whatever becomes of the folder; a clean-up removes what is left after a day.
        await uploads.remove().catch((error: unknown) => {
          app.log.warn({ err: error, id: ctx.state.correlationId }, 'the uploads of a request could not be removed');
        });
      }
    };
  }
  const read = DATA_READERS[kind](limits);
  return async function readBody(ctx, next) {
    // A signature is over the bytes as they were sent, and a program can be expected to send them plain.
    if (isPacked(ctx)) throw wrongMedia('bodies without a content encoding');
    ctx.state.body = await read(ctx);
    await next();
  };
}
