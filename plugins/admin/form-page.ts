import { randomUUID } from 'node:crypto';
import type { App } from '../../core/app.ts';
import { holdsFile } from '../../core/files/holds-file.ts';
import { forbidden } from '../../core/http/access.ts';
import { auditContext, type Context } from '../../core/http/context.ts';
import { flash } from '../../core/http/flash.ts';
import type { Form } from '../../core/http/form.ts';
import { takeInterruptedForm } from '../../core/http/interrupted-form.ts';
import { notFound } from '../../core/http/router.ts';
import { seeOther } from '../../core/http/see-other.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/registry.ts';
import type { Action, Found } from '../../core/query/types.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf, titleOf } from '../../core/view/model-names.ts';
import { readForm } from '../../core/write/read-form.ts';
import type { Problem } from '../../core/write/types.ts';
import { type AskedFor, addedUrl, askedFor, showAdded } from './create-in-place.ts';
import { fillsItself } from './defaults.ts';
import { foundOr404 } from './detail-page.ts';
import { type FieldView, fieldViews, type Input, inputOfDefaults, inputOfForm, inputOfRecord } from './field-view.ts';
import { formOrigin } from './form-origin.ts';
import { addedSections, readSections } from './form-sections.ts';
import { receiveFiles, type Waiting } from './receive-files.ts';
import { recordHead } from './record-head.ts';
import { type Picks, resolveRelations } from './resolve-relations.ts';
import { saveRecord } from './save-record.ts';
import { type Site, siteOf } from './site.ts';
import { mayAddOrDelete, mayEdit, writableFields } from './writable-fields.ts';

/** GET /:model/+new — an empty form; fields named in the query are filled in (`?airport=ATL`). */
export async function addPage(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  if (site.model.readOnly) throw forbidden();
  const query = new URLSearchParams(ctx.querystring);
  const asked = askedFor(app, site.model, query.get('~for'));
  const added = query.get('~added');
  if (asked && added !== null) return showAdded(ctx, app, site.model, asked, added);
  const typed = takeInterruptedForm(ctx);
  if (typed) return showResumed(ctx, app, site, typed);
  const input = inputOfDefaults(writableFields(ctx, app, site, 'add'), query);
  await showForm(ctx, app, site, { input, picks: new Map(), asked });
}

/** GET /:model/:key/+edit */
export async function editPage(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  if (!mayEdit(ctx, app, site)) throw forbidden();
  const found = await foundOr404(ctx, app, site);
  const typed = takeInterruptedForm(ctx);
  if (typed) return showResumed(ctx, app, site, typed, found);
  await showForm(ctx, app, site, {
    found,
    input: inputOfRecord(site, found, ctx.state.timeZone),
    picks: new Map(),
    version: found.version,
  });
}

/** The form as it was when a gate stopped it (the password had to be entered again); files have to be chosen again. */
async function showResumed(ctx: Context, app: App, site: Site, typed: Form, found?: Found): Promise<void> {
  const fields = writableFields(ctx, app, site, found ? 'change' : 'add');
  const { picks } = await resolveRelations(ctx, app, fields, typed);
  const asked = found ? undefined : askedFor(app, site.model, typed.get('~for'));
  const version = typed.get('~version');
  await showForm(ctx, app, site, { found, input: inputOfForm(fields, typed), picks, version, asked, isResumed: true });
}

/** POST /:model/+new and /:model/:key/+edit */
export async function saveForm(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  const { model } = site;
  const { form, params, timeZone } = ctx.state;
  const { key } = params;
  if (key === undefined ? model.readOnly : !mayEdit(ctx, app, site)) throw forbidden();
  if (!form) throw notFound();
  const asked = key === undefined ? askedFor(app, model, form.get('~for')) : undefined;
  const fields = writableFields(ctx, app, site, key === undefined ? 'add' : 'change');
  const { picks, values: picked, problems: unresolved } = await resolveRelations(ctx, app, fields, form);
  // A box that is not ticked and a list without rows post nothing but the marker beside them: without it they were not in the
  // form, and are left alone.
  const present = fields.filter(
    (field) =>
      !field.target &&
      !holdsFile(field) &&
      isPosted(field, form, key === undefined, app.policy.mayField(ctx.state.actor, 'view', field)),
  );
  const read = readForm(model, present, form, timeZone);
  const files = await receiveFiles(ctx, app, fields, form);
  const sections = await readSections(ctx, app, model, form, key === undefined ? 'add' : 'edit');
  const problems = [...unresolved, ...read.problems, ...files.problems, ...(sections?.problems ?? [])];
  const refill = async (mistakes: readonly Problem[], conflict?: readonly string[]): Promise<void> => {
    const found = key === undefined ? undefined : await foundOr404(ctx, app, site);
    const input = inputOfForm(fields, form);
    // After a conflict the form carries the new version: who saves again has seen what changed.
    const version = conflict ? found?.version : form.get('~version');
    ctx.status = conflict ? 409 : 422;
    const { waiting } = files;
    await showForm(ctx, app, site, { found, input, picks, waiting, problems: mistakes, conflict, version, asked });
  };
  if (problems.length > 0) return refill(problems);

  const values = { ...read.values, ...Object.fromEntries(picked), ...Object.fromEntries(files.values) };
  const posted = { key, values, origin: formOrigin(ctx), sections };
  const target = (saved: string): string =>
    asked ? addedUrl(app, model, asked, saved) : pageAfter(ctx, app, model, form.get('~then'), saved);
  const written = await saveRecord(app, auditContext(ctx), model, posted, target);
  switch (written.outcome) {
    case 'done': {
      const message = key === undefined ? 'admin.added' : written.changed ? 'admin.saved' : 'admin.unchanged';
      const params = { singular: titleOf(ctx.state.t, model), label: written.label };
      flash(ctx, app, { tone: written.changed ? 'good' : 'info', key: message, params });
      return seeOther(ctx, target(written.key));
    }
    case 'repeated':
      return seeOther(ctx, written.location ?? app.urls.list(model));
    case 'invalid':
      return refill(written.problems);
    case 'conflict':
      return refill([], written.fields);
    case 'missing':
      throw notFound();
    case 'forbidden':
      if (written.problems) return refill(written.problems);
      throw forbidden();
  }
}

