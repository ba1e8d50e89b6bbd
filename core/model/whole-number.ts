import type { Issue } from './kind.ts';
import { issue } from './parsed.ts';

const DIGITS = /^[+-]?\d+$/;
/** More than any column holds, so that a megabyte of digits is not worked on. */
const MOST_DIGITS = 40;

/** Digits with an optional sign, exactly; undefined for anything else. A minus sign as typographers set it is one, too. */
export function readWholeNumber(text: string): bigint | undefined {
  const digits = text.trim().replace('−', '-');
  if (!DIGITS.test(digits)) return undefined;
  const short = digits.replace(/^([+-]?)0+(?=\d)/, '$1');
  if (short.length > MOST_DIGITS) return short.startsWith('-') ? -(10n ** 40n) : 10n ** 40n;
  return BigInt(short.startsWith('+') ? short.slice(1) : short);
}

/** Whether a number is outside what the column holds or what the field allows; the narrower bound is told. */
export function outsideOf<N extends number | bigint>(
  value: N,
  column: { readonly min: N; readonly max: N },
  field: { readonly min?: unknown; readonly max?: unknown },
): Issue | undefined {
  const min = typeof field.min === 'number' || typeof field.min === 'bigint' ? field.min : column.min;
  const max = typeof field.max === 'number' || typeof field.max === 'bigint' ? field.max : column.max;
  if (value < min || value < column.min) return issue('problem.tooSmall', { min: String(min) });
  if (value > max || value > column.max) return issue('problem.tooLarge', { max: String(max) });
  return undefined;
}
