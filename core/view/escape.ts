const SPECIAL = /["&'<>\u2010-\u203a]/;
const BEYOND_LATIN_1 = /[^\0-\u00ff]/;

/**
 * Escapes text for HTML, for use in elements and quoted attributes. Most strings contain nothing special and are returned without a
 * copy. Null and undefined become an empty string.
 *
 * For speed, dashes, dots and quotation marks beyond Latin-1 also become character references:
 * docs/decisions/0017-one-byte-pages.md.
 *
 * @example escapeHtml('Smith & Sons') // 'Smith &amp; Sons'
 */
export function escapeHtml(value: string | number | bigint | boolean | null | undefined): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : String(value);
  const first = text.search(SPECIAL);
  if (first < 0) return text;
  let html = '';
  let from = 0;
  let hasReferences = false;
  for (let at = first; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const entity = entityOf(code);
    if (entity === undefined) continue;
    html += text.slice(from, at) + entity;
    from = at + 1;
    hasReferences ||= code > 0xff;
  }
  html += text.slice(from);
  return hasReferences && !BEYOND_LATIN_1.test(html) ? oneByte(html) : html;
}

/** A slice of a two-byte string remains two-byte whatever it contains; only decoding the text again makes it one-byte. */
function oneByte(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function entityOf(code: number): string | undefined {
  switch (code) {
    case 34:
      return '&quot;';
    case 38:
      return '&amp;';
    case 39:
      return '&#39;';
    case 60:
      return '&lt;';
    case 62:
      return '&gt;';
    default:
      return code >= 0x2010 && code <= 0x203a ? `&#${code};` : undefined;
  }
}
