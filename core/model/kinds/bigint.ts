import { z } from 'zod';
import type { FieldType, Issue } from '../kind.ts';
import { issue, refused, unless } from '../parsed.ts';
import type { FieldInfo } from '../registry.ts';
import { outsideOf, readWholeNumber } from '../whole-number.ts';
import { numberCell, rangeChecks } from './number-parts.ts';

const INT8 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** A whole number of 64 bits. Everywhere outside code it is text, as JavaScript's numbers would round it. */
export const bigint: FieldType<bigint> = {
  kind: 'bigint',
  sqlType: () => 'bigint',
  sqlDefault: (field) => (typeof field.default === 'bigint' ? String(field.default) : undefined),
  checks: rangeChecks,

  wire: z.string(),
  decode: (wire) => BigInt(String(wire)),
  encode: (value) => String(value),
  cast: () => 'bigint',

  parse(text, field) {
    const value = readWholeNumber(text);
    return value === undefined ? refused('problem.wholeNumber') : unless(validate(value, field), value);
  },
  validate,

  cell: numberCell,
  align: 'end',

  widget: () => 'number',
  text: (wire) => String(wire),

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (wire) => String(wire),
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  return typeof value === 'bigint' ? outsideOf(value, INT8, field) : issue('problem.wholeNumber');
}
