/**
 * Debug output for developers, controlled by `NODE_DEBUG` like that of Node itself: `rustio` enables every topic, `rustio:sql` only
 * one. Node reads the variable when the process starts, so it has no effect in a `.env` file.
 */
import { debuglog } from 'node:util';

/**
 * Writes one line to standard error; undefined while its topic is disabled. Call it with `?.`, so that a disabled topic does not
 * even build the text.
 *
 * @example
 * debugBoot?.(`${plugin.name} start ${elapsed(began)}`);
 */
type Debug = ((line: string) => void) | undefined;

/** The order of the plugins, and every hook that runs at startup. */
export const debugBoot: Debug = topic('boot');
/** One line per request: the matched route and the access decision. */
export const debugRoute: Debug = topic('route');
/** One line per statement: its text, never its values. */
export const debugSql: Debug = topic('sql');

/** The time since `began`, a value of `performance.now()`: `0.8 ms`. */
export function elapsed(began: number): string {
  return `${(performance.now() - began).toFixed(1)} ms`;
}

function topic(name: string): Debug {
  if (!debuglog('rustio').enabled && !debuglog(`rustio:${name}`).enabled) return undefined;
  // The format of Node's own debug output.
  const prefix = `RUSTIO:${name.toUpperCase()} ${process.pid}: `;
  // A path comes from a client: it must not control the terminal.
  return (line) => void process.stderr.write(`${prefix}${line.replace(/\p{Cc}+/gu, ' ')}\n`);
}
