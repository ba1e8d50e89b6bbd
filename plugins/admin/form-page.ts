import { randomUUID } from 'node:crypto';
import type { App } from '../../core/app.ts';
import { forbidden } from '../../core/http/access.ts';
import { type Context, causeOf } from '../../core/http/context.ts';
import { leaveMessage } from '../../core/http/flash.ts';
import { notFound } from '../../core/http/router.ts';
import type { Found } from '../../core/query/types.ts';
import { readForm } from '../../core/write/read-form.ts';
import type { Problem } from '../../core/write/types.ts';
import { foundOr404 } from './detail-page.ts';
import { type FieldView, fieldViews, type Input, inputOfDefaults, inputOfForm, inputOfRecord } from './field-view.ts';
import { capitalised } from './navigation.ts';
import { type Picks, resolveRelations } from './resolve-relations.ts';
import { saveRecord } from './save-record.ts';
import { type Site, siteOf } from './site.ts';
import { writableFields } from './writable-fields.ts';

/** GET /:model/+new — an empty form; fields named in the query are filled in (`?airport=ATL`). */
export async function addPage(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  if (site.model.readOnly) throw forbidden();
  const input = inputOfDefaults(writableFields(ctx, app, site, 'add'), new URLSearchParams(ctx.querystring));
  await showForm(ctx, app, site, { input, picks: new Map() });
}

/** GET /:model/:key/+edit */
export async function editPage(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  if (site.model.readOnly) throw forbidden();
  const found = await foundOr404(ctx, app, site);
  await showForm(ctx, app, site, {
    found,
    input: inputOfRecord(site, found, ctx.state.timeZone),
    picks: new Map(),
    version: found.version,
  });
}

/** POST /:model/+new and /:model/:key/+edit */
export async function saveForm(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  const { model } = site;
  if (model.readOnly) throw forbidden();
  const { form, params, timeZone } = ctx.state;
  const { key } = params;
  if (!form) throw notFound();
  const fields = writableFields(ctx, app, site, key === undefined ? 'add' : 'change');
  const { picks, values: picked, problems: unresolved } = await resolveRelations(ctx, app, fields, form);
  // A box that is not ticked and a list without rows post nothing but the marker beside them: without it they were not in the
  // form, and are left alone.
  const posted = fields.filter((field) => !field.target && (form.has(field.name) || form.has(`${field.name}~`)));
  const read = readForm(model, posted, form, timeZone);
  const problems = [...unresolved, ...read.problems];
  const refill = async (mistakes: readonly Problem[], conflict?: readonly string[]): Promise<void> => {
    const found = key === undefined ? undefined : await foundOr404(ctx, app, site);
    const input = inputOfForm(fields, form);
    // After a conflict the form carries the new version: who saves again has seen what changed.
    const version = conflict ? found?.version : form.get('~version');
    ctx.status = conflict ? 409 : 422;
    await showForm(ctx, app, site, { found, input, picks, problems: mistakes, conflict, version });
  };
  if (problems.length > 0) return refill(problems);

  const values = { ...read.values, ...Object.fromEntries(picked) };
  const origin = { formId: form.get('~form'), version: form.get('~version') };
  const then = form.get('then');
  const target = (saved: string): string =>
    then === 'stay'
      ? app.urls.record(model, saved, '+edit')
      : then === 'new'
        ? app.urls.add(model)
        : app.urls.list(model);
  const written = await saveRecord(app, causeOf(ctx), model, key, values, origin, target);
  switch (written.outcome) {
    case 'done': {
      const message = key === undefined ? 'admin.added' : written.changed ? 'admin.saved' : 'admin.unchanged';
      const params = { singular: model.title, label: written.label };
      leaveMessage(ctx, app, { tone: written.changed ? 'good' : 'info', key: message, params });
      ctx.redirect(target(written.key));
      ctx.status = 303;
      return;
    }
    case 'repeated':
      ctx.redirect(written.location ?? app.urls.list(model));
      ctx.status = 303;
      return;
    case 'invalid':
      return refill(written.problems);
    case 'conflict':
      return refill([], written.fields);
    case 'missing':
      throw notFound();
    case 'forbidden':
      throw forbidden();
  }
}

interface FormState {
  readonly found?: Found | undefined;
  readonly input: Input;
  readonly picks: Picks;
  readonly problems?: readonly Problem[];
  readonly conflict?: readonly string[] | undefined;
  readonly version?: string | undefined;
}

async function showForm(ctx: Context, app: App, site: Site, state: FormState): Promise<void> {
  const { model } = site;
  const { t, actor } = ctx.state;
  const { found, problems = [], conflict } = state;
  const sections = await fieldViews(ctx, app, site, { ...state, problems });
  const mayDelete = found !== undefined && app.policy.may(actor, 'delete', model);
  const name = { singular: model.title };
  const heading = found ? t('admin.form.change', name) : t('admin.form.add', name);
  app.views.page(ctx, 'admin/form', {
    title: found ? `${heading}: ${found.label}` : heading,
    heading,
    mode: found ? 'change' : 'add',
    listUrl: app.urls.list(model),
    plural: capitalised(model.plural),
    singular: model.title,
    action: found ? app.urls.record(model, found.key, '+edit') : app.urls.add(model),
    formId: randomUUID(),
    version: state.version ?? '',
    mistakes: problems.map((problem) => mistakeView(ctx, site, sections, problem)),
    sections,
    ...(found && {
      recordUrl: app.urls.record(model, found.key),
      recordLabel: found.label,
      historyUrl: app.urls.record(model, found.key, '+history'),
    }),
    ...(mayDelete && { deleteUrl: app.urls.record(model, found.key, '+delete') }),
    ...(conflict &&
      found && {
        conflict: {
          fields: conflict.map((each) => model.fields.get(each)?.label ?? each),
          freshUrl: app.urls.record(model, found.key, '+edit'),
        },
      }),
  });
}

interface MistakeView {
  readonly label?: string;
  readonly text: string;
  readonly anchor?: string;
}

function mistakeView(
  ctx: Context,
  site: Site,
  sections: readonly { readonly fields: readonly FieldView[] }[],
  { field, issue }: Problem,
): MistakeView {
  const text = ctx.state.t(issue.key, issue.params);
  const label = field === undefined ? undefined : site.model.fields.get(field)?.label;
  const view = sections.flatMap(({ fields }) => fields).find(({ name }) => name === field);
  return { text, ...(label !== undefined && { label }), ...(view && { anchor: view.id }) };
}
