/** The value itself, typed, when it is one of the known ones; throws when it is not. */
export function oneOf<const V extends string>(known: readonly V[], value: string): V {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Error(`"${value}" is none of: ${known.join(', ')}.`);
  return found;
}

/** What a value stands for; throws when nobody knows. */
export function meaning<K, T>(of: ReadonlyMap<K, T>, value: K, what: string): T {
  const found = of.get(value);
  if (found === undefined) throw new Error(`Nobody knows the ${what} "${value}".`);
  return found;
}
