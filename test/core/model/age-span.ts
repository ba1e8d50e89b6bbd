/** A field type as a plugin would bring it: whole years from and to, in PostgreSQL's `int4range`. */
import { z } from 'zod';
import type { FieldType, Issue } from '../../../core/model/kind.ts';

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

/** PostgreSQL writes every range of whole numbers without its upper end: `[6,13)`. */
function spanOf(wire: unknown): AgeSpan {
  const [, from = '', end = ''] = /^\[(\d+),(\d+)\)$/.exec(String(wire)) ?? [];
  return { from: Number(from), to: Number(end) - 1 };
}

const textOf = (wire: unknown): string => `${spanOf(wire).from}-${spanOf(wire).to}`;

export const ageSpan: FieldType<AgeSpan> = {
  kind: 'ageSpan',
  sqlType: () => 'int4range',
  sqlDefault({ default: given }) {
    const read = value.safeParse(given);
    return read.success ? `'[${read.data.from},${read.data.to}]'::int4range` : undefined;
  },
  checks: () => [{ suffix: 'span', sql: (column) => `not isempty(${column})` }],

  wire: z.string(),
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
  validate(given, { max }) {
    const read = value.safeParse(given);
    return read.success && read.data.to <= Number(max ?? Number.POSITIVE_INFINITY) ? undefined : PROBLEM;
  },

  cell: () => (wire) => `<b>${textOf(wire)}</b>`,
  align: 'end',
  widget: () => 'spans/span',
  text: textOf,

  filter: 'presence',
  sortable: true,
  searchable: false,
  exported: textOf,
};
