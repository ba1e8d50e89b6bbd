import { randomUUID } from 'node:crypto';
import type { App } from '../../core/app.ts';
import { forbidden } from '../../core/http/access.ts';
import { auditContext, type Context } from '../../core/http/context.ts';
import { flash } from '../../core/http/flash.ts';
import { notFound } from '../../core/http/router.ts';
import { seeOther } from '../../core/http/see-other.ts';
import type { Dependants, Found } from '../../core/query/types.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf, titleOf } from '../../core/view/model-names.ts';
import type { Removed } from '../../core/write/types.ts';
import { foundOr404, relatedView } from './detail-page.ts';
import { formOrigin } from './form-origin.ts';
import { removeRecord } from './save-record.ts';
import { type Site, siteOf } from './site.ts';

/** Why hooks keep a record; more than these nobody reads at once. */
const MAX_REASONS = 10;

/** GET /:model/:key/+delete — asks once more, and says what hangs on the record. */
export async function deletePage(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  if (site.model.readOnly) throw forbidden();
  await showDeletePage(ctx, app, site, await foundOr404(ctx, app, site));
}

/** POST /:model/:key/+delete */
export async function deleteRecord(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  const { model } = site;
  const { params } = ctx.state;
  const result = await removeRecord(app, auditContext(ctx), model, params.key ?? '', formOrigin(ctx));
  switch (result.outcome) {
    case 'done':
      flash(ctx, app, {
        tone: 'good',
        key: 'admin.deleted',
        params: { singular: titleOf(ctx.state.t, model), label: result.label },
      });
      break;
    case 'repeated':
      break;
    case 'missing':
      throw notFound();
    case 'forbidden':
      throw forbidden();
    default: {
      // Somebody changed it meanwhile, or something points to it by now: show the page anew, with what is true.
      ctx.status = 409;
      const found = await foundOr404(ctx, app, site);
      return showDeletePage(ctx, app, site, found, refusalOf(ctx, app, result));
    }
  }
  seeOther(ctx, app.urls.list(model));
}

/** Why it was not deleted. What holds it may be rows that the page cannot count: further away, or not for this reader. */
function refusalOf(
  ctx: Context,
  app: App,
  result: Extract<Removed, { outcome: 'held' | 'refused' | 'conflict' }>,
): readonly string[] {
  const { t, actor } = ctx.state;
  if (result.outcome === 'conflict') return [t('admin.delete.changed')];
  if (result.outcome === 'refused') {
    const reasons = result.problems.map(({ issue }) => t(issue.key, issue.params));
    return reasons.length === 0 ? [t('admin.delete.refused')] : [...new Set(reasons)].slice(0, MAX_REASONS);
  }
  const known = result.by.flatMap((name) => {
    const model = app.models.byName(name);
    return model && app.policy.may(actor, 'view', model) ? [pluralOf(t, model)] : [];
  });
  return [known.length === 0 ? t('admin.delete.heldHidden') : t('admin.delete.heldBy', { plural: known.join(', ') })];
}

async function showDeletePage(
  ctx: Context,
  app: App,
  site: Site,
  found: Found,
  refused: readonly string[] = [],
): Promise<void> {
  const { model } = site;
  const dependants = await app.records.dependants(ctx.state.actor, model, found.key);
  const that = (onDelete: Dependants['field']['onDelete']): ReturnType<typeof relatedView>[] =>
    dependants.filter((d) => d.field.onDelete === onDelete && d.rows > 0).map((d) => relatedView(ctx, app, d, found));
  const gone = that('cascade');
  const held = that('restrict');
  app.views.page(ctx, 'admin/delete', {
    title: ctx.state.t(held.length > 0 ? 'admin.delete.blockedTitle' : 'admin.delete.title', {
      singular: titleOf(ctx.state.t, model),
    }),
    singular: titleOf(ctx.state.t, model),
    plural: capitalised(pluralOf(ctx.state.t, model)),
    label: found.label,
    listUrl: app.urls.list(model),
    recordUrl: app.urls.record(model, found.key),
    action: app.urls.record(model, found.key, '+delete'),
    formId: randomUUID(),
    version: found.version,
    refused,
    held,
    gone,
    cleared: that('setNull'),
    total: gone.reduce((sum, each) => sum + each.rows, 1),
  });
}
