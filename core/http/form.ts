import type { Upload } from './upload.ts';

/**
 * What a form posted: flat names to texts, in the order in which they came, and to files. No nesting and no prototype, so
 * `__proto__` and `constructor` are names like others.
 */
export interface Form {
  /** The first value of that name. */
  get(name: string): string | undefined;
  all(name: string): readonly string[];
  has(name: string): boolean;
  names(): Iterable<string>;
  /** The file that was chosen in the field of that name; undefined when there was none. It goes with the request. */
  file(name: string): Upload | undefined;
}

/** A form that is being read. */
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

/** Reads `application/x-www-form-urlencoded`. `undefined` when it has more than `most` fields. */
export function decodeForm(text: string, most: number): Form | undefined {
  // Counted first: `URLSearchParams` takes seconds for hundreds of thousands of fields, and anybody may send them.
  if (hasMoreFields(text, most)) return undefined;
  const form = new FormFields();
  for (const [name, value] of new URLSearchParams(text)) form.add(name, value);
  return form;
}

/** Between two `&` there is a field, unless there is nothing. */
function hasMoreFields(text: string, most: number): boolean {
  let fields = 0;
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf('&', start);
    const end = next === -1 ? text.length : next;
    if (end > start) fields += 1;
    if (fields > most) return true;
    start = end + 1;
  }
  return false;
}

/**
 * A form or a query as a plain object, for schemas: a name that is there once has a string, a repeated one an array. Names of our
 * own hidden fields begin with `~` and are left out.
 */
export function plainValues(pairs: Iterable<readonly [string, readonly string[]]>): Record<string, string | string[]> {
  const entries = [...pairs].filter(([name]) => !name.startsWith('~'));
  // `fromEntries` defines properties and never calls a setter, so `__proto__` is a name like others.
  return Object.fromEntries(entries.map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : [...all]]));
}
