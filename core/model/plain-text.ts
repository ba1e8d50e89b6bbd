/** Characters as people count them in limits: Unicode code points, not UTF-16 units. PostgreSQL's char_length counts the same. */
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

/** At most so many characters, with an ellipsis where something was cut. Never cuts a character in half. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = 0;
  for (let kept = 0; kept < most && end < text.length; kept += 1) {
    const pair = isHighSurrogate(text.charCodeAt(end)) && isLowSurrogate(text.charCodeAt(end + 1));
    end += pair ? 2 : 1;
  }
  return end >= text.length ? text : `${text.slice(0, end).trimEnd()}…`;
}

/** PostgreSQL stores no NUL in text, and half of a surrogate pair is no character in UTF-8. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Everything that some reader takes for the end of a line. */
export const LINE_BREAK = /[\n\r\v\f\u0085\u2028\u2029]/;

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
