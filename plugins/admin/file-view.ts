import type { App } from '../../core/app.ts';
import type { FieldInfo } from '../../core/model/field-type.ts';
import { filePath, readStoredFile, type StoredFile } from '../../core/model/field-types/file.ts';
import { acceptAttribute, typeTitles } from '../../core/model/file-types.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import { sizeText } from '../../core/view/formatter.ts';
import { adminRegistry } from './admin-registry.ts';

/** What a file control shows besides the input. */
export interface FileView {
  readonly accept: string;
  /** The stored file. */
  readonly current?: { readonly name: string; readonly size: string; readonly url: string; readonly picture: boolean };
  /** The file chosen before the form was rejected. */
  readonly waiting?: { readonly key: string; readonly name: string; readonly size: string };
  readonly removable: boolean;
  /** The user has ticked “remove”. */
  readonly isRemoved: boolean;
}

/** The maximum size and the accepted types, as a sentence. */
export function acceptedFiles(ctx: Context, app: App, field: FieldInfo): string {
  const formatter = adminRegistry(app).formatter(ctx);
  const max = sizeText(formatter, Number(field.max));
  if (field.types.length === 0) return formatter.t('admin.file.size', { max });
  return formatter.t('admin.file.typesAndSize', { max, types: typeTitles(field.types) });
}

export function fileView(
  ctx: Context,
  app: App,
  field: FieldInfo,
  record: FoundRecord | undefined,
  { waiting, isRemoved }: { readonly waiting: StoredFile | undefined; readonly isRemoved: boolean },
): FileView {
  const formatter = adminRegistry(app).formatter(ctx);
  const current = record && readStoredFile(record.row[field.name] ?? null);
  return {
    accept: acceptAttribute(field.types),
    ...(record &&
      current && {
        current: {
          name: current.name,
          size: sizeText(formatter, current.size),
          url: filePath(app.urls.record(field.model, record.key), field),
          picture: field.typeName === 'image',
        },
      }),
    ...(waiting && { waiting: { key: waiting.key, name: waiting.name, size: sizeText(formatter, waiting.size) } }),
    removable: field.nullable && (current !== undefined || waiting !== undefined),
    isRemoved,
  };
}
