/** A model's name, which is written as inside a sentence, where it stands alone. */
export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
