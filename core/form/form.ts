import type { Upload } from '../files/upload.ts';
import { isFormName } from './form-protocol.ts';

/**
 * A submitted form: strings by name, in the order sent, and files. Names are not parsed into nested objects and there is no
 * prototype, so `__proto__` and `constructor` are ordinary names.
 */
export interface Form {
  /** The first value with this name. */
  get(name: string): string | undefined;
  all(name: string): readonly string[];
  has(name: string): boolean;
  names(): Iterable<string>;
  /** The file that was chosen in this field; undefined if there was none. It is deleted at the end of the request. */
  file(name: string): Upload | undefined;
}

/** A form while its body is being parsed. */
export class FormFields implements Form {
  readonly #texts = new Map<string, string[]>();
  readonly #files = new Map<string, Upload>();

  add(name: string, text: string): void {
    const list = this.#texts.get(name);
    if (list) list.push(text);
    else this.#texts.set(name, [text]);
  }

  addFile(name: string, upload: Upload): void {
    this.#files.set(name, upload);
  }

  get(name: string): string | undefined {
    return this.#texts.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#texts.get(name) ?? [];
  }

  has(name: string): boolean {
    return this.#texts.has(name);
  }

  names(): Iterable<string> {
    return this.#texts.keys();
  }

  file(name: string): Upload | undefined {
    return this.#files.get(name);
  }
}

/** Reads `application/x-www-form-urlencoded`. `undefined` if it has more than `max` fields. */
export function decodeForm(text: string, max: number): Form | undefined {
  // Counted first: `URLSearchParams` takes seconds for hundreds of thousands of fields, and anyone can send them.
  // fault: no-field-count-limit
  if (hasMoreFields(text, max)) return undefined;
  const form = new FormFields();
  for (const [name, value] of new URLSearchParams(text)) form.add(name, value);
  return form;
}

/** Each non-empty string between two `&` is a field. Separators count, too, since each of them costs time. */
function hasMoreFields(text: string, max: number): boolean {
  let fields = 0;
  let separators = 0;
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf('&', start);
    const end = next === -1 ? text.length : next;
    if (end > start) fields += 1;
    if (next !== -1) separators += 1;
    if (fields > max || separators > max) return true;
    start = end + 1;
  }
  return false;
}

/**
 * A form or a query as a plain object, for schemas: a name that occurs once has a string, a repeated one an array. The framework's
 * own hidden fields are left out.
 */
export function plainValues(pairs: Iterable<readonly [string, readonly string[]]>): Record<string, string | string[]> {
  const entries = [...pairs].filter(([name]) => !isFormName(name));
  // `fromEntries` defines properties and never calls a setter, so `__proto__` is an ordinary name.
  return Object.fromEntries(entries.map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : [...all]]));
}
