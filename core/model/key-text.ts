// The text of one part of a key in an address. Letters, digits, `-` and `_` stand for themselves; every other byte of its UTF-8
// is `~hh`, and nothing at all is `~`. So no key looks like a reserved word (`+new`), a path (`.`, `..`, `/`) or several
// parts (`,`), and no proxy between here and the browser finds anything in it to decode or to tidy up.

const PLAIN = /^[\w-]+$/;
const PART = /^(?:~|(?:[\w-]|~[\da-f]{2})+)$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @example keyPart('a/b') // 'a~2fb' */
export function keyPart(text: string): string {
  if (PLAIN.test(text)) return text;
  if (text === '') return '~';
  let part = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte);
    part += byte < 128 && PLAIN.test(char) ? char : `~${byte.toString(16).padStart(2, '0')}`;
  }
  return part;
}

/** The inverse; undefined for what `keyPart` never gives, so that every record has one address. */
export function readKeyPart(part: string): string | undefined {
  if (part === '~') return '';
  if (!PART.test(part)) return undefined;
  if (!part.includes('~')) return part;
  const bytes = part.replace(/~([\da-f]{2})|[\w-]/g, (char, hex: string | undefined) =>
    hex === undefined ? char.charCodeAt(0).toString(16) : hex,
  );
  try {
    const text = utf8.decode(Buffer.from(bytes, 'hex'));
    return keyPart(text) === part ? text : undefined;
  } catch {
    return undefined;
  }
}
