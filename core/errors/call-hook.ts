import { debugBoot, elapsed } from '../base/debug.ts';
import { hookFailed } from './boot.ts';
import { RustioError } from './rustio-error.ts';

/**
 * Calls a function of a plugin. If it fails, the error names the plugin and the hook.
 *
 * @example
 * const routes = callHook(plugin, 'routes', () => plugin.routes(app));
 */
export function callHook<T>(plugin: { readonly name: string }, hook: string, work: () => T): T {
  const began = performance.now();
  try {
    return work();
  } catch (error) {
    throw wrapHookError(plugin.name, hook, error);
  } finally {
    // Called for every plugin, whether it has the hook or not.
    if (Object.hasOwn(plugin, hook)) debugBoot?.(`${plugin.name} ${hook} ${elapsed(began)}`);
  }
}

/**
 * Wraps an error thrown by a plugin's own function, so that it names the plugin. A RustioError is returned
 * unchanged. `part`: which part of the hook failed, if it has several.
 *
 * @example
 * throw wrapHookError('tenancy', 'hooks', error, '`beforeSave` for order');
 */
export function wrapHookError(plugin: string, hook: string, error: unknown, part?: string): RustioError {
  if (error instanceof RustioError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? reason) : reason;
  return hookFailed({
    plugin,
    place: part === undefined ? `\`${hook}\`` : `\`${hook}\`, in ${part}`,
    reason,
    cause: error,
    details: stack.split('\n').map((line) => line.trim()),
  });
}
