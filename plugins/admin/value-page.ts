import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import { showStoredText } from '../../core/http/stored-text.ts';
import type { Context } from '../../core/request/context.ts';
import { getAdmin } from './admin-registry.ts';

/**
 * GET /:model/:key/+value/:field: the full text of a value that is truncated in lists or on the record's page, for users who can
 * see the record and the field.
 */
export async function valuePage(ctx: Context, app: App): Promise<void> {
  const { model } = getAdmin(ctx, app);
  const { key = '', field: name = '' } = ctx.state.params;
  const field = model.fields.get(name);
  const text = field && (await app.records.value(ctx.state.actor, field, key));
  if (text === undefined) throw notFound();
  showStoredText(ctx, text);
}
