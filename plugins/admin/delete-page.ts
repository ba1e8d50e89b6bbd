import { randomUUID } from 'node:crypto';
import type { App } from '../../core/app.ts';
import { forbidden, notFound } from '../../core/errors/http.ts';
import { formNames } from '../../core/form/form-protocol.ts';
import { flash } from '../../core/http/flash.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { OutsideRows } from '../../core/query/outside-references.ts';
import { isRestricting } from '../../core/query/table-facts.ts';
import type { Dependants, FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { capitalised, modelPlural, modelTitle } from '../../core/view/model-names.ts';
import type { Removed } from '../../core/write/types.ts';
import { getAdmin, recordOr404 } from './admin-registry.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import { type RelatedView, relatedView } from './detail-page.ts';
import { loadPart } from './load-part.ts';
import { removeRecord } from './save-record.ts';
import { requireForm } from './writable-fields.ts';

/** Max number of hook messages shown. */
const MAX_REASONS = 10;

interface DeleteView extends PageData {
  readonly plural: string;
  readonly label: string;
  readonly listUrl: string;
  readonly recordUrl: string;
  readonly action: string;
  readonly formId: string;
  readonly version: string;
  /** Why the record was not deleted. */
  readonly rejected: readonly string[];
  /** Related rows that prevent the deletion, are deleted as well, or lose their reference. */
  readonly blocking: readonly RelatedView[];
  readonly alsoDeleted: readonly RelatedView[];
  readonly cleared: readonly RelatedView[];
  /** The number of rows that will be deleted; `more` is true if not all of them were counted. */
  readonly total: number;
  readonly more: boolean;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/delete': DeleteView;
  }
}

/** GET /:model/:key/+delete: asks for confirmation and lists dependent rows. */
export async function deletePage(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  await requireForm(ctx, app, admin, 'delete');
  await showDeletePage(ctx, app, admin, await recordOr404(ctx, app, admin));
}

/** POST /:model/:key/+delete */
export async function deleteRecord(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  const { model } = admin;
  const { params } = ctx.state;
  const result = await removeRecord(ctx, app, model, params.key ?? '', ctx.state.form?.get(formNames.version));
  switch (result.outcome) {
    case 'done':
      flash(ctx, app, {
        tone: 'good',
        key: 'admin.deleted',
        params: { singular: modelTitle(ctx.state.t, model), label: result.label },
      });
      break;
    case 'repeated':
      break;
    case 'missing':
      throw notFound();
    case 'forbidden':
      throw forbidden();
    default: {
      // The record was changed, or another row now references it: show the page again with the current state.
      ctx.status = 409;
      const record = await recordOr404(ctx, app, admin);
      return showDeletePage(ctx, app, admin, record, deletionRejection(ctx, app, result));
    }
  }
  seeOther(ctx, app.urls.list(model));
}

/** Why the record was not deleted. Referencing rows are not always countable: they can be indirect or hidden from this user. */
function deletionRejection(
  ctx: Context,
  app: App,
  result: Extract<Removed, { outcome: 'referenced' | 'rejected' | 'conflict' }>,
): readonly string[] {
  const { t, actor } = ctx.state;
  if (result.outcome === 'conflict') return [t('admin.delete.changed')];
  if (result.outcome === 'rejected') {
    // The general text of forms is about their values.
    const reasons = result.problems.map(({ issue }) =>
      issue.key === 'problem.constraint' ? t('admin.delete.rejected') : t(issue.key, issue.params),
    );
    return reasons.length === 0 ? [t('admin.delete.rejected')] : [...new Set(reasons)].slice(0, MAX_REASONS);
  }
  const names = result.by.flatMap((name) => {
    const model = app.models.byName(name);
    return model && app.policy.may(actor, 'view', model) ? [modelPlural(t, model)] : [];
  });
  return [
    names.length === 0
      ? t('admin.delete.blockedByHidden')
      : t('admin.delete.blockedBy', { plural: names.join(t('admin.filter.comma')) }),
  ];
}

async function showDeletePage(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  record: FoundRecord,
  rejected: readonly string[] = [],
): Promise<void> {
  const { model } = admin;
  const { actor } = ctx.state;
  // A failing view or a large table without an index must not prevent the deletion, which checks the rows again.
  const part = { page: 'delete', model: model.name };
  const loaded = await loadPart(ctx, app, part, async () => ({
    dependants: await app.records.dependants(actor, model, record.key),
    outside: await app.records.outsideDependants(actor, model, record.key),
  }));
  const { dependants, outside } = loaded.ok ? loaded.value : { dependants: [], outside: [] };
  const withOnDelete = (onDelete: Dependants['field']['onDelete']): readonly RelatedView[] => [
    ...dependants
      .filter(({ field, rows }) => field.onDelete === onDelete && rows > 0)
      .filter(({ field }) => onDelete !== 'restrict' || isRestricting(field))
      .map((dependant) => relatedView(ctx, app, dependant, record)),
    ...outsideView(
      ctx,
      outside.filter((each) => each.onDelete === onDelete),
    ),
  ];
  const uncounted = { label: ctx.state.t('admin.delete.outside'), rows: 0, more: true };
  const alsoDeleted = loaded.ok ? withOnDelete('cascade') : [uncounted];
  const blocking = withOnDelete('restrict');
  app.views.page(ctx, 'admin/delete', {
    title: ctx.state.t(blocking.length > 0 ? 'admin.delete.blockedTitle' : 'admin.delete.title', {
      singular: modelTitle(ctx.state.t, model),
    }),
    plural: capitalised(modelPlural(ctx.state.t, model)),
    label: record.label,
    listUrl: app.urls.list(model),
    recordUrl: app.urls.record(model, record.key),
    action: app.urls.record(model, record.key, '+delete'),
    formId: randomUUID(),
    version: record.version,
    rejected,
    blocking,
    alsoDeleted,
    cleared: withOnDelete('setNull'),
    total: alsoDeleted.reduce((sum, each) => sum + each.rows, 1),
    more: alsoDeleted.some(({ more }) => more),
  });
}

/**
 * Rows in tables without a model, summed up in one line without table names, which mean nothing to users. Rows that cannot be
 * counted are not reported as blocking: the database decides on deletion.
 */
function outsideView({ state: { t } }: Context, found: readonly OutsideRows[]): readonly RelatedView[] {
  const counted = found.filter(({ onDelete, readable }) => readable || onDelete !== 'restrict');
  if (counted.length === 0) return [];
  const rows = counted.reduce((sum, each) => sum + each.rows, 0);
  return [{ label: t('admin.delete.outside'), rows, more: counted.some(({ more }) => more) }];
}
