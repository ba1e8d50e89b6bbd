import type { FileHandle } from 'node:fs/promises';
import { endingOf } from './file-name.ts';
import { type FileType, UNKNOWN_TYPE } from './file-types.ts';
import { readAt } from './read-at.ts';
import { textType } from './text-type.ts';
import { zipType } from './zip-type.ts';

/** Enough for every signature below, and for the beginning of a page. */
const HEAD = 4_096;

/**
 * What a file holds, told by its content alone: what its name or its browser says proves nothing. Only where the content cannot
 * tell (a CSV is text) the ending of the name has a say.
 */
export async function contentType(file: FileHandle, size: number, name: string): Promise<string> {
  const head = await readAt(file, 0, HEAD);
  const known = signatureOf(head);
  if (known === 'application/zip') return zipType(file, size, head);
  return known ?? (await textType(file, head, endingOf(name))) ?? UNKNOWN_TYPE;
}

/** Bytes at an offset, as text of Latin-1 so that a byte is a character. */
const SIGNATURES: readonly (readonly [FileType, number, string])[] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF87a'],
  ['image/gif', 0, 'GIF89a'],
  ['image/tiff', 0, 'II*\0'],
  ['image/tiff', 0, 'MM\0*'],
  ['application/pdf', 0, '%PDF-'],
  ['application/zip', 0, 'PK\x03\x04'],
  ['application/zip', 0, 'PK\x05\x06'],
  ['application/gzip', 0, '\x1f\x8b\x08'],
  ['application/vnd.ms-office', 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['application/rtf', 0, '{\\rtf'],
  ['audio/mpeg', 0, 'ID3'],
  ['audio/ogg', 0, 'OggS'],
];

function signatureOf(head: Buffer): FileType | undefined {
  const text = head.toString('latin1');
  const found = SIGNATURES.find(([, at, bytes]) => text.startsWith(bytes, at));
  if (found) return found[0];
  if (text.startsWith('RIFF')) return riffType(text.slice(8, 12));
  if (text.slice(4, 8) === 'ftyp') return mediaType(text.slice(8, 12));
  if (text.startsWith('\x1aE\xdf\xa3') && text.includes('webm')) return 'video/webm';
  if (text.startsWith('BM') && head.length >= 26 && head.readUInt32LE(6) === 0) return 'image/bmp';
  // A frame of MPEG audio, layer III, without tags before it.
  return /^\xff[\xfa\xfb\xf2\xf3]/.test(text) ? 'audio/mpeg' : undefined;
}

function riffType(form: string): FileType | undefined {
  if (form === 'WEBP') return 'image/webp';
  return form === 'WAVE' ? 'audio/wav' : undefined;
}

/** Brands of the ISO base media format. */
function mediaType(brand: string): FileType {
  if (/^(?:avif|avis)$/.test(brand)) return 'image/avif';
  if (/^(?:heic|heix|heim|heis|mif1|msf1)$/.test(brand)) return 'image/heic';
  if (brand === 'qt  ') return 'video/quicktime';
  return /^M4[AB] $/.test(brand) ? 'audio/mp4' : 'video/mp4';
}
