/**
 * What a form posted: flat names to texts, in the order in which they came. No nesting and no prototype, so
 * `__proto__` and `constructor` are names like others.
 */
export interface Form {
  /** The first value of that name. */
  get(name: string): string | undefined;
  all(name: string): readonly string[];
  has(name: string): boolean;
  names(): Iterable<string>;
}

/** Reads `application/x-www-form-urlencoded`. `undefined` when it has more than `most` fields. */
export function decodeForm(text: string, most: number): Form | undefined {
  const values = new Map<string, string[]>();
  let fields = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    fields += 1;
    if (fields > most) return undefined;
    const list = values.get(name);
    if (list) list.push(value);
    else values.set(name, [value]);
  }
  return {
    get: (name) => values.get(name)?.[0],
    all: (name) => values.get(name) ?? [],
    has: (name) => values.has(name),
    names: () => values.keys(),
  };
}
