/** Returns the value with a narrower type. Throws if it is not one of the allowed values. */
export function oneOf<const V extends string>(allowed: readonly V[], value: string): V {
  const match = allowed.find((candidate) => candidate === value);
  if (match === undefined) throw new Error(`"${value}" is not one of: ${allowed.join(', ')}.`);
  return match;
}

/** Returns the entry for a key. Throws if there is none; `what` names the kind of key in the error. */
export function lookUp<K, V>(entries: ReadonlyMap<K, V>, key: K, what: string): V {
  const value = entries.get(key);
  if (value === undefined) throw new Error(`Unknown ${what} "${key}".`);
  return value;
}
