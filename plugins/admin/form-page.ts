import type { App } from '../../core/app.ts';
import { forbidden, notFound } from '../../core/errors/http.ts';
import type { Form } from '../../core/form/form.ts';
import { formNames } from '../../core/form/form-protocol.ts';
import { readShownTexts } from '../../core/form/shown-values.ts';
import { flash } from '../../core/http/flash.ts';
import { takeInterruptedForm } from '../../core/http/interrupted-form.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { Action } from '../../core/policy/policy.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import { modelTitle } from '../../core/view/model-names.ts';
import { getAdmin, wholeRecordOr404 } from './admin-registry.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import { addedUrl, requestingField, showAdded } from './create-in-place.ts';
import { afterConflict } from './form-conflict.ts';
import { type Input, inputOfDefaults, inputOfForm, inputOfRecord } from './form-input.ts';
import { type FormState, showForm } from './form-view.ts';
import { removedFiles } from './receive-files.ts';
import { resolveRelations } from './resolve-relations.ts';
import { saveRecord } from './save-record.ts';
import { shownText, shownValues } from './shown-values.ts';
import { readSubmittedForm, type SubmittedForm } from './submitted-form.ts';
import { mayAddOrDelete, requireForm, writableFields } from './writable-fields.ts';

/** GET /:model/+new: an empty form. Fields can be prefilled by the query string (`?airport=ATL`). */
export async function addPage(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  await requireForm(ctx, app, admin, 'add');
  const query = new URLSearchParams(ctx.querystring);
  const requester = requestingField(app, admin.model, query.get(formNames.relation));
  const savedKey = query.get(formNames.added);
  if (requester && savedKey !== null) return showAdded(ctx, app, admin.model, requester, savedKey);
  const interrupted = takeInterruptedForm(ctx);
  if (interrupted) return showResumed(ctx, app, admin, interrupted);
  const input = inputOfDefaults(writableFields(ctx, app, admin, 'add'), query);
  await showForm(ctx, app, admin, { input, selections: new Map(), requester });
}

/** GET /:model/:key/+edit */
export async function editPage(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  await requireForm(ctx, app, admin, 'change');
  const record = await wholeRecordOr404(ctx, app, admin);
  const interrupted = takeInterruptedForm(ctx);
  if (interrupted) return showResumed(ctx, app, admin, interrupted, record);
  const input = inputOfRecord(admin, record, ctx.state.timeZone);
  const shown = shownText(shownValues(writableFields(ctx, app, admin, 'change'), input));
  await showForm(ctx, app, admin, { record, input, selections: new Map(), version: record.version, shown });
}

/** Shows the form again after a gate interrupted it (the password had to be re-entered). Files must be chosen again. */
async function showResumed(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  interrupted: Form,
  record?: FoundRecord,
): Promise<void> {
  const fields = writableFields(ctx, app, admin, record ? 'change' : 'add');
  const shown = record && readShownTexts(interrupted);
  const { selections } = await resolveRelations(ctx, app, fields, interrupted, shown);
  const requester = record ? undefined : requestingField(app, admin.model, interrupted.get(formNames.relation));
  const version = interrupted.get(formNames.version);
  await showForm(ctx, app, admin, {
    record,
    input: inputOfForm(fields, interrupted, inputBefore(ctx, admin, fields, record)),
    selections,
    version,
    shown: shown && shownText(shown),
    removed: removedFiles(fields, interrupted),
    requester,
    isResumed: true,
  });
}

/** POST /:model/+new and /:model/:key/+edit */
export async function saveForm(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  const { model } = admin;
  const { form, params } = ctx.state;
  await requireForm(ctx, app, admin, params.key === undefined ? 'add' : 'change');
  if (!form) throw notFound();
  const submitted = await readSubmittedForm(ctx, app, admin, form);
  const { problems, conflict, requester } = submitted;
  if (conflict) return showConflict(ctx, app, admin, submitted, conflict, problems);
  if (problems.length > 0) return showProblems(ctx, app, admin, submitted, problems);

  const target = (key: string): string =>
    requester ? addedUrl(app, model, requester, key) : pageAfter(ctx, app, model, form.get(formNames.next), key);
  const written = await saveRecord(ctx, app, model, submitted, target);
  switch (written.outcome) {
    case 'done': {
      const message = params.key === undefined ? 'admin.added' : written.changed ? 'admin.saved' : 'admin.unchanged';
      const values = { singular: modelTitle(ctx.state.t, model), label: written.label };
      flash(ctx, app, { tone: written.changed ? 'good' : 'info', key: message, params: values });
      return seeOther(ctx, target(written.key));
    }
    case 'repeated':
      return seeOther(ctx, written.location ?? app.urls.list(model));
    case 'invalid':
      return showProblems(ctx, app, admin, submitted, written.problems);
    case 'conflict':
      return showConflict(ctx, app, admin, submitted, written.fields);
    case 'missing':
      throw notFound();
    case 'forbidden':
      if (written.problems) return showProblems(ctx, app, admin, submitted, written.problems);
      throw forbidden();
  }
}

/** Shows the form again with the input and the problems. */
async function showProblems(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  submitted: SubmittedForm,
  problems: readonly Problem[],
): Promise<void> {
  const { shown, version } = submitted;
  const record = submitted.key === undefined ? undefined : await wholeRecordOr404(ctx, app, admin);
  ctx.status = 422;
  const { fields, form } = submitted;
  await showForm(ctx, app, admin, {
    ...stateOf(submitted, problems),
    input: inputOfForm(fields, form, inputBefore(ctx, admin, fields, record)),
    record,
    version,
    shown: shown && shownText(shown),
  });
}

/** Shows the form after someone else changed the record; `fields` are those that would have been overwritten. */
async function showConflict(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  submitted: SubmittedForm,
  fields: readonly string[],
  problems: readonly Problem[] = [],
): Promise<void> {
  const record = await wholeRecordOr404(ctx, app, admin);
  const current = { record, input: inputOfRecord(admin, record, ctx.state.timeZone) };
  ctx.status = 409;
  await showForm(ctx, app, admin, {
    ...stateOf(submitted, problems),
    ...afterConflict(submitted, current, fields),
  });
}

function stateOf(
  { fields, form, selections, waiting, requester }: SubmittedForm,
  problems: readonly Problem[],
): Omit<FormState, 'record' | 'input'> {
  return { selections, waiting, removed: removedFiles(fields, form), problems, requester };
}

/** What the form shows before anything is entered. */
function inputBefore(
  { state }: Context,
  admin: CompiledAdmin,
  fields: readonly FieldInfo[],
  record: FoundRecord | undefined,
): Input {
  return record ? inputOfRecord(admin, record, state.timeZone) : inputOfDefaults(fields, new URLSearchParams());
}

/**
 * The page to open after saving, chosen by the button. Falls back to a page that the user can open, so that a successful save
 * never ends on an error page.
 */
function pageAfter(ctx: Context, app: App, model: ModelInfo, then: string | undefined, key: string): string {
  const may = (action: Action): boolean => app.policy.may(ctx.state.actor, action, model);
  if (then === 'stay' && may('change') && may('view')) return app.urls.record(model, key, '+edit');
  if (then === 'new' && mayAddOrDelete(ctx, app, model, 'add')) return app.urls.add(model);
  return may('view') ? app.urls.list(model) : app.urls.to('/');
}
