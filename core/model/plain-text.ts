/** The length of text in Unicode code points rather than UTF-16 units, like PostgreSQL's char_length. */
export function countCharacters(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length - 1; at += 1) {
    if (isHighSurrogate(text.charCodeAt(at)) && isLowSurrogate(text.charCodeAt(at + 1))) {
      pairs += 1;
      at += 1;
    }
  }
  return text.length - pairs;
}

/** Truncates text to `max` characters, with an ellipsis. Never splits a surrogate pair. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = 0;
  for (let kept = 0; kept < max && end < text.length; kept += 1) {
    const pair = isHighSurrogate(text.charCodeAt(end)) && isLowSurrogate(text.charCodeAt(end + 1));
    end += pair ? 2 : 1;
  }
  return end >= text.length ? text : `${text.slice(0, end).trimEnd()}…`;
}

/** Whether PostgreSQL can store the text: it must not contain NUL, or unpaired surrogates, which UTF-8 cannot encode. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** All characters that programs treat as line breaks. */
export const LINE_BREAK = /[\n\r\v\f\u0085\u2028\u2029]/;

/** Longer than any value stored in this form: names, addresses, passwords. */
const MAX_NORMALISED_LENGTH = 2_000;

/**
 * Text in Unicode's composed form (NFC). Normalising takes quadratic time for long runs of combining marks: text that fits in one
 * form could block all requests for half a minute. Text that is too long to be stored is therefore returned unchanged, and is later
 * rejected for its length.
 */
export function toNfc(text: string): string {
  return text.length > MAX_NORMALISED_LENGTH ? text : text.normalize('NFC');
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
