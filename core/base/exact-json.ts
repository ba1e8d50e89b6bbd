// JSON without loss of digits: JavaScript numbers keep about 16 significant digits, numbers in PostgreSQL's jsonb keep all of them.

import { UnexpectedValue } from './unexpected-value.ts';

/** A number that JavaScript cannot represent exactly, or would write differently. `JSON.stringify` writes its original text. */
interface ExactNumber {
  readonly rawJSON: string;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

declare global {
  // ES2026, available in Node but not yet declared in TypeScript's libraries.
  interface JSON {
    rawJSON(text: string): ExactNumber;
    isRawJSON(value: unknown): value is ExactNumber;
    parse(text: string, reviver: Reviver): unknown;
  }
}

/** Only text that may contain such numbers is parsed with a reviver, which is several times slower. */
const MAY_BE_INEXACT = /[\d.]{16}|\d[eE]|\.\d*0(?!\d)|\.0{6}|-0/;

/**
 * Parses JSON. Numbers that would lose digits (`12345678901234567890`, `1.50`) become objects that `JSON.stringify` writes
 * unchanged.
 *
 * @throws SyntaxError like JSON.parse.
 * @example JSON.stringify(parseExactJson('[1.50, 2]')) // '[1.50,2]'
 */
export function parseExactJson(text: string): unknown {
  // fault: json-digits-lost
  if (MAY_BE_INEXACT.test(text)) return JSON.parse(text, exactNumber);
  return JSON.parse(text);
}

const exactNumber: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && source !== undefined && String(value) !== source ? JSON.rawJSON(source) : value;

/** With more levels, indentation would push the innermost ones out of sight and outweigh the value itself. */
const MAX_INDENTED = 100;

/** JSON for display: indented, unless it is nested too deeply. */
export function printJson(value: unknown): string {
  return levelsOf(value) > MAX_INDENTED ? JSON.stringify(value) : JSON.stringify(value, null, 2);
}

/** Not recursive, because deep nesting could exhaust the stack. */
function levelsOf(value: unknown): number {
  const isContainer = (part: unknown): part is object =>
    typeof part === 'object' && part !== null && !JSON.isRawJSON(part);
  let levels = 0;
  for (let parts = [value].filter(isContainer); parts.length > 0; levels += 1)
    parts = parts.flatMap((part) => Object.values(part).filter(isContainer));
  return levels;
}

/** The value of a column that contains JSON null, as opposed to NULL. `JSON.stringify` writes it as `null`. */
const JSON_NULL: object = JSON.rawJSON('null');

/** Deeper nesting could exhaust the stack of recursive code. PostgreSQL stores several thousand levels. */
const MAX_LEVELS = 1_000;

/**
 * `parseExactJson` for a whole column: JSON null is an object, so that it differs from NULL. JSON that is nested too deeply becomes
 * an `UnexpectedValue`, and so does text that is not JSON, in a column of another type.
 */
export function parseJsonColumn(text: string): unknown {
  // fault: json-too-deep
  if (text.length > MAX_LEVELS && levelsIn(text) > MAX_LEVELS) return new UnexpectedValue(text);
  // fault: json-null-as-null
  if (text === 'null') return JSON_NULL;
  // fault: text-that-is-no-json
  try {
    return parseExactJson(text);
  } catch {
    return new UnexpectedValue(text);
  }
}

/** The nesting depth of JSON. */
function levelsIn(text: string): number {
  let level = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '[' || character === '{') {
      level += 1;
      deepest = Math.max(deepest, level);
    } else if (character === ']' || character === '}') level -= 1;
    else if (character === '"')
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
  }
  return deepest;
}

export function isJsonNull(value: unknown): boolean {
  return value === JSON_NULL;
}

/** The text of a number that `parseExactJson` kept; undefined for any other value. */
export function exactDigits(value: unknown): string | undefined {
  return JSON.isRawJSON(value) && value !== JSON_NULL ? value.rawJSON : undefined;
}

/** Parses JSON with JavaScript's numbers, as code and schemas use them. */
export function withPlainNumbers(value: unknown): unknown {
  if (isJsonNull(value)) return null;
  if (typeof value !== 'object' || value === null) return value;
  const digits = exactDigits(value);
  if (digits !== undefined) return Number(digits);
  if (Array.isArray(value)) return value.map(withPlainNumbers);
  // Values that are not data are left to validation. `fromEntries` defines properties, so `__proto__` is an ordinary key.
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withPlainNumbers(part)]));
}

/** Restores the digits of `exact` in a value derived from `withPlainNumbers(exact)`, wherever both have the same number. */
export function withExactNumbers(value: unknown, exact: unknown): unknown {
  if (typeof exact !== 'object' || exact === null) return value;
  const digits = exactDigits(exact);
  if (digits !== undefined) return value === Number(digits) ? exact : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return Array.isArray(exact) ? value.map((part, at) => withExactNumbers(part, exact[at])) : value;
  if (!isPlain(value) || Array.isArray(exact)) return value;
  const parts = new Map<string, unknown>(Object.entries(exact));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withExactNumbers(part, parts.get(key))]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
