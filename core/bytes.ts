/** `'1 MB'`, `'50 MB'`, `'64 KB'`: thousands, as the makers of disks and browsers count. */
export type Bytes = `${number} ${'KB' | 'MB'}`;

const FORM = /^(\d+(?:\.\d+)?) (KB|MB)$/;

/** How many bytes that is; NaN for what is no such size, which only JavaScript can write. */
export function bytesOf(size: string): number {
  const [, amount, unit] = FORM.exec(size) ?? [];
  return Math.round(Number(amount) * (unit === 'MB' ? 1_000_000 : 1_000));
}

/** A limit as it was written: `2 KB`, `10 MB`. */
export function limitText(bytes: number): string {
  return bytes < 1_000_000 ? `${bytes / 1_000} KB` : `${bytes / 1_000_000} MB`;
}
