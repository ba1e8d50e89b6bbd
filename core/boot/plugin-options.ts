import { z } from 'zod';
import type { Config } from '../config.ts';
import type { BootProblem } from '../errors/boot.ts';
import type { Plugin } from '../plugin.ts';
import type { Environment } from '../settings.ts';

/** Each plugin's options, parsed once by its own schema. */
export function readPluginOptions(
  config: Config,
  enabled: readonly Plugin[],
): { readonly options: ReadonlyMap<string, unknown>; readonly problems: readonly BootProblem[] } {
  const options = new Map<string, unknown>();
  const problems: BootProblem[] = [];
  const configured: Readonly<Record<string, unknown>> = config.plugins ?? {};
  for (const plugin of enabled) {
    const input = configured[plugin.name] ?? {};
    if (!plugin.options) {
      if (Object.keys(input).length > 0)
        problems.push({ where: `plugins.${plugin.name}`, problem: 'The plugin has no options.' });
      continue;
    }
    const schema: z.ZodType = plugin.options;
    const parsed = schema.safeParse(input);
    if (parsed.success) options.set(plugin.name, parsed.data);
    else problems.push(...issuesOf(`plugins.${plugin.name}`, parsed.error));
  }
  return { options, problems };
}

/** Each plugin's environment variables. If two plugins declare the same variable, each gets it, parsed by its own schema. */
export function readPluginEnvironments(
  environment: Environment,
  enabled: readonly Plugin[],
): { readonly environments: ReadonlyMap<string, unknown>; readonly problems: readonly BootProblem[] } {
  const environments = new Map<string, unknown>();
  const problems: BootProblem[] = [];
  for (const plugin of enabled) {
    const shape = environmentShape(plugin, environment);
    if (!shape) continue;
    const parsed = z.object(shape).safeParse(environment.variables);
    if (parsed.success) environments.set(plugin.name, parsed.data);
    // The message never contains the value, which may be a secret.
    else problems.push(...issuesOf(`environment variable of ${plugin.name}:`, parsed.error, ' '));
  }
  return { environments, problems };
}

/** The variables that a plugin declares for this environment. */
export function environmentShape(
  plugin: Plugin,
  { production }: Pick<Environment, 'production'>,
): z.ZodRawShape | undefined {
  const { environment } = plugin;
  return typeof environment === 'function' ? environment({ production }) : environment;
}

function issuesOf(where: string, error: z.ZodError, separator = '.'): readonly BootProblem[] {
  return error.issues.map(({ path, message }) => ({
    where: path.length === 0 ? where : `${where}${separator}${path.map(String).join('.')}`,
    problem: message,
  }));
}
