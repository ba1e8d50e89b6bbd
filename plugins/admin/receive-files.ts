import type { App } from '../../core/app.ts';
import { fileFields, holdsFile } from '../../core/files/holds-file.ts';
import type { StoredFile } from '../../core/files/stored-file.ts';
import type { Context } from '../../core/http/context.ts';
import type { Form } from '../../core/http/form.ts';
import type { FileLimits } from '../../core/http/route.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import type { Problem } from '../../core/write/types.ts';
import { type Site, siteOf } from './site.ts';
import { writableFields } from './writable-fields.ts';

/** Uploads that wait for the form to be saved, by the name of their field. */
export type Waiting = ReadonlyMap<string, StoredFile>;

export interface Received {
  readonly values: ReadonlyMap<string, string | null>;
  readonly waiting: Waiting;
  readonly problems: readonly Problem[];
}

/** Which files the form of this address may bring from this person; other forms bring none. */
export function fileLimits(ctx: Context, app: App): FileLimits {
  const site = siteOf(ctx, app);
  return new Map(writableFiles(ctx, app, site).map(({ name, max }) => [name, Number(max)]));
}

function writableFiles(ctx: Context, app: App, site: Site): readonly FieldInfo[] {
  const isNew = ctx.state.params.key === undefined;
  if ((isNew && site.model.readOnly) || fileFields(site.model).length === 0) return [];
  return writableFields(ctx, app, site, isNew ? 'add' : 'change').filter(holdsFile);
}

/**
 * Reads the file fields of a form. A browser cannot put a chosen file into a form again, so it is kept aside at once and the
 * form goes on with its key (`scan~kept`): a mistake elsewhere loses nothing. `scan~none` takes a file away.
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
  for (const field of fields.filter(holdsFile)) {
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

type Read = { readonly file: StoredFile } | Pick<Problem, 'issue'> | 'none' | undefined;

async function readOne({ state: { actor } }: Context, app: App, field: FieldInfo, form: Form): Promise<Read> {
  const upload = form.file(field.name);
  if (upload) {
    const received = await app.files.receive(actor, field, upload);
    return received.ok ? { file: received.value } : { issue: received.issue };
  }
  if (form.get(`${field.name}~none`) === 'true') return 'none';
  const kept = form.get(`${field.name}~kept`) ?? '';
  if (kept === '') return undefined;
  const file = await app.files.waiting(actor, field, kept);
  return file ? { file } : { issue: { key: 'problem.file.waiting' } };
}
