import type { App } from '../../core/app.ts';
import { forbidden } from '../../core/errors/http.ts';
import type { Form } from '../../core/form/form.ts';
import { fieldSuffixes } from '../../core/form/form-protocol.ts';
import type { FileLimits } from '../../core/http/route.ts';
import type { FieldInfo } from '../../core/model/field-type.ts';
import { fileFields, isFileField, type StoredFile } from '../../core/model/field-types/file.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { Context } from '../../core/request/context.ts';
import { getAdmin } from './admin-registry.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import { currentContext } from './once-per-form.ts';
import { writableFields } from './writable-fields.ts';

/** Uploads that are stored temporarily until the form is saved, by field name. */
export type Waiting = ReadonlyMap<string, StoredFile>;

export interface Received {
  readonly values: ReadonlyMap<string, string | null>;
  readonly waiting: Waiting;
  readonly problems: readonly Problem[];
}

/** The files that this form accepts from this user; other forms accept none. */
export function fileLimits(ctx: Context, app: App): FileLimits {
  const admin = getAdmin(ctx, app);
  return new Map(writableFiles(ctx, app, admin).map(({ name, max }) => [name, Number(max)]));
}

function writableFiles(ctx: Context, app: App, admin: CompiledAdmin): readonly FieldInfo[] {
  const isNew = ctx.state.params.key === undefined;
  if ((isNew && admin.model.readOnly) || fileFields(admin.model).length === 0) return [];
  return writableFields(ctx, app, admin, isNew ? 'add' : 'change').filter(isFileField);
}

/**
 * Reads the file fields of a form. Browsers cannot restore a chosen file when a form is shown again, so files are stored
 * temporarily right away and the form refers to them by key (`scan~kept`): an error in another field does not lose the upload.
 * `scan~none` removes a file.
 */
export async function receiveFiles(
  ctx: Context,
  app: App,
  fields: readonly FieldInfo[],
  form: Form,
): Promise<Received> {
  const values = new Map<string, string | null>();
  const waiting = new Map<string, StoredFile>();
  const problems: Problem[] = [];
  const isNew = ctx.state.params.key === undefined;
  const uploads = fields.filter((field) => isFileField(field) && form.file(field.name) !== undefined);
  if (uploads.length > 0) await checkRights(ctx, app, isNew ? 'add' : 'change');
  for (const field of fields.filter(isFileField)) {
    const read = await readOne(ctx, app, field, form);
    if (read === 'none' && field.nullable) values.set(field.name, null);
    else if (read === 'none' || (read === undefined && isNew && !field.nullable)) {
      problems.push({ field: field.name, issue: { key: 'problem.required' } });
    } else if (read === undefined) continue;
    else if ('issue' in read) problems.push({ field: field.name, issue: read.issue });
    else {
      values.set(field.name, read.file.key);
      waiting.set(field.name, read.file);
    }
  }
  return { values, waiting, problems };
}

/** Uploads are stored before the record. A user who lost the permission while the file was arriving must not store anything. */
async function checkRights(ctx: Context, app: App, action: 'add' | 'change'): Promise<void> {
  const { model } = getAdmin(ctx, app);
  const { actor } = await app.database.transaction((tx) => currentContext(ctx, app, tx));
  // fault: upload-with-old-rights
  if (!app.policy.may(actor, action, model)) throw forbidden();
}

/** The fields whose file the user has ticked for removal. */
export function removedFiles(fields: readonly FieldInfo[], form: Form): ReadonlySet<string> {
  const isTicked = ({ name }: FieldInfo): boolean => form.get(name + fieldSuffixes.none) === 'true';
  return new Set(fields.filter((field) => isFileField(field) && isTicked(field)).map(({ name }) => name));
}

type Read = { readonly file: StoredFile } | Pick<Problem, 'issue'> | 'none' | undefined;

async function readOne({ state: { actor } }: Context, app: App, field: FieldInfo, form: Form): Promise<Read> {
  const upload = form.file(field.name);
  if (upload) {
    const received = await app.files.receive(actor, field, upload);
    return received.ok ? { file: received.value } : { issue: received.issue };
  }
  if (form.get(field.name + fieldSuffixes.none) === 'true') return 'none';
  const kept = form.get(field.name + fieldSuffixes.kept) ?? '';
  if (kept === '') return undefined;
  const file = await app.files.findPending(actor, field, kept);
  return file ? { file } : { issue: { key: 'problem.file.expired' } };
}
