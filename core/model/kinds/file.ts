import { z } from 'zod';
import { fileAddress } from '../../files/file-address.ts';
import { type StoredFile, storedFile, storedFileSql } from '../../files/stored-file.ts';
import { escapeHtml } from '../../view/escape.ts';
import { sizeText } from '../../view/size-text.ts';
import { keyText } from '../key.ts';
import type { DbRow, DbValue, FieldType, Formatter, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import { cutText } from '../plain-text.ts';
import type { FieldInfo } from '../registry.ts';

/** What a list shows of a long name. */
const CUT = 40;
const KEY = z.uuid();

/**
 * A file: the column holds the key of its row in `rustio_file`, a random UUID, which also is its value in code. What pages read
 * in its place is what that row says. Which keys may be given to a field, the write door decides: those that wait for it.
 */
export const file: FieldType<string> = {
  kind: 'file',
  sqlType: () => 'uuid',
  sqlDefault: () => undefined,
  references: { table: 'rustio_file', column: 'id' },
  checks: () => [],

  wire: z.union([z.string(), storedFile]),
  decode: (wire) => storedIn(wire)?.key ?? String(wire),
  encode: (value) => value.toLowerCase(),
  cast: () => 'uuid',
  summary: {
    sql: (column) => `(select ${storedFileSql('f')} from rustio_file f where f.id = ${column})`,
    // It holds the key, so it can be decoded like the column itself.
    is: () => false,
  },

  parse(text) {
    const value = text.trim().toLowerCase();
    return unless(validate(value), value);
  },
  validate,

  cell: (field, show) => (wire, row) => {
    const found = storedIn(wire);
    if (found === undefined) return escapeHtml(String(wire));
    const name = escapeHtml(show.whole === true ? found.name : cutText(found.name, CUT));
    const url = addressOf(field, show, row);
    const named = url === undefined ? name : `<a href="${escapeHtml(url)}">${name}</a>`;
    return `${named} <small>${escapeHtml(sizeText(show, found.size))}</small>`;
  },
  align: 'start',

  widget: () => 'file',
  text: (wire) => storedIn(wire)?.key ?? String(wire),

  filter: 'presence',
  sortable: false,
  searchable: false,
  exported: (wire) => storedIn(wire)?.name ?? String(wire),
  recorded(wire) {
    const found = storedIn(wire);
    return found === undefined ? String(wire) : `${found.name}, ${found.size} bytes, SHA-256 ${found.sha256}`;
  },
};

/** What a page has read of a file; undefined where only the key is known. */
export function storedIn(wire: DbValue): StoredFile | undefined {
  return typeof wire === 'object' ? storedFile.safeParse(wire).data : undefined;
}

/** Where the file of this record is given out; undefined where the record has no page, or a link stands around it already. */
export function addressOf(field: FieldInfo, show: Formatter, row: DbRow): string | undefined {
  if (show.bare === true || field.model.key.some(({ name }) => row[name] === undefined || row[name] === null)) {
    return undefined;
  }
  const record = show.recordUrl(field.model.name, keyText(field.model, row));
  return record === undefined ? undefined : fileAddress(record, field);
}

function validate(value: unknown): Issue | undefined {
  return KEY.safeParse(value).success ? undefined : issue('problem.file.key');
}
