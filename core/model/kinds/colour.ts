import { escapeHtml } from '../../view/escape.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import { asText } from './text-parts.ts';

const STORED = /^#[\da-f]{6}$/;
const SHORT = /^#[\da-f]{3}$/;

/** A colour as browsers' own controls have it: `#0d9488`. */
export const colour: FieldType<string> = {
  ...asText,
  kind: 'colour',
  checks: () => [{ suffix: 'colour', sql: (column) => `${column} ~ '^#[0-9a-f]{6}$'` }],

  encode: normalised,

  parse(text) {
    const value = normalised(text);
    return unless(validate(value), value);
  },
  validate,

  /** The content security policy allows no inline style; an attribute of SVG is none. */
  cell: () => (wire) => {
    const text = String(wire);
    if (!STORED.test(text)) return escapeHtml(text);
    const swatch = `<rect width="16" height="16" fill="${text}"></rect>`;
    return `<svg class="swatch" width="16" height="16" aria-hidden="true">${swatch}</svg> <code>${text}</code>`;
  },

  widget: () => 'colour',

  searchable: false,
};

/** `#AbC` → `#aabbcc` */
function normalised(text: string): string {
  const value = text.trim().toLowerCase();
  return SHORT.test(value) ? value.replace(/[\da-f]/g, '$&$&') : value;
}

function validate(value: unknown): Issue | undefined {
  if (typeof value !== 'string') return issue('problem.notText');
  return STORED.test(normalised(value)) ? undefined : issue('problem.colour');
}
