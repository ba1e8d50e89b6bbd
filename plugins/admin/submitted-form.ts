import type { App } from '../../core/app.ts';
import type { Form } from '../../core/form/form.ts';
import { formNames } from '../../core/form/form-protocol.ts';
import { readShownTexts } from '../../core/form/shown-values.ts';
import type { DbRow, FieldInfo } from '../../core/model/field-type.ts';
import { isFileField } from '../../core/model/field-types/file.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { Context } from '../../core/request/context.ts';
import { readForm } from '../../core/write/read-form.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import { type RequestingField, requestingField } from './create-in-place.ts';
import { inputOfRecord, isAutoFilled, isInForm } from './form-input.ts';
import { readSections } from './form-sections.ts';
import { receiveFiles, type Waiting } from './receive-files.ts';
import { resolveRelations, type Selections } from './resolve-relations.ts';
import type { Submission } from './save-record.ts';
import { differingFields, isUntouched, type ShownValues, shownValues } from './shown-values.ts';
import { writableFields } from './writable-fields.ts';

/** A posted form, compared with the values that it showed. */
export interface SubmittedForm extends Submission {
  readonly form: Form;
  /** The fields that the user can write. */
  readonly fields: readonly FieldInfo[];
  /** What the form showed; undefined for a new record. */
  readonly shown: ShownValues | undefined;
  readonly selections: Selections;
  readonly waiting: Waiting;
  /** The relation of another form that waits for this record. */
  readonly requester: RequestingField | undefined;
  readonly problems: readonly Problem[];
  /** Fields that others have changed, set only if the input cannot be read because of it. */
  readonly conflict: readonly string[] | undefined;
}

/** Reads the form of a new record, or of the one in the URL. Received files are stored temporarily. */
export async function readSubmittedForm(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  form: Form,
): Promise<SubmittedForm> {
  const { model } = admin;
  const { params, timeZone } = ctx.state;
  const { key } = params;
  const requester = key === undefined ? requestingField(app, model, form.get(formNames.relation)) : undefined;
  const fields = writableFields(ctx, app, admin, key === undefined ? 'add' : 'change');
  const shown = key === undefined ? undefined : await loadShownValues(ctx, app, admin, fields);
  const related = await resolveRelations(ctx, app, fields, form, shown);
  const posted = postedFields(ctx, app, fields, form, shown);
  const withParts = posted.filter(({ type }) => type.parseChange);
  const before = shown && withParts.length > 0 ? await shownRow(ctx, app, admin, fields, shown) : undefined;
  const read = readForm(model, posted, form, timeZone, before?.row);
  const files = await receiveFiles(ctx, app, fields, form);
  const sections = await readSections(ctx, app, model, form, key === undefined ? 'add' : 'edit');
  const problems = [...related.problems, ...read.problems, ...files.problems, ...(sections?.problems ?? [])];
  // If others changed a value that is entered in parts, its unchanged parts cannot be distinguished from the user's input.
  const stale = new Set(withParts.map(({ name }) => name).filter((name) => before?.differing.includes(name)));
  const readable = problems.filter(({ field }) => field === undefined || !stale.has(field));
  return {
    key,
    form,
    fields,
    shown,
    selections: related.selections,
    waiting: files.waiting,
    requester,
    values: { ...read.values, ...Object.fromEntries(related.values), ...Object.fromEntries(files.values) },
    version: form.get(formNames.version),
    sections,
    problems: readable,
    conflict: readable.length < problems.length ? before?.differing : undefined,
  };
}

/**
 * The fields whose controls the user has changed, except relations and files. An unticked box and an empty list post only a
 * marker; if the marker is missing, too, the field was not in the form and is left unchanged.
 */
function postedFields(
  ctx: Context,
  app: App,
  fields: readonly FieldInfo[],
  form: Form,
  shown: ShownValues | undefined,
): FieldInfo[] {
  const { actor, params } = ctx.state;
  return fields.filter(
    (field) =>
      !field.target &&
      !isFileField(field) &&
      !isUntouched(field, form, shown) &&
      isPosted(field, form, params.key === undefined, app.policy.mayField(actor, 'view', field)),
  );
}

/** On a new record, automatically filled fields count as not posted if they are left empty. */
function isPosted(field: FieldInfo, form: Form, isNew: boolean, isShown: boolean): boolean {
  const isEmpty = form.all(field.name).every((text) => text.trim() === '');
  if (isNew && isAutoFilled(field) && isEmpty) return false;
  // Users who cannot see the value got an empty control; leaving it empty keeps the value.
  if (!isNew && !isShown && isEmpty) return false;
  return isInForm(field.name, form);
}

/** What the form showed; for a request that did not come from a form, what the form would show now. */
async function loadShownValues(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  fields: readonly FieldInfo[],
): Promise<ShownValues | undefined> {
  const { actor, form, params, timeZone } = ctx.state;
  const shown = form && readShownTexts(form);
  if (shown) return shown;
  const record = await app.records.findWhole(actor, admin.model, params.key ?? '');
  return record && shownValues(fields, inputOfRecord(admin, record, timeZone));
}

/** The current values that still match what the form showed, and the names of the fields that differ. */
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
