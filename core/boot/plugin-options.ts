import { z } from 'zod';
import { didYouMean } from '../base/nearest.ts';
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
    else problems.push(...issuesOf(`plugins.${plugin.name}`, parsed.error, '.', optionNames(schema)));
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

function optionNames(schema: z.ZodType): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** `names`: what could have been meant by an unknown name. */
function issuesOf(
  where: string,
  error: z.ZodError,
  separator = '.',
  names: readonly string[] = [],
): readonly BootProblem[] {
  return error.issues.flatMap((issue): readonly BootProblem[] => {
    const at = issue.path.length === 0 ? where : `${where}${separator}${issue.path.map(String).join('.')}`;
    if (issue.code !== 'unrecognized_keys')
      return [{ where: at, problem: /[.!?]$/.test(issue.message) ? issue.message : `${issue.message}.` }];
    const candidates = issue.path.length === 0 ? names : [];
    return issue.keys.map((key) => ({
      where: at,
      problem: `There is no option "${key}".${didYouMean(key, candidates)}`,
    }));
  });
}
