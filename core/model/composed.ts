/** Longer than anything that is kept in this form: names, addresses, passwords. */
const LONGEST = 2_000;

/**
 * Text in Unicode's composed form (NFC). Normalising takes quadratic time for long runs of combining marks: half a minute for what
 * fits in one form, and nobody else is served meanwhile. So what is too long to be kept stays as it is, and is refused by its length.
 */
export function composed(text: string): string {
  return text.length > LONGEST ? text : text.normalize('NFC');
}
