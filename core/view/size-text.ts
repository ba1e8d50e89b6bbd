import type { Formatter } from '../model/kind.ts';

/** A size as people read it: `840 bytes`, `1.2 MB`. Thousands, as in the limits of fields. */
export function sizeText({ t, number }: Pick<Formatter, 't' | 'number'>, bytes: number): string {
  if (bytes < 1_000) return t('value.bytes', { size: bytes, shown: number(bytes) });
  const [divisor, unit] = bytes < 999_500 ? [1_000, 'kb'] : [1_000_000, 'mb'];
  const amount = bytes / divisor;
  return t(`value.${unit}`, { shown: number(amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount)) });
}
