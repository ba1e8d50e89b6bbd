// Exact numbers: `decimal`, and `money` with its currency.

import { z } from 'zod';
import type { BaseFieldType, FieldInfo } from '../field-type.ts';
import { createIssue, type Issue, invalid, validUnless } from '../issue.ts';
import { compareDecimals, formatDecimal, parseDecimal, rangeChecks } from '../numbers.ts';

/** Max digits before and after the decimal point if the field sets no limit. */
const MAX_DIGITS = { whole: 500, fraction: 500 };

/** An exact number, represented as text throughout. */
export const decimal: BaseFieldType<string> = {
  name: 'decimal',
  sqlType: ({ precision, scale }) => (precision === undefined ? 'numeric' : `numeric(${precision}, ${scale ?? 0})`),
  sqlDefault: (field) => (typeof field.default === 'string' ? field.default : undefined),
  checks: rangeChecks,

  dbSchema: z.string(),
  decode: (dbValue) => String(dbValue),
  encode: (value) => value,
  cast: () => 'numeric',

  /** Pads the value to the column's decimal places, so that it equals what the database returns. */
  parse(text, field) {
    const number = parseDecimal(text);
    if (number === undefined) return invalid('problem.decimal');
    return validUnless(validate(text.trim().replace('−', '-'), field), formatDecimal(number, scaleOf(field)));
  },
  validate,

  align: 'end',

  widget: () => 'decimal',
  text: (dbValue) => String(dbValue),

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (dbValue) => String(dbValue),
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  const number = typeof value === 'string' ? parseDecimal(value) : undefined;
  if (number === undefined) return createIssue('problem.decimal');

  const scale = scaleOf(field);
  const decimals = number.fraction.replace(/0+$/, '').length;
  if (decimals > (scale ?? MAX_DIGITS.fraction))
    return createIssue('problem.tooManyDecimals', { scale: scale ?? MAX_DIGITS.fraction });
  const digits = field.precision === undefined ? MAX_DIGITS.whole : field.precision - (scale ?? 0);
  if (number.whole !== '0' && number.whole.length > digits) return createIssue('problem.tooManyDigits', { digits });

  const min = typeof field.min === 'string' ? parseDecimal(field.min) : undefined;
  if (min && compareDecimals(number, min) < 0) return createIssue('problem.tooSmall', { min: String(field.min) });
  const max = typeof field.max === 'string' ? parseDecimal(field.max) : undefined;
  if (max && compareDecimals(number, max) > 0) return createIssue('problem.tooLarge', { max: String(field.max) });
  return undefined;
}

/** The number of decimal places. As in SQL, a precision without a scale means integers. */
function scaleOf(field: FieldInfo): number | undefined {
  return field.precision === undefined ? undefined : (field.scale ?? 0);
}

/** Total number of digits, including decimal places: 17 before the decimal point in currencies with two decimals. */
export const MONEY_DIGITS = 19;

/** An exact amount in the field's currency, represented as text throughout, never as a float. */
export const money: BaseFieldType<string> = {
  ...decimal,
  name: 'money',
};

/**
 * Currencies by their number of decimal places (the minor unit in ISO 4217). Not taken from Intl, because its data change between
 * Node versions and a column's type must not.
 */
const MINOR_UNITS: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};
const BY_CODE = new Map(
  Object.entries(MINOR_UNITS).flatMap(([digits, codes]) =>
    codes.split(' ').map((code) => [code, Number(digits)] as const),
  ),
);

/** @example currencyDigits('JPY') // 0 */
export function currencyDigits(code: string): number {
  return BY_CODE.get(code) ?? 2;
}

/** The currencies that Intl can format. */
export function supportedCurrencies(): readonly string[] {
  return Intl.supportedValuesOf('currency');
}
