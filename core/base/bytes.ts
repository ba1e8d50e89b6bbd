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
