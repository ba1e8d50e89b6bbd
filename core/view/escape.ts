const SPECIAL = /["&'<>\u2010-\u203a]/;
const BEYOND_LATIN_1 = /[^\0-\u00ff]/;

/**
 * Text as HTML: in an element and in a quoted attribute it reads as itself. Most texts hold nothing special and come back as
 * they are, without a copy. Nothing is shown for what is not there.
 *
 * Dashes, dots and quotation marks beyond Latin-1 become references, too. One such character makes V8 keep the whole page with
 * two bytes a character, and turning it into UTF-8 then takes four times as long, a tenth of what a list costs.
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
  let narrower = false;
  for (let at = first; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const entity = entityOf(code);
    if (entity === undefined) continue;
    html += text.slice(from, at) + entity;
    from = at + 1;
    narrower ||= code > 0xff;
  }
  html += text.slice(from);
  return narrower && !BEYOND_LATIN_1.test(html) ? oneByte(html) : html;
}

/** Parts of a wide text are wide themselves, whatever they hold; only a text that is read anew is not. */
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
