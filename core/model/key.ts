import { isTextOfType, isTextType } from './database-text.ts';
import type { DbRow, FieldInfo, ModelInfo, Param } from './field-type.ts';

/**
 * A row's key as used in URLs: `17`, `ATL`, `ATL,LAX`. The row must contain the fields of the key under their own names. A NULL in
 * the key, which is possible only in a view, becomes an empty part; such a key identifies no record: see `isCompleteKey`.
 *
 * @throws TypeError if the query did not select one of them.
 * @example
 * const url = app.urls.record(model, keyText(model, row));
 */
export function keyText(model: ModelInfo, row: DbRow): string {
  const [first] = model.key;
  if (first !== undefined && model.key.length === 1) return keyPartOf(model, first, row);
  return model.key.map((field) => keyPartOf(model, field, row)).join(',');
}

function keyPartOf(model: ModelInfo, field: FieldInfo, row: DbRow): string {
  const dbValue = row[field.name];
  if (dbValue === undefined) throw new TypeError(`The row of ${model.name} has no ${field.name}.`);
  if (dbValue === null) return '';
  return encodeKeyPart(String(dbValue));
}

/** Whether this result of `keyText` is the key of a record, that is, no part of it is NULL. */
export function isCompleteKey(key: string): boolean {
  return key !== '' && !(key.startsWith(',') || key.endsWith(',') || key.includes(',,'));
}

/**
 * The values of a key from a URL, in the order of `model.key`, to be cast by `field.type.cast(field)`. Undefined for a key that no
 * row of the model can have, for which a page responds with 404 without a query.
 */
export function parseKey(model: ModelInfo, text: string): readonly Param[] | undefined {
  const parts = text.split(',');
  if (parts.length !== model.key.length) return undefined;
  const params: Param[] = [];
  for (const [at, field] of model.key.entries()) {
    const part = decodeKeyPart(parts[at] ?? '');
    const param = part === undefined ? undefined : keyParam(field, part);
    if (param === undefined) return undefined;
    params.push(param);
  }
  return params;
}

/**
 * The parameter for one value of a key, from a URL or a form; undefined if no row can have it.
 *
 * @example keyParam(id, '17') // '17'
 */
export function keyParam(field: FieldInfo, text: string): Param | undefined {
  const stored = referencedField(field);
  // PostgreSQL's own text is used unchanged: a key may contain what no form accepts (surrounding spaces, the empty string,
  // microseconds, a number that JavaScript would round).
  const cast = stored.type.cast(stored);
  // fault: key-through-the-form
  if (isTextOfType(text, cast)) return text;
  const isInteger = stored.typeName === 'identity' || stored.typeName === 'integer' || stored.typeName === 'bigint';
  if (isInteger || isTextType(cast)) return undefined;
  const parsed = stored.type.parse(text, stored);
  return parsed.ok ? stored.type.encode(parsed.value) : undefined;
}

/** The field that a relation's key resolves to, through relations that are keys themselves. */
function referencedField(field: FieldInfo): FieldInfo {
  const next = field.typeName === 'belongsTo' ? field.target?.key[0] : undefined;
  return next === undefined ? field : referencedField(next);
}

// ── the text of one part of a key in a URL

// Letters, digits, `-` and `_` represent themselves; every other byte of the UTF-8 text becomes `~hh`, and the empty string becomes
// `~`. A key therefore never looks like a reserved word (`+new`), a path (`.`, `..`, `/`) or several parts (`,`), and contains
// nothing that a proxy would decode or normalise.

const PLAIN = /^[\w-]+$/;
const PART = /^(?:~|(?:[\w-]|~[\da-f]{2})+)$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @example encodeKeyPart('a/b') // 'a~2fb' */
export function encodeKeyPart(text: string): string {
  if (PLAIN.test(text)) return text;
  if (text === '') return '~';
  let part = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte);
    part += byte < 128 && PLAIN.test(char) ? char : `~${byte.toString(16).padStart(2, '0')}`;
  }
  return part;
}

/** The inverse of `encodeKeyPart`; undefined for anything that it never returns, so that every record has exactly one URL. */
export function decodeKeyPart(part: string): string | undefined {
  if (part === '~') return '';
  if (!PART.test(part)) return undefined;
  if (!part.includes('~')) return part;
  const bytes = part.replace(/~([\da-f]{2})|[\w-]/g, (char, hex: string | undefined) =>
    hex === undefined ? char.charCodeAt(0).toString(16) : hex,
  );
  try {
    const text = utf8.decode(Buffer.from(bytes, 'hex'));
    return encodeKeyPart(text) === part ? text : undefined;
  } catch {
    return undefined;
  }
}
