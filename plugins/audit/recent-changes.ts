import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { titleOf } from '../../core/view/model-names.ts';
import { showFor } from '../../core/view/show.ts';
import { recentEntries } from './recent.ts';
import { seesEveryRow, visibleLabel } from './visible.ts';

const MAX = 8;

/**
 * The latest changes for the dashboard: those of models of which the reader may see every row. `undefined` for readers who see
 * neither such a model nor the audit trail.
 */
export async function recentChanges(
  ctx: Context,
  app: App,
): Promise<{ changes: readonly ChangeView[]; auditUrl: string | undefined } | undefined> {
  const { actor, t } = ctx.state;
  const pages = app.optionalService('recordPages');
  const models = app.models.all.filter((model) => (pages?.has(model) ?? true) && seesEveryRow(app, actor, model));
  const seesAudit = app.access.decide(ctx, { permission: 'audit.view' }) === 'allow';
  if (models.length === 0 && !seesAudit) return undefined;
  const entries = await recentEntries(
    app.readingFor(actor),
    models.map((model) => model.name),
    MAX,
  );
  const show = showFor(ctx);
  const gone = new Set<string>();
  return {
    changes: entries.flatMap(({ event, subject, actor: who, at }) => {
      const model = app.models.byName(subject.model);
      if (!model) return [];
      const text = t(`audit.recent.${event}`, {
        singular: titleOf(t, model),
        label: visibleLabel(app, actor, model, subject),
      });
      // The newest come first: what was changed before a deletion has no page any more either.
      const record = app.urls.record(model, subject.key);
      if (event === 'delete') gone.add(record);
      const url = pages?.has(model) && !gone.has(record) ? record : undefined;
      return [{ text, who: who.label, when: show.timestamp(at), ...(url !== undefined && { url }) }];
    }),
    auditUrl: seesAudit ? app.urls.to('/audit') : undefined,
  };
}

interface ChangeView {
  readonly text: string;
  readonly url?: string;
  readonly who: string;
  readonly when: string;
}
