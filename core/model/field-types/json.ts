import { z } from 'zod';
import {
  exactDigits,
  isJsonNull,
  parseExactJson,
  printJson,
  withExactNumbers,
  withPlainNumbers,
} from '../../base/exact-json.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import type { BaseFieldType, DbValue, FieldInfo } from '../field-type.ts';
import { createIssue, type Issue, invalid, type Parsed, valid, validUnless } from '../issue.ts';
import { isStorable, truncate } from '../plain-text.ts';

/** The max size in UTF-8. */
const MAX_BYTES = 1_000_000;
/**
 * PostgreSQL parses jsonb recursively and fails when its stack is exhausted. Real documents have far fewer than a hundred levels.
 */
const MAX_LEVELS = 100;

/**
 * JSON that matches a schema (Standard Schema: zod, valibot, arktype …), stored as jsonb. The output of the schema is stored, so
 * a schema must accept its own output: no transforms to another shape.
 */
export const json: BaseFieldType = {
  name: 'json',
  sqlType: () => 'jsonb',
  sqlDefault(field) {
    if (field.default === undefined || typeof field.default === 'function') return undefined;
    return `${quoteLiteral(JSON.stringify(field.default))}::jsonb`;
  },
  checks: () => [],

  dbSchema: z.custom<NonNullable<DbValue>>((value) => value !== null && value !== undefined),
  decode: withPlainNumbers,
  // Forms and code store NULL, never JSON null.
  unexpected: isJsonNull,
  encode: (value) => JSON.stringify(value),
  cast: () => 'jsonb',
  // The result is of type cstring, which the driver parses with `parseJsonColumn`. Also works for unmanaged columns of type json.
  exact: (column) => `textout(${column}::text)`,

  parse(text, field) {
    if (Buffer.byteLength(text) > MAX_BYTES) return invalid('problem.jsonLarge', { max: MAX_BYTES });
    const parsed = parseJson(text);
    if (!parsed.ok) return parsed;
    const repeated = repeatedKey(text);
    // fault: json-key-twice
    if (repeated !== undefined) return invalid('problem.jsonDuplicate', { name: truncate(repeated, 80) });
    const issue = storageIssue(parsed.value);
    if (issue !== undefined) return { ok: false, issue };
    const checked = applySchema(withPlainNumbers(parsed.value), field.schema);
    if (!checked.ok) return checked;
    const value = withExactNumbers(checked.value, parsed.value);
    return validUnless(storageIssue(value), value);
  },
  validate,

  align: 'start',

  widget: () => 'json',
  text: printJson,

  filter: 'none',
  sortable: false,
  searchable: false,
  exported: (dbValue) => dbValue,
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  const issue = storageIssue(value);
  if (issue !== undefined) return issue;
  const checked = applySchema(withPlainNumbers(value), field.schema);
  return checked.ok ? undefined : checked.issue;
}

function parseJson(text: string): Parsed<unknown> {
  try {
    return valid(parseExactJson(text));
  } catch (error) {
    return invalid('problem.json', { reason: error instanceof Error ? truncate(error.message, 200) : '' });
  }
}

/**
 * A property name that occurs twice in the same object of valid JSON. `JSON.parse` and jsonb keep only the last value, so part of
 * the input would be lost. Takes linear time.
 */
