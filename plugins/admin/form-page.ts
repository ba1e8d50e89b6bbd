import type { App } from '../../core/app.ts';
import { forbidden, notFound } from '../../core/errors/http.ts';
import type { Form } from '../../core/form/form.ts';
import { fieldSuffixes, formNames } from '../../core/form/form-protocol.ts';
import { flash } from '../../core/http/flash.ts';
import { takeInterruptedForm } from '../../core/http/interrupted-form.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { DbRow, FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import { isFileField } from '../../core/model/field-types/file.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { Action } from '../../core/policy/policy.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import { modelTitle } from '../../core/view/model-names.ts';
import { readForm } from '../../core/write/read-form.ts';
import { getAdmin, wholeRecordOr404 } from './admin-registry.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import { addedUrl, requestingField, showAdded } from './create-in-place.ts';
import { type Input, inputOfDefaults, inputOfForm, inputOfRecord, isAutoFilled } from './form-input.ts';
import { readSections } from './form-sections.ts';
import { showForm } from './form-view.ts';
import { receiveFiles, removedFiles } from './receive-files.ts';
import { resolveRelations, type Selection, type Selections } from './resolve-relations.ts';
import { saveRecord } from './save-record.ts';
import {
  differingFields,
  isUntouched,
  partitionKeys,
  readShownValues,
  type ShownValues,
  shownText,
  shownValues,
} from './shown-values.ts';
import { mayAddOrDelete, mayEdit, writableFields } from './writable-fields.ts';

/** GET /:model/+new — an empty form; fields named in the query are filled in (`?airport=ATL`). */
export async function addPage(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  if (admin.model.readOnly) throw forbidden();
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
  if (!mayEdit(ctx, app, admin)) throw forbidden();
  const record = await wholeRecordOr404(ctx, app, admin);
  const interrupted = takeInterruptedForm(ctx);
  if (interrupted) return showResumed(ctx, app, admin, interrupted, record);
  const input = inputOfRecord(admin, record, ctx.state.timeZone);
  const shown = shownText(shownValues(writableFields(ctx, app, admin, 'change'), input));
  await showForm(ctx, app, admin, { record, input, selections: new Map(), version: record.version, shown });
}

