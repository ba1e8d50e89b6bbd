import type { FileHandle } from 'node:fs/promises';
import type { FileType } from './file-types.ts';
import { readAt } from './read-at.ts';

/** No text holds these; tab, line feed, form feed, carriage return and escape it may. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BINARY = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]/;
/** What browsers once took for a page when it stood at the beginning (WHATWG mimesniff, 7.1). */
const PAGE =
  /^<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg|math|img|link|meta|form|!--)[\s>/-]/i;
const ENDINGS: Readonly<Record<string, FileType>> = { csv: 'text/csv', json: 'application/json' };

/** Text in UTF-8 from beginning to end, by what it holds; undefined when it is none. */
export async function textType(file: FileHandle, head: Buffer, ending: string): Promise<FileType | undefined> {
  if (!(await isText(file))) return undefined;
  const start = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^<svg[\s>]/i.test(withoutProlog(start))) return 'image/svg+xml';
  if (/^<\?xml\s/i.test(start)) return 'application/xml';
  if (PAGE.test(start)) return 'text/html';
  return ENDINGS[ending] ?? 'text/plain';
}

/** Without the XML declaration, comments and document type that may stand before the root. */
function withoutProlog(text: string): string {
  return text.replace(/^(?:\s*(?:<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!doctype svg[^>]*>))*\s*/i, '');
}

const CHUNK_BYTES = 65_536;

async function isText(file: FileHandle): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let at = 0; ; at += CHUNK_BYTES) {
      const chunk = await readAt(file, at, CHUNK_BYTES);
      const isLast = chunk.length < CHUNK_BYTES;
      if (BINARY.test(decoder.decode(chunk, { stream: !isLast }))) return false;
      if (isLast) return true;
    }
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
