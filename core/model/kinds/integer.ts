import { z } from 'zod';
import type { FieldType, Issue } from '../kind.ts';
import { issue, refused, unless } from '../parsed.ts';
import type { FieldInfo } from '../registry.ts';
import { outsideOf, readWholeNumber } from '../whole-number.ts';
import { numberCell, rangeChecks } from './number-parts.ts';

const INT4 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

/** A whole number of 32 bits. */
export const integer: FieldType<number> = {
  kind: 'integer',
  sqlType: () => 'integer',
  sqlDefault: (field) => (typeof field.default === 'number' ? String(field.default) : undefined),
  checks: rangeChecks,

  wire: z.number(),
  decode: (wire) => Number(wire),
  encode: (value) => value,
  cast: () => 'integer',

  parse(text, field) {
    const number = readWholeNumber(text);
    if (number === undefined) return refused('problem.wholeNumber');
    const value = Number(number);
    return unless(validate(value, field), value);
  },
  validate,

  cell: numberCell,
  align: 'end',

  widget: () => 'number',
  text: (wire) => String(wire),

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (wire) => Number(wire),
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return issue('problem.wholeNumber');
  return outsideOf(value, INT4, field);
}
