import { bytesOf } from '../bytes.ts';
import { IMAGE_TYPES } from '../files/file-types.ts';
import type { FieldWords } from './declared-field.ts';
import type { Kind } from './field.ts';

const LARGEST_FILE = '10 MB';
const LARGEST_IMAGE = '5 MB';
/** As a good camera takes them; more, and a browser that shows one runs out of memory. */
const MOST_PIXELS = 40_000_000;

/** What a field of kind file or image takes; undefined for other kinds. A `max` that is no size becomes NaN, which the boot tells. */
export function fileLimits(
  kind: Kind,
  { max, types, pixels }: FieldWords,
): { readonly max: number; readonly types: readonly string[]; readonly pixels: number | undefined } | undefined {
  if (kind === 'file') return { max: bytesOf(String(max ?? LARGEST_FILE)), types: types ?? [], pixels: undefined };
  if (kind !== 'image') return undefined;
  return { max: bytesOf(String(max ?? LARGEST_IMAGE)), types: types ?? IMAGE_TYPES, pixels: pixels ?? MOST_PIXELS };
}
