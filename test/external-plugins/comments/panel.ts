import type { ListColumn, RecordPanel } from 'rustio-admin/admin';
import { type App, auditContext, type Context, flash, forbidden, notFound, seeOther } from 'rustio-admin/plugin';
import { type Added, addComment, commentsOn, countComments, MAX_LENGTH } from './rules.ts';

const VIEW = { permission: 'comments.view' };

/** The comments of a record, with a form for users who can add one. */
export const panel: RecordPanel = {
  name: 'comments',
  models: (model) => model.name !== 'comment',
  title: 'comments.title',
  access: VIEW,
  view: 'comments/panel',
  async load(ctx, app, model, record) {
    const mayAdd = app.access.decide(ctx, { permission: 'comments.add' }) === 'allow';
    return {
      comments: await commentsOn(app.readingFor(ctx.state.actor), model.name, record.key),
      max: MAX_LENGTH,
      action: mayAdd ? `${app.urls.record(model, record.key)}/+comments` : undefined,
      problem: PROBLEMS[new URLSearchParams(ctx.querystring).get('comment') ?? ''],
    };
  },
};

/** The number of comments of each row of a list: one query per page. */
export const column: ListColumn = {
  name: 'comments',
  models: (model) => model.owner === 'project',
  label: 'comments.title',
  align: 'end',
  access: VIEW,
  async load(app, actor, model, keys) {
    const counts = await countComments(app.readingFor(actor), model.name, keys);
    return new Map([...counts].map(([key, comments]) => [key, { text: String(comments) }]));
  },
};

const PROBLEMS: Readonly<Record<string, string>> = {
  empty: 'comments.problem.empty',
  too_long: 'comments.problem.long',
  unstorable: 'comments.problem.unstorable',
};

/** POST /:model/:key/+comments */
export async function addForm(ctx: Context, app: App): Promise<void> {
  const { model, params, form } = ctx.state;
  if (!model || app.access.decide(ctx, { permission: 'view' }) !== 'allow') throw forbidden();
  const key = params.key ?? '';
  const body = form?.get('body') ?? '';
  const added = await app.database.transaction((tx) => addComment(tx, auditContext(ctx), app, { model, key, body }));
  if (added === 'missing') throw notFound();
  if (added === 'added') flash(ctx, app, { tone: 'good', key: 'comments.added' });
  seeOther(ctx, app.urls.record(model, key) + queryFor(added));
}

function queryFor(added: Added): string {
  return added === 'added' ? '' : `?${new URLSearchParams({ comment: added })}`;
}
