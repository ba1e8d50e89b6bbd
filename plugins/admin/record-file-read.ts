import type { App } from '../../core/app.ts';
import { withReplacements } from '../../core/database/representable.ts';
import { recordEvent } from '../../core/http/record-event.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import { getAdmin } from './admin-registry.ts';

/** Records that a user has read a file. While the database cannot store the entry, the file can still be read. */
export async function recordFileRead(ctx: Context, app: App, record: FoundRecord, field: string): Promise<void> {
  const model = getAdmin(ctx, app).model.name;
  // fault: file-read-not-recorded
  if (ctx.state.actor.kind === 'anonymous') return;
  // The label is formatted for pages, so it may contain characters that the encoding of the database does not support.
  await withReplacements(record.label, (label) =>
    recordEvent(ctx, app, 'file_read', {
      subject: { model, key: record.key, label },
      data: { field },
      aggregationKey: `${model} ${record.key} ${field}`,
    }),
  );
}
