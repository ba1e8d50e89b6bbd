const SPECIAL = /["&'<>]/;

/**
 * Text as HTML: in an element and in a quoted attribute it reads as itself. Most texts hold nothing special and come back as
 * they are, without a copy. Nothing is shown for what is not there.
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
  for (let at = first; at < text.length; at += 1) {
    const entity = entityOf(text.charCodeAt(at));
    if (entity === undefined) continue;
    html += text.slice(from, at) + entity;
    from = at + 1;
  }
  return html + text.slice(from);
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
      return undefined;
  }
}
