import type { FileHandle } from 'node:fs/promises';
import { endingOf } from './file-name.ts';
import { type FileType, isFileType, UNKNOWN_TYPE } from './file-types.ts';
import { readAt } from './read-at.ts';
import { textType } from './text-type.ts';
import { zipType } from './zip-type.ts';

/** All that `file-type` is given, and enough for the formats that are allowed. */
const HEAD_BYTES = 4_100;

/**
 * The type of a file by its content alone: its name and what its browser says prove nothing. Only where the content cannot
 * tell (a CSV is text) the ending of the name decides. `file-type` recognises the format; what is not in `FILE_TYPES` is
 * `application/octet-stream`.
 */
export async function contentType(file: FileHandle, size: number, name: string): Promise<string> {
  const head = await readAt(file, 0, HEAD_BYTES);
  const archive = archiveType(head);
  if (archive === 'application/zip') return zipType(file, size, head);
  if (archive !== undefined) return archive;
  const format = await formatOf(head);
  // Both are formats of text that nothing else looks like.
  if (format === 'application/pdf' || format === 'application/rtf') return format;
  // Text first: the signatures of some formats are letters, and "BMW is a car" is not a picture.
  return (await textType(file, head, endingOf(name))) ?? format ?? UNKNOWN_TYPE;
}

/** Archives are not given to `file-type`, which unpacks their beginning to look inside; we never unpack anything. */
function archiveType(head: Buffer): FileType | undefined {
  const start = head.toString('latin1', 0, 4);
  if (start === 'PK\x03\x04' || start === 'PK\x05\x06') return 'application/zip';
  return start.startsWith('\x1f\x8b\x08') ? 'application/gzip' : undefined;
}

async function formatOf(head: Buffer): Promise<FileType | undefined> {
  const start = head.toString('latin1', 0, 6);
  // The directory by which `file-type` tells TIFF from the raw formats of cameras is often at the end of the file.
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return 'image/tiff';
  const { fileTypeFromBuffer } = await import('file-type');
  const [mime = ''] = (await fileTypeFromBuffer(head))?.mime.split(';') ?? [];
  const type = OTHER_NAMES[mime] ?? mime;
  // `file-type` takes any version for a GIF; browsers know these two.
  if (type === 'image/gif' && !/^GIF8[79]a/.test(start)) return undefined;
  return isFileType(type) ? type : undefined;
}

/** What `file-type` calls the formats of `FILE_TYPES` otherwise, and variants that are shown and opened as those are. */
const OTHER_NAMES: Readonly<Record<string, FileType>> = {
  'image/apng': 'image/png',
  'image/heif': 'image/heic',
  'image/heif-sequence': 'image/heic',
  'image/heic-sequence': 'image/heic',
  'application/x-cfb': 'application/vnd.ms-office',
  'audio/x-m4a': 'audio/mp4',
  'video/x-m4v': 'video/mp4',
  'video/3gpp': 'video/mp4',
  'video/3gpp2': 'video/mp4',
};
