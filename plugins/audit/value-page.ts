import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import { recordView } from '../../core/http/record-view.ts';
import { showStoredText } from '../../core/http/stored-text.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import { parseKey } from '../../core/model/key.ts';
import type { Context } from '../../core/request/context.ts';
import { isEntryId, readEntries, readValue, type Side } from './entries.ts';
import { seesEveryRow, visibleChanges } from './visible.ts';

/** The URL of a full value that pages truncate. */
export function valueUrl(
  { urls }: Pick<App, 'urls'>,
  model: ModelInfo,
  key: string,
  { entry, side, name }: { readonly entry: string; readonly side: Side; readonly name: string },
): string {
  return urls.record(model, key, `+history/${entry}/${side}/${encodeURIComponent(name)}`);
}

/**
 * GET /:model/:key/+history/:entry/:side/:name: a value of an entry as plain text, for users who can see the record's history and
 * this field in it.
 */
export async function valuePage(ctx: Context, app: App): Promise<void> {
  const { actor, model, params } = ctx.state;
  const { key = '', entry: id = '', side = '', name = '' } = params;
  if (!model || parseKey(model, key) === undefined || !isEntryId(id) || (side !== 'before' && side !== 'after'))
    throw notFound();
  const record = await app.records.find(actor, model, key);
  if (!record && !seesEveryRow(app, actor, model)) throw notFound();
  const reading = app.readingFor(actor);
  const { entries } = await readEntries(reading, { model: model.name, key: record?.key ?? key, id }, { size: 1 });
  const [entry] = entries;
  const changes = entry ? visibleChanges(app, actor, model, entry) : [];
  // fault: hidden-entry-value-read
  if (!changes.some((change) => change.name === name && change[side] !== undefined)) throw notFound();
  await recordView(ctx, app, model, record ?? { key, label: key });
  const text = await readValue(reading, { entry: id, side, name });
  if (text === undefined) throw notFound();
  showStoredText(ctx, text);
}
