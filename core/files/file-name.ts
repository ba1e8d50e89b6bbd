import { FILE_TYPES, isFileType } from '../model/file-types.ts';

const MAX_CHARACTERS = 200;
/**
 * Control characters, unpaired surrogates, and marks that change the direction of text and can make `gpj.exe` look like `exe.jpg`.
 */
const DECEPTIVE = /[\p{Cc}\p{Cs}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/gu;

/**
 * The name of an uploaded file as stored and shown: the last segment if a path was sent, on one line, without deceptive characters.
 * It is never used in a path on the server.
 *
 * @example cleanFileName('C:\\scans\\bill.pdf') // 'bill.pdf'
 */
export function cleanFileName(sent: string): string {
  // Truncated before it is normalised, which takes quadratic time for maliciously crafted names.
  const last = (sent.split(/[/\\]/).at(-1) ?? '').slice(-1_000);
  const clean = last
    .replace(DECEPTIVE, '')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+|[ .]+$/g, '');
  return shorten(clean === '' ? 'file' : clean);
}

/**
 * The name with an extension that matches the content: `bill.html` with a PNG image becomes `bill.html.png`. If the type of the
 * content is unknown, the name is unchanged.
 */
export function nameForType(name: string, type: string): string {
  const extensions: readonly string[] = isFileType(type) ? FILE_TYPES[type].extensions : [];
  const [first] = extensions;
  if (first === undefined || type === 'text/plain' || extensions.includes(fileExtension(name))) return name;
  return shorten(`${name}.${first}`);
}

/** `pdf` of `Bill.PDF`; empty if there is none. */
export function fileExtension(name: string): string {
  return /\.([\p{L}\p{N}]{1,10})$/u.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** Cuts the middle, so that the beginning and the extension remain recognisable. */
function shorten(name: string): string {
  const characters = [...name];
  if (characters.length <= MAX_CHARACTERS) return name;
  const extension = fileExtension(name);
  const suffix = extension === '' ? '' : `.${extension}`;
  return `${characters.slice(0, MAX_CHARACTERS - [...suffix].length - 1).join('')}…${suffix}`;
}
