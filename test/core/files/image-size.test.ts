import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type ImageSize, imageSize } from '../../../core/files/image-size.ts';
import type { ImageType } from '../../../core/model/file-types.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { gif, jpeg, latin, png, webp } from './contents.ts';

const test = suite('image size');
const folder = temporaryFolder();

async function sizeOf(content: Buffer, type: ImageType): Promise<ImageSize | undefined> {
  const place = path.join(folder, 'picture');
  await writeFile(place, content);
  const file = await open(place, 'r');
  try {
    return await imageSize(file, type);
  } finally {
    await file.close();
  }
}

const formats: Readonly<Record<string, readonly [ImageType, number, (width: number, height: number) => Buffer]>> = {
  PNG: ['image/png', 2 ** 31 - 1, png],
  GIF: ['image/gif', 2 ** 16 - 1, gif],
  'JPEG, behind a preview and padding': ['image/jpeg', 2 ** 16 - 1, jpeg],
  'WebP, lossy': ['image/webp', 2 ** 14 - 1, (width, height) => webp('VP8 ', width, height)],
  'WebP, lossless': ['image/webp', 2 ** 14, (width, height) => webp('VP8L', width, height)],
  'WebP, extended': ['image/webp', 2 ** 24, (width, height) => webp('VP8X', width, height)],
};
for (const [name, [type, max, make]] of Object.entries(formats)) {
  test(`${name}: width and height are read, regardless of size`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }), async (width, height) => {
        assert.equal(await sizeOf(make(width, height), type), { width, height });
      }),
      { numRuns: 30 },
    );
  });

  test(`${name}: a truncated file never fails`, async () => {
    const complete = make(5, 7);
    for (let end = 0; end < complete.length; end += Math.max(1, Math.floor(complete.length / 60))) {
      const size = await sizeOf(complete.subarray(0, end), type);
      if (size) assert.equal(size, { width: 5, height: 7 });
    }
  });
}

test('an image without height or width has no size', async () => {
  assert.is(await sizeOf(png(0, 5), 'image/png'), undefined);
  assert.is(await sizeOf(gif(5, 0), 'image/gif'), undefined);
  assert.is(await sizeOf(jpeg(0, 0), 'image/jpeg'), undefined);
});

test('a JPEG with endless segments, or without a frame before its data, has no size', async () => {
  const segments = Buffer.concat([latin('\xff\xd8'), ...Array.from({ length: 600 }, () => latin('\xff\xe0\0\x02'))]);
  assert.is(await sizeOf(Buffer.concat([segments, jpeg().subarray(2)]), 'image/jpeg'), undefined);
  assert.is(await sizeOf(latin('\xff\xd8\xff\xda\0\x08\0\0\0\0\0\0'), 'image/jpeg'), undefined);
  assert.is(await sizeOf(latin('\xff\xd8\xff\xe0\0\0'.padEnd(40, '\0')), 'image/jpeg'), undefined);
});

test('arbitrary bytes never fail', async () => {
  const types = fc.constantFrom<ImageType>('image/png', 'image/jpeg', 'image/gif', 'image/webp');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), types, async (bytes, type) => {
      const size = await sizeOf(Buffer.from(bytes), type);
      if (size) assert.ok(size.width > 0 && size.height > 0);
    }),
    { numRuns: 60 },
  );
});
