/** Characters as users count them in limits: Unicode code points, not UTF-16 units, like PostgreSQL's char_length. */
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

/** At most `max` characters, with an ellipsis if text was cut. Never cuts a character in half. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = 0;
  for (let kept = 0; kept < max && end < text.length; kept += 1) {
    const pair = isHighSurrogate(text.charCodeAt(end)) && isLowSurrogate(text.charCodeAt(end + 1));
    end += pair ? 2 : 1;
  }
  return end >= text.length ? text : `${text.slice(0, end).trimEnd()}…`;
}

/** PostgreSQL stores no NUL in text, and an unpaired surrogate is not a character in UTF-8. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Everything that some program treats as a line break. */
export const LINE_BREAK = /[\n\r\v\f\u0085\u2028\u2029]/;

/** Longer than any value stored in this form: names, addresses, passwords. */
const MAX_NORMALISED_LENGTH = 2_000;

/**
 * Text in Unicode's composed form (NFC). Normalising takes quadratic time for long runs of combining marks: half a minute for
 * what fits in one form, which blocks every other request. So text that is too long to be stored is left as it is, and is
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
