import type { App } from '../../core/app.ts';
import { isReadOnly } from '../../core/database/errors.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { getAdmin } from './admin-registry.ts';

/** Records that a user has read a file. If the database is read-only, nothing is recorded and the file can still be read. */
export async function recordFileRead(ctx: Context, app: App, record: FoundRecord, field: string): Promise<void> {
  const { actor, correlationId: id } = ctx.state;
  const model = getAdmin(ctx, app).model.name;
  // fault: file-read-not-recorded
  if (actor.kind === 'anonymous') return;
  const subject = { model, key: record.key, label: record.label };
  try {
    await app.database.transaction((tx) =>
      app.events.record(tx, auditContext(ctx), 'file_read', {
        subject,
        data: { field },
        aggregationKey: `${model} ${record.key} ${field}`,
      }),
    );
  } catch (error) {
    if (!isReadOnly(error)) throw error;
    app.log.error({ err: error, id }, 'the read of a file could not be recorded');
  }
}
