import type { App } from '../app.ts';
import { withReplacements } from '../database/representable.ts';
import type { ModelInfo } from '../model/field-type.ts';
import type { FoundRecord } from '../query/types.ts';
import type { Context } from '../request/context.ts';
import { recordEvent } from './record-event.ts';

/**
 * Records in the audit trail that a record was opened, if its model declares `recordsViews`: once per user, record and minute, with
 * the number of times. The built-in pages of a record call it; pages of plugins that show values of records do so themselves. While
 * the database cannot store the entry, the page is still shown.
 *
 * @example
 * const record = await app.records.find(ctx.state.actor, model, key);
 * if (record) await recordView(ctx, app, model, record);
 */
export async function recordView(
  ctx: Context,
  app: App,
  model: ModelInfo,
  record: Pick<FoundRecord, 'key' | 'label'>,
): Promise<void> {
  // fault: views-not-recorded
  if (!model.recordsViews || ctx.method !== 'GET') return;
  // The label is formatted for pages, so it may contain characters that the encoding of the database does not support.
  await withReplacements(record.label, (label) =>
    recordEvent(ctx, app, 'record_viewed', {
      subject: { model: model.name, key: record.key, label },
      data: {},
      aggregationKey: `${model.name} ${record.key}`,
    }),
  );
}
