/** An exact decimal: no leading zeros but one before the point, no sign before a zero. */
export interface Decimal {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

const NOTATION = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/** Plain notation, `-1234.50`; undefined for anything else (an exponent, separators, `NaN`). */
export function readDecimal(text: string): Decimal | undefined {
  const match = NOTATION.exec(text.trim().replace('−', '-'));
  if (match === null) return undefined;
  const [, sign = '', digits = '', fraction = ''] = match;
  if (digits === '' && fraction === '') return undefined;
  const whole = digits.replace(/^0+(?=\d)/, '') || '0';
  const zero = whole === '0' && !/[1-9]/.test(fraction);
  return { negative: sign === '-' && !zero, whole, fraction };
}

/** As PostgreSQL writes it; with a scale, that many digits after the point (more than that must be zeros). */
export function writeDecimal(decimal: Decimal, scale: number | undefined): string {
  const fraction = scale === undefined ? decimal.fraction : decimal.fraction.slice(0, scale).padEnd(scale, '0');
  return `${decimal.negative ? '-' : ''}${decimal.whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Negative, zero or positive, as `one` is less than, equal to or more than `other`. */
export function compareDecimals(one: Decimal, other: Decimal): number {
  const scale = Math.max(one.fraction.length, other.fraction.length);
  const difference = units(one, scale) - units(other, scale);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function units(decimal: Decimal, scale: number): bigint {
  const digits = BigInt(decimal.whole + decimal.fraction.padEnd(scale, '0'));
  return decimal.negative ? -digits : digits;
}
