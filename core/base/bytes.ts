/** `'1 MB'`, `'50 MB'`, `'64 KB'`: decimal units, as disk vendors and browsers use them. */
export type Bytes = `${number} ${'KB' | 'MB'}`;

const SIZE = /^(\d+(?:\.\d+)?) (KB|MB)$/;

/**
 * The size in bytes; NaN for an invalid size, which only plain JavaScript can pass.
 *
 * @example parseSize('1.5 MB') // 1_500_000
 */
export function parseSize(size: string): number {
  const [, amount, unit] = SIZE.exec(size) ?? [];
  return Math.round(Number(amount) * (unit === 'MB' ? 1_000_000 : 1_000));
}

/** @example formatSize(10_000_000) // '10 MB' */
export function formatSize(bytes: number): string {
  return bytes < 1_000_000 ? `${bytes / 1_000} KB` : `${bytes / 1_000_000} MB`;
}

/** Bytes of a block, small enough that a client that reads slowly keeps little memory. */
const BLOCK_BYTES = 128 * 1024;
let block = Buffer.alloc(0);
let used = 0;

/**
 * Encodes a text as UTF-8, like `Buffer.from`, but writes one text after another into a shared block: allocating the memory of each page
 * on its own, and measuring the text first, would take as long as encoding it.
 *
 * @example
 * ctx.body = encodeUtf8(html);
 */
export function encodeUtf8(text: string): Buffer {
  // A UTF-16 unit takes at most three bytes.
  const atMost = text.length * 3;
  if (atMost > BLOCK_BYTES) return Buffer.from(text);
  if (atMost > block.length - used) {
    block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    used = 0;
  }
  const start = used;
  used += block.write(text, start);
  return block.subarray(start, used);
}