/** What a new record fills in by itself counts as not posted when it was left empty. */
function isPosted(field: FieldInfo, form: Form, isNew: boolean, isShown: boolean): boolean {
  const isEmpty = form.all(field.name).every((text) => text.trim() === '');
  if (isNew && fillsItself(field) && isEmpty) return false;
  // He was shown an empty control, for he may not see what stands there: left empty, it is left alone.
  if (!isNew && !isShown && isEmpty) return false;
  return form.has(field.name) || form.has(`${field.name}~`);
}

/** Where the button leads, as far as the person may go there: after a change that worked nobody should meet a refusal. */
function pageAfter(ctx: Context, app: App, model: ModelInfo, then: string | undefined, key: string): string {
  const may = (action: Action): boolean => app.policy.may(ctx.state.actor, action, model);
  if (then === 'stay' && may('change') && may('view')) return app.urls.record(model, key, '+edit');
  if (then === 'new' && mayAddOrDelete(ctx, app, model, 'add')) return app.urls.add(model);
  return may('view') ? app.urls.list(model) : app.urls.to('/');
}

interface FormState {
  readonly found?: Found | undefined;
  readonly input: Input;
  readonly picks: Picks;
  readonly waiting?: Waiting;
  readonly problems?: readonly Problem[];
  readonly conflict?: readonly string[] | undefined;
  readonly version?: string | undefined;
  /** Another form waits for this record. */
  readonly asked?: AskedFor | undefined;
  readonly isResumed?: boolean;
}

async function showForm(ctx: Context, app: App, site: Site, state: FormState): Promise<void> {
  const { model } = site;
  const { t } = ctx.state;
  const { found, problems = [], conflict, asked } = state;
  const sections = await fieldViews(ctx, app, site, { ...state, problems });
  const added = await addedSections(ctx, app, model, found, problems);
  const may = (action: Action): boolean => app.policy.may(ctx.state.actor, action, model);
  const name = { singular: titleOf(ctx.state.t, model) };
  const heading = found ? t('admin.form.change', name) : t('admin.form.add', name);
  app.views.page(ctx, 'admin/form', {
    title: found ? `${heading}: ${found.label}` : heading,
    heading,
    mode: found ? 'change' : 'add',
    listUrl: app.urls.list(model),
    plural: capitalised(pluralOf(ctx.state.t, model)),
    singular: titleOf(ctx.state.t, model),
    action: found ? app.urls.record(model, found.key, '+edit') : app.urls.add(model),
    multipart: sections.some(({ fields }) => fields.some(({ file }) => file !== undefined)),
    formId: randomUUID(),
    version: state.version ?? '',
    mistakes: problems.map((problem) => mistakeView(ctx, site, sections, problem)),
    sections,
    tabs: found ? recordHead(ctx, app, model, found).tabs.filter(({ current }) => !current) : [],
    added,
    ...(found && {
      recordUrl: app.urls.record(model, found.key),
      recordLabel: found.label,
    }),
    ...(found &&
      mayAddOrDelete(ctx, app, model, 'delete') && { deleteUrl: app.urls.record(model, found.key, '+delete') }),
    ...(asked && { askedFor: asked.text }),
    ...(state.isResumed && { message: { tone: 'info', key: 'admin.form.resumed' } }),
    mayStay: !asked && may('change') && may('view'),
    mayAddMore: !asked && mayAddOrDelete(ctx, app, model, 'add'),
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
  // Inputs of sections that plugins add have the id `f-NAME`, as those of fields do.
  const anchor = view?.id ?? (field !== undefined && label === undefined ? `f-${field}` : undefined);
  return { text, ...(label !== undefined && { label }), ...(anchor !== undefined && { anchor }) };
}
