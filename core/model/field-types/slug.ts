import type { BaseFieldType, FieldInfo } from '../field-type.ts';
import { createIssue, type Issue, validUnless } from '../issue.ts';
import { asText, lengthChecks, lengthIssue } from './text.ts';

/** Max length if the field sets none. */
export const MAX_SLUG_LENGTH = 80;
const SLUG = /^[a-z\d]+(?:-[a-z\d]+)*$/;

/** A URL segment. If the field has `from` and no value is given, `app.write` generates it from that field. */
export const slug: BaseFieldType<string> = {
  ...asText,
  name: 'slug',
  sqlDefault: () => undefined,
  checks: (field) => [
    { suffix: 'slug', sql: (column) => `${column} ~ '^[a-z0-9]+(-[a-z0-9]+)*$'` },
    ...lengthChecks(field),
  ],

  parse(text, field) {
    const value = text.trim().toLowerCase();
    return validUnless(validate(value, field), value);
  },
  validate,

  widget: () => 'text',
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  if (typeof value !== 'string') return createIssue('problem.notText');
  return SLUG.test(value) ? lengthIssue(value, field) : createIssue('problem.slug');
}

/** Letters that Unicode does not decompose into a base letter and a combining mark. */
const TRANSLITERATIONS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
};
/** Longer than any title. The rest is ignored, because it would only cost time. */
const MAX_INPUT = 1_000;

/**
 * Text as a URL segment: lowercase Latin letters, digits and hyphens, at most `max` characters. Diacritics are removed; other
 * characters that are not Latin letters are dropped, so the result may be empty.
 *
 * @example slugify('Übergröße & Co.', 80) // 'ubergrosse-co'
 */
export function slugify(text: string, max: number): string {
  return truncateSlug(
    text
      .slice(0, MAX_INPUT)
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[ßæœøđðþłı]/g, (letter) => TRANSLITERATIONS[letter] ?? '')
      .replace(/\p{M}+/gu, '')
      .replace(/[^a-z\d]+/g, '-')
      .replace(/^-/, ''),
    max,
  );
}

/** A prefix of a slug that is itself a slug. */
export function truncateSlug(slug: string, max: number): string {
  return slug.slice(0, max).replace(/-$/, '');
}
