import { FILE_TYPES, isFileType } from './file-types.ts';

const MOST_CHARACTERS = 200;
/**
 * Control characters, and the marks that turn the direction of text: with them `exe.gpj` reads as `jpg.exe`.
 * Half a character of UTF-16 is none.
 */
const DECEPTIVE = /[\p{Cc}\p{Cs}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/gu;

/**
 * The name of an uploaded file as it is kept and shown: the last part of what may be a whole path, on one line, without what
 * would deceive its reader. It never is part of a path of ours.
 */
export function cleanFileName(sent: string): string {
  // Cut before it is normalised, which takes quadratic time for what some have sent on purpose.
  const last = (sent.split(/[/\\]/).at(-1) ?? '').slice(-1_000);
  const clean = last
    .replace(DECEPTIVE, '')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+|[ .]+$/g, '');
  return shortened(clean === '' ? 'file' : clean);
}

/**
 * The name with an ending that belongs to what the file holds: who saves `bill.html`, which is a picture, gets
 * `bill.html.png`. Where nothing is known about the content its name stays.
 */
export function nameForType(name: string, type: string): string {
  const endings: readonly string[] = isFileType(type) ? FILE_TYPES[type].endings : [];
  const [first] = endings;
  if (first === undefined || type === 'text/plain' || endings.includes(endingOf(name))) return name;
  return shortened(`${name}.${first}`);
}

/** `pdf` of `Bill.PDF`; empty where there is none. */
export function endingOf(name: string): string {
  return /\.([\p{L}\p{N}]{1,10})$/u.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** Cuts the middle, so that beginning and ending still tell what it is. */
function shortened(name: string): string {
  const characters = [...name];
  if (characters.length <= MOST_CHARACTERS) return name;
  const ending = endingOf(name);
  const kept = ending === '' ? '' : `.${ending}`;
  return `${characters.slice(0, MOST_CHARACTERS - [...kept].length - 1).join('')}…${kept}`;
}
