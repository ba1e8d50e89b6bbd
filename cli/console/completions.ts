import type { ConsoleSession } from './console-session.ts';

/**
 * The completions for the end of a line, and the part to be replaced. It only looks at names and stored values, whereas Node's
 * own completion would execute parts of the line.
 *
 * @example
 * complete('await records.li', session); // [['records.list'], 'records.li']
 */
export function complete(
  line: string,
  { names, commands }: Pick<ConsoleSession, 'names' | 'commands'>,
): [string[], string] {
  if (line.startsWith('.')) return [startingWith(line, Object.keys(commands), '.'), line];
  const path = /[\w$.]*$/.exec(line)?.[0] ?? '';
  const parts = path.split('.');
  const owner = path.slice(0, path.lastIndexOf('.') + 1);
  if (owner === '') return [startingWith(path, names), path];
  const value = valueAt(parts.slice(0, -1));
  return [value === undefined ? [] : startingWith(path, Object.keys(value), owner), path];
}

function startingWith(text: string, names: readonly string[], prefix = ''): string[] {
  return names.map((name) => `${prefix}${name}`).filter((name) => name.startsWith(text));
}

/** Resolves a property path without calling getters. */
function valueAt(path: readonly string[]): object | undefined {
  let value: unknown = globalThis;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, name)?.value;
  }
  return typeof value === 'object' && value !== null ? value : undefined;
}
