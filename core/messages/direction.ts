/**
 * Begins a message that contains no letters outside its placeholders (`{label}: {value}`) and would otherwise have no direction.
 */
export const RIGHT_TO_LEFT_MARK = '\u200f';

const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;

/** Whether the language is written from right to left. */
export function isRightToLeft(locale: string): boolean {
  return RIGHT_TO_LEFT.test(locale);
}

/** Isolates an example such as a date or a number inside a right-to-left sentence, which would otherwise reorder its parts. */
export function leftToRight(text: string): string {
  return `\u2066${text}\u2069`;
}
