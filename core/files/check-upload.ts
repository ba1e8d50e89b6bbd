import { open } from 'node:fs/promises';
import { formatSize } from '../base/bytes.ts';
import type { FieldInfo } from '../model/field-type.ts';
import { isImageType, typeTitles, UNKNOWN_TYPE } from '../model/file-types.ts';
import type { Parsed } from '../model/issue.ts';
import { invalid, valid } from '../model/issue.ts';
import { contentType } from './content-type.ts';
import { cleanFileName, nameForType } from './file-name.ts';
import { type ImageSize, imageSize } from './image-size.ts';
import type { Upload } from './upload.ts';

export interface CheckedUpload {
  readonly name: string;
  readonly type: string;
  /** Only for images. */
  readonly dimensions: ImageSize | undefined;
}

/** Checks whether an upload is allowed in the field, based on its content and never on what the client claims. */
export async function checkUpload(field: FieldInfo, upload: Upload): Promise<Parsed<CheckedUpload>> {
  if (upload.tooLarge || upload.size > Number(field.max)) {
    return invalid('problem.file.tooLarge', { max: formatSize(Number(field.max)) });
  }
  if (upload.size === 0) return invalid('problem.file.empty');
  const file = await open(upload.path, 'r');
  try {
    const clean = cleanFileName(upload.name);
    const type = await contentType(file, upload.size, clean);
    if (field.types.length > 0 && !field.types.includes(type)) {
      if (type === UNKNOWN_TYPE) return invalid('problem.file.unknown', { types: typeTitles(field.types) });
      return invalid('problem.file.type', { found: typeTitles([type]), types: typeTitles(field.types) });
    }
    const dimensions = isImageType(type) ? await imageSize(file, type) : undefined;
    if (field.typeName === 'image') {
      if (dimensions === undefined) return invalid('problem.file.image');
      const { width, height } = dimensions;
      if (width * height > (field.pixels ?? 0)) {
        return invalid('problem.file.pixels', { width, height, max: (field.pixels ?? 0) / 1_000_000 });
      }
    }
    return valid({ name: nameForType(clean, type), type, dimensions });
  } finally {
    await file.close();
  }
}
