import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import type { FieldType } from '../kind.ts';
import { accepted, issue, refused } from '../parsed.ts';

/** Yes or no. A checkbox, which posts `true` or nothing; where NULL is a third answer, a choice of three. */
export const boolean: FieldType<boolean> = {
  kind: 'boolean',
  sqlType: () => 'boolean',
  sqlDefault: (field) => (typeof field.default === 'boolean' ? String(field.default) : undefined),
  checks: () => [],

  wire: z.boolean(),
  decode: (wire) => wire === true,
  encode: (value) => value,
  cast: () => 'boolean',

  parse(text) {
    const word = text.trim().toLowerCase();
    return word === 'true' || word === 'false' ? accepted(word === 'true') : refused('problem.boolean');
  },
  validate: (value) => (typeof value === 'boolean' ? undefined : issue('problem.boolean')),

  cell(_field, show) {
    const yes = escapeHtml(show.t('value.yes'));
    const no = escapeHtml(show.t('value.no'));
    return (wire) => (wire === true ? yes : no);
  },
  align: 'start',

  widget: (field) => (field.nullable ? 'select' : 'checkbox'),
  text: (wire) => String(wire),

  filter: 'boolean',
  sortable: true,
  searchable: false,
  exported: (wire) => wire === true,
};