/** The form as it was when a gate stopped it (the password had to be re-entered); files must be chosen again. */
async function showResumed(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  interrupted: Form,
  record?: FoundRecord,
): Promise<void> {
  const fields = writableFields(ctx, app, admin, record ? 'change' : 'add');
  const shown = record && readShownValues(interrupted);
  const { selections } = await resolveRelations(ctx, app, fields, interrupted, shown);
  const requester = record ? undefined : requestingField(app, admin.model, interrupted.get(formNames.relation));
  const version = interrupted.get(formNames.version);
  await showForm(ctx, app, admin, {
    record,
    input: inputOfForm(fields, interrupted),
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
  const { form, params, timeZone } = ctx.state;
  const { key } = params;
  if (key === undefined ? model.readOnly : !mayEdit(ctx, app, admin)) throw forbidden();
  if (!form) throw notFound();
  const requester = key === undefined ? requestingField(app, model, form.get(formNames.relation)) : undefined;
  const fields = writableFields(ctx, app, admin, key === undefined ? 'add' : 'change');
  const shown = key === undefined ? undefined : await loadShownValues(ctx, app, admin, fields);
  const { selections, values: selected, problems: unresolved } = await resolveRelations(ctx, app, fields, form, shown);
  // An unticked box and a list without rows post only the marker next to them: without the marker they were not in the form,
  // and are left unchanged.
  const posted = fields.filter(
    (field) =>
      !field.target &&
      !isFileField(field) &&
      !isUntouched(field, form, shown) &&
      isPosted(field, form, key === undefined, app.policy.mayField(ctx.state.actor, 'view', field)),
  );
  const withParts = posted.filter(({ type }) => type.parseChange);
  const before = shown && withParts.length > 0 ? await shownRow(ctx, app, admin, fields, shown) : undefined;
  const read = readForm(model, posted, form, timeZone, before?.row);
  const files = await receiveFiles(ctx, app, fields, form);
  const sections = await readSections(ctx, app, model, form, key === undefined ? 'add' : 'edit');
  const problems = [...unresolved, ...read.problems, ...files.problems, ...(sections?.problems ?? [])];
  const showAgain = async (errors: readonly Problem[], conflict?: readonly string[]): Promise<void> => {
    const { waiting } = files;
    const state = { selections, waiting, removed: removedFiles(fields, form), problems: errors, requester };
    const input = inputOfForm(fields, form);
    const record = key === undefined ? undefined : await wholeRecordOr404(ctx, app, admin);
    if (record && shown && conflict) {
      ctx.status = 409;
      const current = { record, input: inputOfRecord(admin, record, timeZone) };
      return showForm(ctx, app, admin, {
        ...state,
        ...afterConflict({ fields, form, shown, current, conflict, selections }),
      });
    }
    ctx.status = 422;
    const version = form.get(formNames.version);
    return showForm(ctx, app, admin, { ...state, record, input, version, shown: shown && shownText(shown) });
  };
  // Parts of a value that others have changed meanwhile cannot be told from those that the user entered.
  const stale = new Set(withParts.map(({ name }) => name).filter((name) => before?.differing.includes(name)));
  const [first] = problems.filter(({ field }) => field !== undefined && stale.has(field));
  if (first) return showAgain(without(problems, stale), before?.differing);
  if (problems.length > 0) return showAgain(problems);

  const values = { ...read.values, ...Object.fromEntries(selected), ...Object.fromEntries(files.values) };
  const submission = { key, values, version: form.get(formNames.version), sections };
  const target = (savedKey: string): string =>
    requester
      ? addedUrl(app, model, requester, savedKey)
      : pageAfter(ctx, app, model, form.get(formNames.next), savedKey);
  const written = await saveRecord(ctx, app, model, submission, target);
  switch (written.outcome) {
    case 'done': {
      const message = key === undefined ? 'admin.added' : written.changed ? 'admin.saved' : 'admin.unchanged';
      const params = { singular: modelTitle(ctx.state.t, model), label: written.label };
      flash(ctx, app, { tone: written.changed ? 'good' : 'info', key: message, params });
      return seeOther(ctx, target(written.key));
    }
    case 'repeated':
      return seeOther(ctx, written.location ?? app.urls.list(model));
    case 'invalid':
      return showAgain(written.problems);
    case 'conflict':
      return showAgain([], written.fields);
    case 'missing':
      throw notFound();
    case 'forbidden':
      if (written.problems) return showAgain(written.problems);
      throw forbidden();
  }
}

/** What the form showed; of a request that did not come from the form, what it would show now. */
async function loadShownValues(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  fields: readonly FieldInfo[],
): Promise<ShownValues | undefined> {
  const { actor, form, params, timeZone } = ctx.state;
  const shown = form && readShownValues(form);
  if (shown) return shown;
  const record = await app.records.findWhole(actor, admin.model, params.key ?? '');
  return record && shownValues(fields, inputOfRecord(admin, record, timeZone));
}

function without(problems: readonly Problem[], fields: ReadonlySet<string>): readonly Problem[] {
  return problems.filter(({ field }) => field === undefined || !fields.has(field));
}

/** The values of the record that are as they were when the form showed them, and the fields that are not. */
async function shownRow(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  fields: readonly FieldInfo[],
  shown: ShownValues,
): Promise<{ readonly row: DbRow; readonly differing: readonly string[] }> {
  const { actor, params, timeZone } = ctx.state;
  const record = await app.records.findWhole(actor, admin.model, params.key ?? '');
  if (!record) return { row: {}, differing: [] };
  const differing = differingFields(shown, shownValues(fields, inputOfRecord(admin, record, timeZone)));
  return {
    row: Object.fromEntries(Object.entries(record.row).filter(([name]) => !differing.includes(name))),
    differing,
  };
}

interface Conflict {
  readonly fields: readonly FieldInfo[];
  readonly form: Form;
  readonly shown: ShownValues;
  /** The record as it is now. */
  readonly current: { readonly record: FoundRecord; readonly input: Input };
  /** The fields that `app.write` would have changed. */
  readonly conflict: readonly string[];
  readonly selections: Selections;
}

/**
 * The form after a conflict: what this user has changed, everything else as it is now. It carries the new version, because users
 * who save it again have seen the changes of others.
 */
function afterConflict({ fields, form, shown, current, conflict, selections }: Conflict) {
  const now = shownValues(fields, current.input);
  const input = new Map(current.input);
  const all = new Map<string, Selection>(selections);
  for (const field of fields) {
    const selection = selections.get(field.name);
    if (field.through !== undefined && selection) {
      const before = shown.get(field.name) ?? [];
      const removed = new Set(typeof before === 'string' ? [] : before.filter((key) => !selection.kept.includes(key)));
      const kept = (current.input.get(field.name) ?? []).filter((key) => !removed.has(key));
      all.set(field.name, { ...selection, kept });
    } else if (!isUntouched(field, form, shown)) input.set(field.name, form.all(field.name));
  }
  const differing = differingFields(shown, now);
  // Not if both have entered the same value.
  const changedByBoth = fields.filter(
    (field) => differing.includes(field.name) && isChangedFrom(shown, field, form) && isChangedFrom(now, field, form),
  );
  const { record } = current;
  return {
    record,
    input,
    selections: all,
    version: record.version,
    shown: shownText(now),
    conflict: differing.length > 0 ? differing : conflict,
    changedByBoth: new Set(changedByBoth.map(({ name }) => name)),
  };
}

/** Whether the posted form differs from what was shown in a field; of a manyToMany, whether rows were added or removed. */
function isChangedFrom(shown: ShownValues, field: FieldInfo, form: Form): boolean {
  const keys = shown.get(field.name);
  if (keys === undefined || typeof keys === 'string') return !isUntouched(field, form, shown);
  const { added, removed } = partitionKeys(form.all(field.name), keys);
  return added.length > 0 || removed.length > 0;
}

/** Fields of a new record that are filled in automatically count as not posted if left empty. */
function isPosted(field: FieldInfo, form: Form, isNew: boolean, isShown: boolean): boolean {
  const isEmpty = form.all(field.name).every((text) => text.trim() === '');
  if (isNew && isAutoFilled(field) && isEmpty) return false;
  // Users who cannot see the value got an empty control: left empty, the value stays unchanged.
  if (!isNew && !isShown && isEmpty) return false;
  return form.has(field.name) || form.has(field.name + fieldSuffixes.present);
}

/** Where the button leads, as far as the user has access: a successful change must not end in an error page. */
function pageAfter(ctx: Context, app: App, model: ModelInfo, then: string | undefined, key: string): string {
  const may = (action: Action): boolean => app.policy.may(ctx.state.actor, action, model);
  if (then === 'stay' && may('change') && may('view')) return app.urls.record(model, key, '+edit');
  if (then === 'new' && mayAddOrDelete(ctx, app, model, 'add')) return app.urls.add(model);
  return may('view') ? app.urls.list(model) : app.urls.to('/');
}
