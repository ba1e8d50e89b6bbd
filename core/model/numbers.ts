// Exact numbers as strings, since JavaScript numbers would round them, and bounds of numeric fields.

import type { BaseFieldType } from './field-type.ts';
import { createIssue, type Issue } from './issue.ts';

const INTEGER = /^[+-]?\d+$/;
/** More than any integer column holds; longer text is not parsed. */
const MAX_DIGITS = 40;

/**
 * Parses digits with an optional sign; undefined for anything else. A typographic minus sign is accepted too.
 *
 * @example parseInteger(' +007 ') // 7n
 */
export function parseInteger(text: string): bigint | undefined {
  const digits = text.trim().replace('−', '-');
  if (!INTEGER.test(digits)) return undefined;
  const short = digits.replace(/^([+-]?)0+(?=\d)/, '$1');
  if (short.length > MAX_DIGITS) return short.startsWith('-') ? -(10n ** 40n) : 10n ** 40n;
  return BigInt(short.startsWith('+') ? short.slice(1) : short);
}

/** An exact decimal: no leading zeros except one before the point, no sign before a zero. */
export interface Decimal {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/**
 * Parses plain notation, `-1234.50`; undefined for anything else (an exponent, separators, `NaN`).
 *
 * @example parseDecimal('-07.50') // { negative: true, whole: '7', fraction: '50' }
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text.trim().replace('−', '-'));
  if (match === null) return undefined;
  const [, sign = '', digits = '', fraction = ''] = match;
  if (digits === '' && fraction === '') return undefined;
  const whole = digits.replace(/^0+(?=\d)/, '') || '0';
  const zero = whole === '0' && !/[1-9]/.test(fraction);
  return { negative: sign === '-' && !zero, whole, fraction };
}

/** A decimal in PostgreSQL's format. With a scale, it has that many digits after the point (further digits must be zeros). */
export function formatDecimal(decimal: Decimal, scale: number | undefined): string {
  const fraction = scale === undefined ? decimal.fraction : decimal.fraction.slice(0, scale).padEnd(scale, '0');
  return `${decimal.negative ? '-' : ''}${decimal.whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Negative, zero or positive when `one` is less than, equal to or greater than `other`. */
export function compareDecimals(one: Decimal, other: Decimal): number {
  const scale = Math.max(one.fraction.length, other.fraction.length);
  const difference = units(one, scale) - units(other, scale);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function units(decimal: Decimal, scale: number): bigint {
  const digits = BigInt(decimal.whole + decimal.fraction.padEnd(scale, '0'));
  return decimal.negative ? -digits : digits;
}

/** An issue if a number is outside the range of the column or of the field. The tighter bound is reported. */
export function rangeIssue<N extends number | bigint>(
  value: N,
  column: { readonly min: N; readonly max: N },
  field: { readonly min?: unknown; readonly max?: unknown },
): Issue | undefined {
  const min = typeof field.min === 'number' || typeof field.min === 'bigint' ? field.min : column.min;
  const max = typeof field.max === 'number' || typeof field.max === 'bigint' ? field.max : column.max;
  if (value < min || value < column.min) return createIssue('problem.tooSmall', { min: String(min) });
  if (value > max || value > column.max) return createIssue('problem.tooLarge', { max: String(max) });
  return undefined;
}

/** A field's own bounds, also enforced by the database. */
export const rangeChecks: BaseFieldType['checks'] = ({ min, max }) => [
  ...(min === undefined ? [] : [{ suffix: 'min', sql: (column: string) => `${column} >= ${min}` }]),
  ...(max === undefined ? [] : [{ suffix: 'max', sql: (column: string) => `${column} <= ${max}` }]),
];
