import type { FileHandle } from 'node:fs/promises';
import type { ImageType } from '../model/file-types.ts';
import { readAt } from './content-type.ts';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The dimensions of an image, read from its header and never by decoding it: a few kilobytes can expand to gigabytes. Undefined if
 * the header is malformed.
 */
export async function imageSize(file: FileHandle, type: ImageType): Promise<ImageSize | undefined> {
  const size = type === 'image/jpeg' ? await jpegSize(file) : sizeIn(await readAt(file, 0, 32), type);
  return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
}

function sizeIn(head: Buffer, type: Exclude<ImageType, 'image/jpeg'>): ImageSize | undefined {
  if (type === 'image/gif') {
    return head.length < 10 ? undefined : { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
  }
  if (type === 'image/png') {
    if (head.length < 24 || head.toString('latin1', 12, 16) !== 'IHDR') return undefined;
    return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
  }
  return head.length < 30 ? undefined : webpSize(head);
}

/** Handles the three formats: extended, lossless, lossy. */
function webpSize(head: Buffer): ImageSize | undefined {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      if (head[20] !== 0x2f) return undefined;
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      if (head.toString('latin1', 23, 26) !== '\x9d\x01*') return undefined;
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    default:
      return undefined;
  }
}

/** Thumbnails, colour profiles and camera metadata precede the frame; no real image has more segments than this. */
const MAX_SEGMENTS = 500;

async function jpegSize(file: FileHandle): Promise<ImageSize | undefined> {
  let at = 2;
  for (let segment = 0; segment < MAX_SEGMENTS; segment += 1) {
    const head = await readAt(file, at, 9);
    if (head.length < 9 || head[0] !== 0xff) return undefined;
    const marker = head[1] ?? 0;
    if (marker === 0xff) {
      at += 1; // padding
      continue;
    }
    if (isFrame(marker)) return { width: head.readUInt16BE(7), height: head.readUInt16BE(5) };
    // The image data begins, but no frame header has given the dimensions.
    if (marker === 0xda || marker === 0xd9) return undefined;
    at += 2 + head.readUInt16BE(2);
  }
  return undefined;
}

/** Whether a marker is a frame header: SOF0 to SOF15, except for three other markers in that range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
