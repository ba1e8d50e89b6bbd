/** An example of a plugin's field type: a range of whole years, stored as PostgreSQL's `int4range`. */
import { z } from 'zod';
import type { FieldType } from '../../../core/model/field-type.ts';
import type { Issue } from '../../../core/model/issue.ts';

export interface AgeSpan {
  readonly from: number;
  readonly to: number;
}

declare module '../../../core/model/field.ts' {
  interface FieldTypes {
    ageSpan: AgeSpan;
  }
}

const value = z.strictObject({ from: z.int().min(0), to: z.int().min(0) }).refine(({ from, to }) => from <= to);
const PROBLEM: Issue = { key: 'spans.problem.span' };

/** PostgreSQL formats ranges of integers with an exclusive upper bound: `[6,13)`. */
function spanOf(dbValue: unknown): AgeSpan {
  const [, from = '', end = ''] = /^\[(\d+),(\d+)\)$/.exec(String(dbValue)) ?? [];
  return { from: Number(from), to: Number(end) - 1 };
}

const textOf = (dbValue: unknown): string => `${spanOf(dbValue).from}-${spanOf(dbValue).to}`;

export const ageSpan: FieldType<AgeSpan> = {
  name: 'ageSpan',
  sqlType: () => 'int4range',
  sqlDefault({ default: literal }) {
    const parsed = value.safeParse(literal);
    return parsed.success ? `'[${parsed.data.from},${parsed.data.to}]'::int4range` : undefined;
  },
  checks: () => [{ suffix: 'span', sql: (column) => `not isempty(${column})` }],

  dbSchema: z.string(),
  decode: spanOf,
  encode: ({ from, to }) => `[${from},${to}]`,
  cast: () => 'int4range',

  parse(text, field) {
    const [, from = '', to = ''] = /^\s*(\d{1,4})\s*-\s*(\d{1,4})\s*$/.exec(text) ?? [];
    if (from === '') return { ok: false, issue: PROBLEM };
    const span = { from: Number(from), to: Number(to) };
    const issue = ageSpan.validate(span, field);
    return issue === undefined ? { ok: true, value: span } : { ok: false, issue };
  },
  validate(span, { max }) {
    const parsed = value.safeParse(span);
    return parsed.success && parsed.data.to <= Number(max ?? Number.POSITIVE_INFINITY) ? undefined : PROBLEM;
  },

  cell: () => (dbValue) => `<b>${textOf(dbValue)}</b>`,
  align: 'end',
  widget: () => 'spans/span',
  text: textOf,

  filter: 'presence',
  sortable: true,
  searchable: false,
  exported: textOf,
};