function repeatedKey(text: string): string | undefined {
  /** The names of each open object, innermost last; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '{') open.push(new Set());
    else if (sign === '[') open.push(undefined);
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === '"') {
      const start = at;
      for (at += 1; text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
      const names = open.at(-1);
      if (names === undefined || !isKeyEnd(text, at + 1)) continue;
      // Compared after unescaping: "\u0061" is "a".
      const name = String(JSON.parse(text.slice(start, at + 1)));
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return undefined;
}

/** Whether a string that ends before this position is a property name. */
function isKeyEnd(text: string, position: number): boolean {
  let at = position;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return text[at] === ':';
}

// ── whether it can be stored

function storageIssue(value: unknown): Issue | undefined {
  // A JSON null at the top level would be a second empty value besides NULL.
  if (value === null || value === undefined) return createIssue('problem.required');
  const issue = contentIssue(value);
  if (issue !== undefined) return issue;
  return Buffer.byteLength(JSON.stringify(value)) > MAX_BYTES
    ? createIssue('problem.jsonLarge', { max: MAX_BYTES })
    : undefined;
}

/** Why a value cannot be stored as jsonb and read back unchanged; undefined if it can. */
function contentIssue(value: unknown, level = 1): Issue | undefined {
  if (level > MAX_LEVELS) return createIssue('problem.jsonDeep', { max: MAX_LEVELS });
  if (typeof value === 'string') return isStorable(value) ? undefined : createIssue('problem.notStorable');
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : createIssue('problem.jsonPlain');
  if (value === null || typeof value === 'boolean') return undefined;
  const digits = exactDigits(value);
  if (digits !== undefined) return canHold(digits) ? undefined : createIssue('problem.jsonPlain');
  if (Array.isArray(value)) return firstIssue(value, level);
  if (!isPlainObject(value)) return createIssue('problem.jsonPlain');
  if (!Object.keys(value).every(isStorable)) return createIssue('problem.notStorable');
  // Schemas drop this property (zod does so silently), and code that copies objects may set the prototype.
  if (Object.hasOwn(value, '__proto__')) return createIssue('problem.jsonProto');
  // JSON.stringify omits undefined properties, which is correct for optional properties of a schema.
  return firstIssue(
    Object.values(value).filter((part) => part !== undefined),
    level,
  );
}

/**
 * Whether jsonb can hold a number: up to 131,072 digits before the decimal point and 16,383 after it. Exponents are limited to
 * JavaScript's range.
 */
function canHold(digits: string): boolean {
  if (/e/i.test(digits)) return Number.isFinite(Number(digits));
  const [whole = '', fraction = ''] = digits.split('.');
  return whole.length <= 131_072 && fraction.length <= 16_383;
}

function firstIssue(parts: readonly unknown[], level: number): Issue | undefined {
  for (const part of parts) {
    const issue = contentIssue(part, level + 1);
    if (issue !== undefined) return issue;
  }
  return undefined;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  // JSON.stringify would store what this method returns. A `toJSON` property that is not a function is ordinary data.
  if ('toJSON' in value && typeof value.toJSON === 'function') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

// ── whether it matches the schema

/** The value that the schema returns, or why it rejects the input. */
export function applySchema(value: unknown, schema: FieldInfo['schema']): Parsed<unknown> {
  if (schema === undefined) return valid(value);
  const result = validateSync(value, schema);
  if (result instanceof Promise) {
    result.catch(() => undefined);
    return invalid('problem.jsonAsync');
  }
  if (typeof result !== 'object' || result === null) return invalid('problem.jsonPlain');
  if ('issues' in result && Array.isArray(result.issues)) return { ok: false, issue: schemaIssue(result.issues[0]) };
  return valid('value' in result ? result.value : value);
}

/** A schema that throws rejects the value: zod throws on asynchronous rules, and custom rules may throw. */
function validateSync(value: unknown, schema: NonNullable<FieldInfo['schema']>): unknown {
  try {
    return schema['~standard'].validate(value);
  } catch (error) {
    return { issues: [{ message: error instanceof Error ? error.message : String(error) }] };
  }
}

function schemaIssue(first: unknown): Issue {
  if (typeof first !== 'object' || first === null) return createIssue('problem.jsonPlain');
  const reason = 'message' in first ? truncate(String(first.message), 300) : '';
  const path = 'path' in first && Array.isArray(first.path) ? first.path : [];
  const where = path.map((part: unknown) => String(isKeyed(part) ? part.key : part)).join('.');
  return where === ''
    ? createIssue('problem.jsonShape', { reason })
    : createIssue('problem.jsonShapeAt', { where, reason });
}

function isKeyed(part: unknown): part is { readonly key: unknown } {
  return typeof part === 'object' && part !== null && 'key' in part;
}
