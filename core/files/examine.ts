import { open } from 'node:fs/promises';
import { limitText } from '../bytes.ts';
import type { Upload } from '../http/upload.ts';
import type { Parsed } from '../model/kind.ts';
import { accepted, refused } from '../model/parsed.ts';
import type { FieldInfo } from '../model/registry.ts';
import { contentType } from './content-type.ts';
import { cleanFileName, nameForType } from './file-name.ts';
import { isImageType, typeTitles, UNKNOWN_TYPE } from './file-types.ts';
import { type ImageSize, imageSize } from './image-size.ts';

export interface Examined {
  readonly name: string;
  readonly type: string;
  /** Of a picture. */
  readonly dots: ImageSize | undefined;
}

/** Looks into an upload: whether it is what the field takes, by its content and never by what its sender says. */
export async function examine(field: FieldInfo, upload: Upload): Promise<Parsed<Examined>> {
  if (upload.tooLarge || upload.size > Number(field.max)) {
    return refused('problem.file.tooLarge', { most: limitText(Number(field.max)) });
  }
  if (upload.size === 0) return refused('problem.file.empty');
  const file = await open(upload.path, 'r');
  try {
    const clean = cleanFileName(upload.name);
    const type = await contentType(file, upload.size, clean);
    if (field.types.length > 0 && !field.types.includes(type)) {
      if (type === UNKNOWN_TYPE) return refused('problem.file.unknown', { types: typeTitles(field.types) });
      return refused('problem.file.type', { found: typeTitles([type]), types: typeTitles(field.types) });
    }
    const dots = isImageType(type) ? await imageSize(file, type) : undefined;
    if (field.kind === 'image') {
      if (dots === undefined) return refused('problem.file.image');
      const { width, height } = dots;
      if (width * height > (field.pixels ?? 0)) {
        return refused('problem.file.pixels', { width, height, most: (field.pixels ?? 0) / 1_000_000 });
      }
    }
    return accepted({ name: nameForType(clean, type), type, dots });
  } finally {
    await file.close();
  }
}
