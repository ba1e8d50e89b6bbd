import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { titleOf } from '../../core/view/model-names.ts';
import { recentEntries } from '../audit/recent.ts';
import { visibleLabel } from '../audit/visible.ts';
import { sitesOf } from './site.ts';

const MOST = 8;

/** What the index page tells of the last changes: those of models that the reader may see whole. */
export async function recentChanges(
  ctx: Context,
  app: App,
): Promise<{ changes: readonly ChangeView[]; auditUrl?: string }> {
  const { actor, t } = ctx.state;
  const sites = sitesOf(app);
  const models = sites.all
    .map((site) => site.model)
    .filter((model) => app.policy.may(actor, 'view', model) && app.policy.rows(actor, 'view', model) === undefined);
  const entries = await recentEntries(
    app.readingFor(actor),
    models.map((model) => model.name),
    MOST,
  );
  const show = sites.show(ctx);
  const seesAudit = app.access.decide(ctx, { permission: 'audit.view' }) === 'allow';
  return {
    changes: entries.flatMap(({ event, subject, actor: who, at }) => {
      const model = app.models.byName(subject.model);
      if (!model) return [];
      const text = t(`admin.recent.${event}`, {
        singular: titleOf(t, model),
        label: visibleLabel(app, actor, model, subject),
      });
      const url = event === 'delete' ? undefined : app.urls.record(model, subject.key);
      return [{ text, who: who.label, when: show.timestamp(at), ...(url !== undefined && { url }) }];
    }),
    ...(seesAudit && { auditUrl: app.urls.to('/audit') }),
  };
}

interface ChangeView {
  readonly text: string;
  readonly url?: string;
  readonly who: string;
  readonly when: string;
}
