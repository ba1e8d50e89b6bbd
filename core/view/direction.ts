/** Begins a message that holds no letter of its own (`{label}: {value}`): without it the sentence would have no direction. */
export const RIGHT_TO_LEFT_MARK = '\u200f';

const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;

/** Whether the language is written from right to left. */
export function isRightToLeft(locale: string): boolean {
  return RIGHT_TO_LEFT.test(locale);
}

/** An example such as a date or a number, for the middle of a sentence from right to left, which would turn its parts round. */
export function leftToRight(text: string): string {
  return `\u2066${text}\u2069`;
}
