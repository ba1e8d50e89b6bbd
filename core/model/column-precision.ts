// Columns of unmanaged tables that are less precise than their field: PostgreSQL silently rounds values.

import type { FieldInfo } from './field-type.ts';
import { createIssue, type Issue } from './issue.ts';
import { parseDecimal } from './numbers.ts';

/** The precision with which a column stores numbers or times. `digits`: decimal places, or digits after the seconds. */
export type ColumnPrecision =
  | { readonly of: 'number' | 'time'; readonly digits: number }
  | { readonly of: 'float'; readonly bytes: 4 | 8 };

const precisions = new WeakMap<FieldInfo, ColumnPrecision>();

/** Sets what `loadTableFacts` read from the catalogue. */
export function setColumnPrecision(field: FieldInfo, precision: ColumnPrecision | undefined): void {
  if (precision === undefined) precisions.delete(field);
  else precisions.set(field, precision);
}

/**
 * The precision of a column's type and modifier (`pg_type.typname`, `pg_attribute.atttypmod`); undefined if nothing is rounded. For
 * an array (`_int4`), that of its items.
 */
export function columnPrecision(arrayOrType: string, modifier: number): ColumnPrecision | undefined {
  const type = arrayOrType.replace(/^_/, '');
  // True of most currencies, although `lc_monetary` can set other digits.
  if (type === 'money') return { of: 'number', digits: 2 };
  if (type === 'float4' || type === 'float8') return { of: 'float', bytes: type === 'float4' ? 4 : 8 };
  if (/^int[248]$/.test(type)) return { of: 'number', digits: 0 };
  if (type === 'numeric') return modifier < 4 ? undefined : { of: 'number', digits: numericScale(modifier) };
  return /^time/.test(type) && modifier >= 0 ? { of: 'time', digits: modifier } : undefined;
}

/** The scale of `numeric(precision, scale)`: eleven bits with a sign, above a header of four bytes. */
export function numericScale(modifier: number): number {
  return (((modifier - 4) & 0x7ff) ^ 0x400) - 0x400;
}

/** A problem if the column would round a valid value of the field. */
export function roundingIssue(field: FieldInfo, value: unknown): Issue | undefined {
  const precision = precisions.get(field);
  // fault: value-rounded-by-column
  if (precision === undefined) return undefined;
  if (Array.isArray(value)) {
    for (const item of value) {
      const issue = valueIssue(precision, item);
      if (issue !== undefined) return issue;
    }
    return undefined;
  }
  return valueIssue(precision, value);
}

function valueIssue(precision: ColumnPrecision, value: unknown): Issue | undefined {
  if (precision.of === 'time') {
    if (!(value instanceof Date) || value.getUTCMilliseconds() % 10 ** Math.max(3 - precision.digits, 0) === 0)
      return undefined;
    return createIssue('problem.tooManySecondDigits', { digits: precision.digits });
  }
  const number = typeof value === 'string' || Number.isSafeInteger(value) ? parseDecimal(String(value)) : undefined;
  if (number === undefined) return undefined;
  if (precision.of === 'float') {
    const float = precision.bytes === 4 ? Math.fround(Number(value)) : Number(value);
    if (!Number.isFinite(float)) return createIssue('problem.rejected');
    // PostgreSQL may display 134217728 as 134217730, but stores it exactly.
    if (number.fraction === '' && BigInt(float) === BigInt(`${number.negative ? '-' : ''}${number.whole || '0'}`))
      return undefined;
    const stored = withoutExponent(precision.bytes === 4 ? shortestFloat(float) : float);
    const shown = parseDecimal(stored);
    return shown !== undefined && canonical(shown) === canonical(number)
      ? undefined
      : createIssue('problem.inexact', { stored });
  }
  const scale = Math.max(precision.digits, 0);
  if (number.fraction.replace(/0+$/, '').length > scale) return createIssue('problem.tooManyDecimals', { scale });
  // A negative scale allows only multiples, such as whole hundreds.
  const step = 10n ** BigInt(scale - precision.digits);
  return BigInt(number.whole) % step === 0n ? undefined : createIssue('problem.rejected');
}

/** `1.5e-7` as `0.00000015`. */
function withoutExponent(value: number): string {
  const [digits = '', exponent] = String(value).split('e');
  if (exponent === undefined) return digits;
  const sign = digits.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = digits.replace('-', '').split('.');
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${all}`;
  return `${sign}${all.slice(0, point).padEnd(point, '0')}${all.length > point ? `.${all.slice(point)}` : ''}`;
}

/** The shortest decimal number that a four-byte float stores as the same value. */
function shortestFloat(stored: number): number {
  for (let digits = 1; digits <= 9; digits += 1) {
    const candidate = Number(stored.toPrecision(digits));
    if (Math.fround(candidate) === stored) return candidate;
  }
  return stored;
}

function canonical({ negative, whole, fraction }: NonNullable<ReturnType<typeof parseDecimal>>): string {
  return `${negative ? '-' : ''}${whole}.${fraction.replace(/0+$/, '')}`;
}
