import { z } from 'zod';
import { compareDecimals, readDecimal, writeDecimal } from '../decimal.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, refused, unless } from '../parsed.ts';
import type { FieldInfo } from '../registry.ts';
import { numberCell, rangeChecks } from './number-parts.ts';

/** Digits before and after the point where the field sets no limit: more than any quantity has, less than a page of them. */
const MOST = { whole: 500, fraction: 500 };

/** An exact number, text from end to end. */
export const decimal: FieldType<string> = {
  kind: 'decimal',
  sqlType: ({ precision, scale }) => (precision === undefined ? 'numeric' : `numeric(${precision}, ${scale ?? 0})`),
  sqlDefault: (field) => (typeof field.default === 'string' ? field.default : undefined),
  checks: rangeChecks,

  wire: z.string(),
  decode: (wire) => String(wire),
  encode: (value) => value,
  cast: () => 'numeric',

  /** The value has as many digits after the point as the column, so it equals what the database will give back. */
  parse(text, field) {
    const number = readDecimal(text);
    if (number === undefined) return refused('problem.decimal');
    return unless(validate(text.trim().replace('−', '-'), field), writeDecimal(number, scaleOf(field)));
  },
  validate,

  cell: numberCell,
  align: 'end',

  widget: () => 'decimal',
  text: (wire) => String(wire),

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (wire) => String(wire),
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  const number = typeof value === 'string' ? readDecimal(value) : undefined;
  if (number === undefined) return issue('problem.decimal');

  const scale = scaleOf(field);
  const meant = number.fraction.replace(/0+$/, '').length;
  if (meant > (scale ?? MOST.fraction)) return issue('problem.tooManyDecimals', { scale: scale ?? MOST.fraction });
  const digits = field.precision === undefined ? MOST.whole : field.precision - (scale ?? 0);
  if (number.whole !== '0' && number.whole.length > digits) return issue('problem.tooManyDigits', { digits });

  const min = typeof field.min === 'string' ? readDecimal(field.min) : undefined;
  if (min && compareDecimals(number, min) < 0) return issue('problem.tooSmall', { min: String(field.min) });
  const max = typeof field.max === 'string' ? readDecimal(field.max) : undefined;
  if (max && compareDecimals(number, max) > 0) return issue('problem.tooLarge', { max: String(field.max) });
  return undefined;
}

/** As in SQL, a precision without a scale means whole numbers. */
function scaleOf(field: FieldInfo): number | undefined {
  return field.precision === undefined ? undefined : (field.scale ?? 0);
}
