/** The value itself, typed, if it is one of the allowed ones; throws otherwise. */
export function oneOf<const V extends string>(allowed: readonly V[], value: string): V {
  const match = allowed.find((one) => one === value);
  if (match === undefined) throw new Error(`"${value}" is not one of: ${allowed.join(', ')}.`);
  return match;
}

/** The meaning of a value; throws if it is unknown. */
export function lookUp<K, T>(of: ReadonlyMap<K, T>, value: K, what: string): T {
  const match = of.get(value);
  if (match === undefined) throw new Error(`Unknown ${what} "${value}".`);
  return match;
}
