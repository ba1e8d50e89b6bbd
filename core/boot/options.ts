import { z } from 'zod';
import type { Config, Environment } from '../config.ts';
import type { Plugin } from '../plugin.ts';
import type { BootProblem } from '../problem.ts';

/** Each plugin's options, parsed once by its own schema. */
export function readPluginOptions(
  config: Config,
  enabled: readonly Plugin[],
): { readonly options: ReadonlyMap<string, unknown>; readonly problems: readonly BootProblem[] } {
  const options = new Map<string, unknown>();
  const problems: BootProblem[] = [];
  const configured: Readonly<Record<string, unknown>> = config.plugins ?? {};
  for (const plugin of enabled) {
    const given = configured[plugin.name] ?? {};
    if (!plugin.options) {
      if (Object.keys(given).length > 0)
        problems.push({ where: `plugins.${plugin.name}`, problem: 'this plugin has no options.' });
      continue;
    }
    const schema: z.ZodType = plugin.options;
    const read = schema.safeParse(given);
    if (read.success) options.set(plugin.name, read.data);
    else problems.push(...issuesOf(`plugins.${plugin.name}`, read.error));
  }
  return { options, problems };
}

/** Each plugin's environment variables. Two plugins that name one variable each get it, read by their own schema. */
export function readPluginEnvironments(
  environment: Environment,
  enabled: readonly Plugin[],
): { readonly environments: ReadonlyMap<string, unknown>; readonly problems: readonly BootProblem[] } {
  const environments = new Map<string, unknown>();
  const problems: BootProblem[] = [];
  for (const plugin of enabled) {
    const shape = environmentShape(plugin, environment);
    if (!shape) continue;
    const read = z.object(shape).safeParse(environment.variables);
    if (read.success) environments.set(plugin.name, read.data);
    // Never the value: it may be a secret.
    else problems.push(...issuesOf(`environment variable of ${plugin.name}:`, read.error, ' '));
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
