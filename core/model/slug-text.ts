/** Letters that Unicode does not take apart into a Latin one and a mark. */
const SPELLED: Readonly<Record<string, string>> = {
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
/** Nobody's title; what is behind it would only be worked on. */
const MOST_READ = 1_000;

/**
 * Words as part of an address: small Latin letters, digits and hyphens, at most so many. Marks are taken off letters; what
 * is no Latin letter then is left out, so the result may be empty.
 *
 * @example slugOf('Übergröße & Co.', 80) // 'ubergrosse-co'
 */
export function slugOf(text: string, most: number): string {
  return cutSlug(
    text
      .slice(0, MOST_READ)
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[ßæœøđðþłı]/g, (letter) => SPELLED[letter] ?? '')
      .replace(/\p{M}+/gu, '')
      .replace(/[^a-z\d]+/g, '-')
      .replace(/^-/, ''),
    most,
  );
}

/** A beginning of a slug that is one itself. */
export function cutSlug(slug: string, most: number): string {
  return slug.slice(0, most).replace(/-$/, '');
}
