import type { App } from '../../core/app.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Context } from '../../core/request/context.ts';
import { formatterFor } from '../../core/view/formatter.ts';
import { modelTitle } from '../../core/view/model-names.ts';
import type { Subject } from '../../core/write/events.ts';
import { type Entry, readEntries } from './entries.ts';
import { seesEveryRow, visibleLabel } from './visible.ts';

const MAX_CHANGES = 8;

interface RecentChange {
  readonly text: string;
  readonly url?: string;
  readonly who: string;
  readonly when: string;
}

/** A type alias rather than an interface, because it passes through an extension point. */
type RecentChangesView = {
  readonly changes: readonly RecentChange[];
  /** Undefined for users who cannot open the audit trail. */
  readonly auditUrl: string | undefined;
};

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'audit/recent': RecentChangesView;
  }
}

/**
 * The latest changes for the dashboard, limited to models of which the user can see every row. `undefined` if there is no such
 * model and the user cannot open the audit trail either.
 */
export async function recentChanges(ctx: Context, app: App): Promise<RecentChangesView | undefined> {
  const { actor, t } = ctx.state;
  const pages = app.optionalService('recordPages');
  const models = app.models.all.filter((model) => (pages?.has(model) ?? true) && seesEveryRow(app, actor, model));
  const seesAudit = app.access.decide(ctx, { permission: 'audit.view' }) === 'allow';
  if (models.length === 0 && !seesAudit) return undefined;
  const entries = await recentEntries(
    app.readingFor(actor),
    models.map((model) => model.name),
    MAX_CHANGES,
  );
  const formatter = formatterFor(ctx);
  const deleted = new Set<string>();
  return {
    changes: entries.flatMap(({ event, subject, actor: author, at }) => {
      const model = app.models.byName(subject.model);
      if (!model) return [];
      const text = t(`audit.recent.${event}`, {
        singular: modelTitle(t, model),
        label: visibleLabel(app, actor, model, subject),
      });
      // Entries are newest first. After a deletion, earlier entries of the same record have no page to link to either.
      const record = app.urls.record(model, subject.key);
      if (event === 'delete') deleted.add(record);
      const url = pages?.has(model) && !deleted.has(record) ? record : undefined;
      return [{ text, who: author.label, when: formatter.timestamp(at), ...(url !== undefined && { url }) }];
    }),
    auditUrl: seesAudit ? app.urls.to('/audit') : undefined,
  };
}

/** An entry that concerns a record. */
export interface RecordEntry extends Entry {
  readonly subject: Subject;
}

const ROW_EVENTS = ['create', 'update', 'delete'];

/** The newest changes to records of these models. The caller must ensure that the user can see all of their records. */
export async function recentEntries(
  query: Query,
  models: readonly string[],
  size: number,
): Promise<readonly RecordEntry[]> {
  if (models.length === 0) return [];
  const { entries } = await readEntries(query, { events: ROW_EVENTS, models }, { size, withoutValues: true });
  return entries.filter((entry): entry is RecordEntry => entry.subject !== null);
}
