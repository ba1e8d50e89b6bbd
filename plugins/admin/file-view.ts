import type { App } from '../../core/app.ts';
import { fileAddress } from '../../core/files/file-address.ts';
import { acceptOf, typeTitles } from '../../core/files/file-types.ts';
import type { StoredFile } from '../../core/files/stored-file.ts';
import type { Context } from '../../core/http/context.ts';
import { storedIn } from '../../core/model/kinds/file.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import type { Found } from '../../core/query/types.ts';
import { sizeText } from '../../core/view/size-text.ts';
import { sitesOf } from './site.ts';

/** What the control of a file shows beside the input itself. */
export interface FileView {
  readonly accept: string;
  /** Which files are taken, as a sentence. */
  readonly taken: string;
  /** The file that the record holds. */
  readonly current?: { readonly name: string; readonly size: string; readonly url: string; readonly picture: boolean };
  /** The one that was chosen before the form came back with mistakes. */
  readonly waiting?: { readonly key: string; readonly name: string; readonly size: string };
  readonly removable: boolean;
}

export function fileView(
  ctx: Context,
  app: App,
  field: FieldInfo,
  found: Found | undefined,
  waiting: StoredFile | undefined,
): FileView {
  const show = sitesOf(app).show(ctx);
  const current = found && storedIn(found.row[field.name] ?? null);
  const most = sizeText(show, Number(field.max));
  const taken =
    field.types.length === 0
      ? show.t('admin.file.any', { most })
      : show.t('admin.file.taken', { most, types: typeTitles(field.types) });
  return {
    accept: acceptOf(field.types),
    taken,
    ...(found &&
      current && {
        current: {
          name: current.name,
          size: sizeText(show, current.size),
          url: fileAddress(app.urls.record(field.model, found.key), field),
          picture: field.kind === 'image',
        },
      }),
    ...(waiting && { waiting: { key: waiting.key, name: waiting.name, size: sizeText(show, waiting.size) } }),
    removable: field.nullable && (current !== undefined || waiting !== undefined),
  };
}
