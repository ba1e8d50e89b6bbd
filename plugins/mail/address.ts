// Email addresses. Whatever is accepted here is safe to use in an SMTP command or a header without escaping.

const MAX_LENGTH = 254; // RFC 5321 with erratum 1690
/**
 * One @ with text on both sides. No whitespace or control characters, which could end a header, and none of the characters that
 * quote, group or list addresses. Deliberately stricter than RFC 5322; the plugin auth accepts the same addresses.
 */
const ADDRESS = /^[^\s\p{C}@"(),:;<>[\]\\]+@[^\s\p{C}@"(),:;<>[\]\\]+$/u;
/** A name that is safe in a header: no control or formatting characters, no line separators. */
const NAME = /^[^\p{C}\p{Zl}\p{Zp}<>"@,;\\]{1,150}$/u;

/** The sender of all emails: `Desk <desk@example.org>`. */
export interface Sender {
  readonly name: string;
  readonly address: string;
}

/**
 * Whether the text is exactly one email address.
 *
 * @example
 * isAddress('ana@example.org'); // true
 * isAddress('ana@example.org, eve@example.org'); // false
 */
export function isAddress(text: string): boolean {
  return text.length <= MAX_LENGTH && ADDRESS.test(text);
}

/**
 * Reads `MAIL_FROM`: an address, or a name with the address in angle brackets.
 *
 * @example
 * parseSender('Desk <desk@example.org>'); // { name: 'Desk', address: 'desk@example.org' }
 */
export function parseSender(text: string): Sender | undefined {
  const [, quoted, plain = '', bracketed] = /^(?:"([^"]*)"\s*|([^<"]*))<([^<>]*)>$/.exec(text.trim()) ?? [];
  if (bracketed === undefined) return isAddress(text) ? { name: '', address: text } : undefined;
  const name = (quoted ?? plain).trim();
  return isAddress(bracketed) && (name === '' || NAME.test(name)) ? { name, address: bracketed } : undefined;
}
