import { RustioError } from './errors.ts';
import type { Plugin } from './plugin.ts';

/** Calls a function of a plugin, so that a failure in it names the plugin and the hook. */
export function callHook<T>(plugin: Plugin, hook: HookName, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failedHook(plugin.name, hook, error);
  }
}

/**
 * What a plugin's own function threw, with the plugin's name. An error that explains itself, one with a status among them, stays
 * as it is. `part`: which part of the hook failed, where it has several.
 *
 * @example
 * throw failedHook('tenancy', 'hooks', error, '`beforeSave` for order');
 */
export function failedHook(plugin: string, hook: HookName, error: unknown, part?: string): RustioError {
  if (error instanceof RustioError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? reason) : reason;
  return new RustioError(
    'RIO-PLUGIN-HOOK',
    {
      problem: `The plugin "${plugin}" failed in \`${hook}\`${part === undefined ? '' : `, in ${part}`}: ${reason}`,
      why: 'This function of the plugin threw an error. Where it happened:',
      fix: 'Start at the first line above that shows code of the plugin.',
      retry: 'After the correction.',
    },
    { cause: error, details: stack.split('\n').map((line) => line.trim()) },
  );
}

type HookName = keyof Plugin & string;
