import { RustioError } from '../errors.ts';
import type { Plugin } from '../plugin.ts';

/** Calls a function of a plugin, so that a failure in it names the plugin and the hook. */
export function callHook<T>(plugin: Plugin, hook: keyof Plugin, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failedHook(plugin, hook, error);
  }
}

/** What a plugin's own function threw, with the plugin's name. An error that explains itself stays as it is. */
export function failedHook(plugin: Plugin, hook: keyof Plugin, error: unknown): RustioError {
  if (error instanceof RustioError) return error;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new RustioError(
    'RIO-PLUGIN-HOOK',
    {
      problem: `The plugin "${plugin.name}" failed in \`${hook}\`: ${error instanceof Error ? error.message : String(error)}`,
      why: 'This function of the plugin threw an error. Where it happened:',
      fix: 'Start at the first line above that shows code of the plugin.',
      retry: 'After the correction.',
    },
    { cause: error, details: stack.split('\n').map((line) => line.trim()) },
  );
}
