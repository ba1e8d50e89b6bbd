import type { FileHandle } from 'node:fs/promises';
import { type FileType, isFileType, UNKNOWN_TYPE } from './file-types.ts';
import { readAt } from './read-at.ts';

/** The end of the directory, with the longest comment that may follow it. */
const TAIL = 22 + 65_535;
/** A directory larger than this belongs to no document. */
const MOST_DIRECTORY = 4_000_000;

/**
 * Documents of offices are ZIP archives; their directory tells which. Only names are read, and nothing is ever unpacked, so an
 * archive that would grow to a thousand times its size does no harm here.
 */
export async function zipType(file: FileHandle, size: number, head: Buffer): Promise<FileType | typeof UNKNOWN_TYPE> {
  const declared = declaredType(head);
  if (declared !== undefined) return declared;
  const names = await namesIn(file, size);
  if (names === undefined || !names.includes('[Content_Types].xml')) return 'application/zip';
  // A document with macros is a program; it is none of the types that bear the harmless name.
  if (names.some((name) => /vbaproject\.bin$/i.test(name))) return UNKNOWN_TYPE;
  const of = (folder: string): boolean => names.some((name) => name.startsWith(folder));
  if (of('word/')) return 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  if (of('xl/')) return 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  if (of('ppt/')) return 'application/vnd.openxmlformats-officedocument.presentationml.presentation';
  return 'application/zip';
}

/** OpenDocument and EPUB say what they are in a first entry `mimetype`, which is not compressed. */
function declaredType(head: Buffer): FileType | undefined {
  if (head.length < 38 || head.toString('latin1', 30, 38) !== 'mimetype') return undefined;
  const start = 38 + head.readUInt16LE(28);
  const written = /^application\/(?:vnd\.oasis\.opendocument\.[a-z-]+|epub\+zip)/.exec(head.toString('latin1', start));
  const type = written?.[0] ?? '';
  return isFileType(type) ? type : undefined;
}

async function namesIn(file: FileHandle, size: number): Promise<readonly string[] | undefined> {
  const tail = await readAt(file, Math.max(0, size - TAIL), TAIL);
  const end = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end === -1 || tail.length - end < 22) return undefined;
  const length = tail.readUInt32LE(end + 12);
  const start = tail.readUInt32LE(end + 16);
  if (length > MOST_DIRECTORY || start + length > size) return undefined;
  const directory = await readAt(file, start, length);
  const names: string[] = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50; ) {
    const name = directory.readUInt16LE(at + 28);
    names.push(directory.toString('latin1', at + 46, at + 46 + name));
    at += 46 + name + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return names;
}
