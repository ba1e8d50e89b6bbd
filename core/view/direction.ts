const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;

/** Whether the language is written from right to left. */
export function isRightToLeft(locale: string): boolean {
  return RIGHT_TO_LEFT.test(locale);
}
