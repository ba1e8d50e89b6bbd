// `file` and `image`: the column holds the key of a row in `rustio_file`.

import { z } from 'zod';
import type { BaseFieldType, DbRow, DbValue, FieldInfo, Formatter, ModelInfo } from '../field-type.ts';
import { createIssue, type Issue, validUnless } from '../issue.ts';
import { keyText } from '../key.ts';

const KEY = z.uuid();

/** The metadata of a file, which pages read instead of its key. */
export const storedFile = z.object({
  key: z.string(),
  name: z.string(),
  /** Detected from the content. */
  type: z.string(),
  size: z.number(),
  sha256: z.string(),
  /** In pixels; null if it is not an image. */
  width: z.number().nullable(),
  height: z.number().nullable(),
});
/** A stored file; the value of a `file` or `image` field. */
export type StoredFile = Readonly<z.infer<typeof storedFile>>;

/** An SQL expression for a stored file, on an alias of `rustio_file`. */
function storedFileSql(alias: string): string {
  const parts = ['name', 'type', 'size', 'sha256', 'width', 'height'].map((name) => `'${name}', ${alias}.${name}`);
  return `jsonb_build_object('key', ${alias}.id, ${parts.join(', ')})`;
}

/**
 * A file: the column holds the key of its row in `rustio_file`, a random UUID, which is also its value in code. Pages read the
 * columns of that row instead. `app.write` accepts only keys of uploads that are pending for the field.
 */
export const file: BaseFieldType<string> = {
  name: 'file',
  sqlType: () => 'uuid',
  sqlDefault: () => undefined,
  references: { table: 'rustio_file', column: 'id' },
  checks: () => [],

  dbSchema: z.union([z.string(), storedFile]),
  decode: (dbValue) => readStoredFile(dbValue)?.key ?? String(dbValue),
  encode: (value) => value.toLowerCase(),
  cast: () => 'uuid',
  summary: {
    sql: (column) => `(select ${storedFileSql('f')} from rustio_file f where f.id = ${column})`,
    // A summary includes the key, so it can be decoded like the column itself.
    is: () => false,
  },

  parse(text) {
    const value = text.trim().toLowerCase();
    return validUnless(validate(value), value);
  },
  validate,

  align: 'start',

  widget: () => 'file',
  text: (dbValue) => readStoredFile(dbValue)?.key ?? String(dbValue),

  filter: 'presence',
  sortable: false,
  searchable: false,
  exported: (dbValue) => readStoredFile(dbValue)?.name ?? String(dbValue),
  recorded(dbValue) {
    const stored = readStoredFile(dbValue);
    return stored === undefined ? String(dbValue) : `${stored.name}, ${stored.size} bytes, SHA-256 ${stored.sha256}`;
  },
};

function validate(value: unknown): Issue | undefined {
  return KEY.safeParse(value).success ? undefined : createIssue('problem.file.key');
}

/** A raster image: a file whose content and dimensions are checked. A record's own page displays it. */
export const image: BaseFieldType<string> = {
  ...file,
  name: 'image',
  widget: () => 'image',
};

/** The metadata in a database value; undefined if the value is only the key. */
export function readStoredFile(dbValue: DbValue): StoredFile | undefined {
  return typeof dbValue === 'object' ? storedFile.safeParse(dbValue).data : undefined;
}

/** Whether the field's column holds the key of a file. */
export function isFileField({ type }: FieldInfo): boolean {
  return type.references?.table === 'rustio_file';
}

/** The fields of a model whose columns hold keys of files. */
export function fileFields(model: ModelInfo): readonly FieldInfo[] {
  return model.stored.filter(isFileField);
}

/** URL of a record's file, below the record's own URL. */
export function filePath(record: string, field: FieldInfo): string {
  return `${record}/+file/${field.name}`;
}

/** URL of this record's file; undefined if the record has no page, or the value is already inside a link. */
export function fileUrl(field: FieldInfo, formatter: Formatter, row: DbRow): string | undefined {
  const record = linkedRecordUrl(field, formatter, row);
  return record === undefined ? undefined : filePath(record, field);
}

/** URL of the field's record; undefined if it has no page, or the value is already inside a link. */
export function linkedRecordUrl({ model }: FieldInfo, formatter: Formatter, row: DbRow): string | undefined {
  if (formatter.bare === true || model.key.some(({ name }) => row[name] === undefined || row[name] === null)) {
    return undefined;
  }
  return formatter.recordUrl(model.name, keyText(model, row));
}
