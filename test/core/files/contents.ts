/** The smallest files of each format: a signature and the header that is read. */
import { deflateRawSync } from 'node:zlib';

/** A PNG whose header declares these dimensions. */
export function png(width = 2, height = 3, rest = ''): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return Buffer.concat([latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), size, latin(`\x08\x06\0\0\0${rest}`)]);
}

export function gif(width = 2, height = 3): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(width, 0);
  size.writeUInt16LE(height, 2);
  return Buffer.concat([latin('GIF89a'), size, latin('\0\0\0;')]);
}

/** A JPEG with a preview of 700 bytes before its frame. */
export function jpeg(width = 2, height = 3): Buffer {
  const frame = Buffer.alloc(4);
  frame.writeUInt16BE(height, 0);
  frame.writeUInt16BE(width, 2);
  const preview = Buffer.concat([latin('\xff\xe1\x02\xbe'), Buffer.alloc(700)]);
  return Buffer.concat([
    latin('\xff\xd8'),
    preview,
    latin('\xff\xff\xc0\0\x0b\x08'),
    frame,
    latin('\x01\x01\x11\0\xff\xd9'),
  ]);
}

export function webp(form: 'VP8 ' | 'VP8L' | 'VP8X', width = 2, height = 3): Buffer {
  const head = Buffer.alloc(20);
  head.write('RIFF\0\0\0\0WEBP', 'latin1');
  head.write(form, 12, 'latin1');
  const body = Buffer.alloc(12);
  if (form === 'VP8X') {
    body.writeUIntLE(width - 1, 4, 3);
    body.writeUIntLE(height - 1, 7, 3);
  } else if (form === 'VP8L') {
    body[0] = 0x2f;
    body.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 1);
  } else {
    body.write('\x9d\x01*', 3, 'latin1');
    body.writeUInt16LE(width, 6);
    body.writeUInt16LE(height, 8);
  }
  return Buffer.concat([head, body]);
}

/** A ZIP archive of these entries. */
export function zip(entries: Readonly<Record<string, string | Buffer>>, packed = true): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(entries)) {
    const plain = Buffer.from(content);
    const data = packed ? deflateRawSync(plain) : plain;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(packed ? 8 : 0, 8);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(plain.length, 22);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    local.copy(central, 10, 8, 30);
    central.writeUInt32LE(at, 42);
    parts.push(local, Buffer.from(name), data);
    directory.push(central, Buffer.from(name));
    at += local.length + name.length + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

export const PDF = Buffer.from('%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n');
export const SVG = Buffer.from(
  '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
);
export const HTML = Buffer.from('<!doctype html><script>alert(document.cookie)</script>');

export function latin(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
