import type { FileHandle } from 'node:fs/promises';
import { type FileType, isFileType, UNKNOWN_TYPE } from '../model/file-types.ts';
import { fileExtension } from './file-name.ts';

/** The number of bytes passed to `file-type`, enough for the allowed formats. */
const HEAD_BYTES = 4_100;

/**
 * Detects the type of a file from its content. Its name and the type sent by the browser are not trusted; the extension decides
 * only between text formats that look alike (a CSV is text). `file-type` recognises the format; anything not in `FILE_TYPES` is
 * `application/octet-stream` (docs/decisions/0003-file-types.md).
 */
export async function contentType(file: FileHandle, size: number, name: string): Promise<string> {
  const head = await readAt(file, 0, HEAD_BYTES);
  const archive = archiveType(head);
  if (archive === 'application/zip') return zipType(file, size, head);
  if (archive !== undefined) return archive;
  const format = await formatOf(head);
  // Both begin with a signature that cannot be confused with other text.
  if (format === 'application/pdf' || format === 'application/rtf') return format;
  // Text is checked first: some signatures are plain letters, and "BMW is a car" is not an image.
  return (await textType(file, head, fileExtension(name))) ?? format ?? UNKNOWN_TYPE;
}

/** Detects archives without `file-type`, which unpacks their beginning to look inside. Nothing is ever unpacked here. */
function archiveType(head: Buffer): FileType | undefined {
  const start = head.toString('latin1', 0, 4);
  if (start === 'PK\x03\x04' || start === 'PK\x05\x06') return 'application/zip';
  return start.startsWith('\x1f\x8b\x08') ? 'application/gzip' : undefined;
}

async function formatOf(head: Buffer): Promise<FileType | undefined> {
  const start = head.toString('latin1', 0, 6);
  // The directory by which `file-type` distinguishes TIFF from cameras' raw formats is often at the end of the file.
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return 'image/tiff';
  const { fileTypeFromBuffer } = await import('file-type');
  const [mime = ''] = (await fileTypeFromBuffer(head))?.mime.split(';') ?? [];
  const type = OTHER_NAMES[mime] ?? mime;
  // `file-type` accepts any version of GIF; browsers support these two.
  if (type === 'image/gif' && !/^GIF8[79]a/.test(start)) return undefined;
  return isFileType(type) ? type : undefined;
}

/** Other names that `file-type` uses for the formats of `FILE_TYPES`, and variants that are displayed and opened the same way. */
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

/** Reads up to `length` bytes of a file from a position; fewer at its end. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}

// ── text

/** Characters that text never contains; tab, line feed, form feed, carriage return and escape are allowed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BINARY = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]/;
/** Beginnings of a file that browsers treat as HTML (WHATWG mimesniff, 7.1). */
const HTML =
  /^<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg|math|img|link|meta|form|!--)[\s>/-]/i;
/** By file extension. A Map, because extensions come from users: an object would have an entry for `constructor`. */
const TEXT_TYPES = new Map<string, FileType>([
  ['csv', 'text/csv'],
  ['json', 'application/json'],
]);

/** The type of UTF-8 text, based on the whole content; undefined if it is not text. */
async function textType(file: FileHandle, head: Buffer, extension: string): Promise<FileType | undefined> {
  if (!(await isText(file))) return undefined;
  const start = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^<svg[\s>]/i.test(withoutProlog(start))) return 'image/svg+xml';
  if (/^<\?xml\s/i.test(start)) return 'application/xml';
  if (HTML.test(start)) return 'text/html';
  return TEXT_TYPES.get(extension) ?? 'text/plain';
}

/** Removes the XML declaration, comments and document type that may precede the root element. */
function withoutProlog(text: string): string {
  return text.replace(/^(?:\s*(?:<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!doctype svg[^>]*>))*\s*/i, '');
}

const CHUNK_BYTES = 65_536;

async function isText(file: FileHandle): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let at = 0; ; at += CHUNK_BYTES) {
      const chunk = await readAt(file, at, CHUNK_BYTES);
      const isLast = chunk.length < CHUNK_BYTES;
      if (BINARY.test(decoder.decode(chunk, { stream: !isLast }))) return false;
      if (isLast) return true;
    }
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

// ── ZIP archives

/** The end-of-directory record with the longest possible comment. */
const TAIL_BYTES = 22 + 65_535;
/** No office document has a larger directory. */
const MAX_DIRECTORY_BYTES = 4_000_000;

/**
 * Office documents are ZIP archives that are identified by their directory. Only names are read and nothing is unpacked, so a ZIP
 * bomb does no harm.
 */
async function zipType(file: FileHandle, size: number, head: Buffer): Promise<FileType | typeof UNKNOWN_TYPE> {
  const declared = declaredType(head);
  if (declared !== undefined) return declared;
  const names = await entryNames(file, size);
  if (names === undefined || !names.includes('[Content_Types].xml')) return 'application/zip';
  // A document with macros is a program, so it does not count as an ordinary document.
  if (names.some((name) => /vbaproject\.bin$/i.test(name))) return UNKNOWN_TYPE;
  const has = (folder: string): boolean => names.some((name) => name.startsWith(folder));
  if (has('word/')) return 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  if (has('xl/')) return 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  if (has('ppt/')) return 'application/vnd.openxmlformats-officedocument.presentationml.presentation';
  return 'application/zip';
}

/** OpenDocument and EPUB store their type in the first entry, `mimetype`, uncompressed. */
function declaredType(head: Buffer): FileType | undefined {
  if (head.length < 38 || head.toString('latin1', 30, 38) !== 'mimetype') return undefined;
  const start = 38 + head.readUInt16LE(28);
  const match = /^application\/(?:vnd\.oasis\.opendocument\.[a-z-]+|epub\+zip)/.exec(head.toString('latin1', start));
  const type = match?.[0] ?? '';
  return isFileType(type) ? type : undefined;
}

async function entryNames(file: FileHandle, size: number): Promise<readonly string[] | undefined> {
  const tail = await readAt(file, Math.max(0, size - TAIL_BYTES), TAIL_BYTES);
  const end = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end === -1 || tail.length - end < 22) return undefined;
  const length = tail.readUInt32LE(end + 12);
  const start = tail.readUInt32LE(end + 16);
  if (length > MAX_DIRECTORY_BYTES || start + length > size) return undefined;
  const directory = await readAt(file, start, length);
  const names: string[] = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    names.push(directory.toString('latin1', at + 46, at + 46 + nameLength));
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return names;
}
