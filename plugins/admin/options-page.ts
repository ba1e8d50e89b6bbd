import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { notFound } from '../../core/http/router.ts';
import { siteOf } from './site.ts';

const MOST = 20;

/** GET /:model/+options/:field?q= — rows to pick from, as JSON for the combobox. The reading door decides who may see which. */
export async function optionsPage(ctx: Context, app: App): Promise<void> {
  const { model } = siteOf(ctx, app);
  const field = model.fields.get(ctx.state.params.field ?? '');
  if (!field?.target) throw notFound();
  const words = typeof ctx.query.q === 'string' ? ctx.query.q : '';
  const { options, more } = await app.records.options(ctx.state.actor, field, words, MOST);
  ctx.body = { options: options.map(({ key, label }) => ({ value: key, label })), more };
}
