import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { didYouMean } from '../model/nearest.ts';
import { PLUGIN_API, PLUGIN_KEYS, type Plugin } from '../plugin.ts';
import type { BootProblem } from '../problem.ts';

/** Names that mean something else: sources of migrations, owners of models, prefixes of core's own views. */
const RESERVED = new Set(['core', 'kernel', 'project', 'layout']);

export interface OrderedPlugins {
  /** The plugins that run, in their order. */
  readonly enabled: readonly Plugin[];
  /** All that there are, disabled ones included. */
  readonly available: readonly Plugin[];
  readonly problems: readonly BootProblem[];
}

/**
 * The built-in plugins in their order, without those that the config disables, and the project's own: behind all of them, or
 * behind the last one that `after` names.
 */
export function orderPlugins(config: Config, builtIn: readonly Plugin[]): OrderedPlugins {
  const configured: Readonly<Record<string, unknown>> = config.plugins ?? {};
  const available = [...builtIn, ...(config.extend ?? [])];
  const names = available.map((plugin) => plugin.name);
  const enabled: Plugin[] = builtIn.filter((plugin) => configured[plugin.name] !== false);
  for (const plugin of config.extend ?? []) {
    if (configured[plugin.name] === false) continue;
    const last = enabled.findLastIndex(({ name }) => plugin.after?.includes(name));
    const behind = plugin.after === undefined ? enabled.length : behindSiblings(enabled, last + 1, builtIn);
    enabled.splice(behind, 0, plugin);
  }
  const problems = [
    ...Object.keys(configured)
      .filter((name) => !names.includes(name))
      .map((name) => ({
        where: `plugins.${name}`,
        problem: `there is no plugin with that name.${didYouMean(name, names)}`,
      })),
    ...enabled.flatMap((plugin, position) => problemsOf(plugin, position, enabled, available)),
  ];
  return { enabled, available, problems };
}

/** Plugins of the project that were put there before stay before. */
function behindSiblings(enabled: readonly Plugin[], start: number, builtIn: readonly Plugin[]): number {
  let at = start;
  while (at < enabled.length && !builtIn.some((plugin) => plugin === enabled[at])) at += 1;
  return at;
}

function problemsOf(
  plugin: Plugin,
  position: number,
  enabled: readonly Plugin[],
  available: readonly Plugin[],
): readonly BootProblem[] {
  const where = `plugin ${plugin.name}`;
  const names = available.map(({ name }) => name);
  const problems: BootProblem[] = [];
  const add = (problem: string): void => {
    problems.push({ where, problem });
  };
  // A plugin from a package may have been written for another version.
  const api: number = plugin.api;
  if (api !== PLUGIN_API) add(`it was written for version ${api} of the hook interface; this one is ${PLUGIN_API}.`);
  if (!/^[a-z][a-z0-9-]*$/.test(plugin.name) || RESERVED.has(plugin.name)) {
    add(`needs another name: lower-case words with hyphens, and none of ${[...RESERVED].join(', ')}.`);
  }
  if (names.indexOf(plugin.name) !== available.indexOf(plugin)) add('another plugin already has this name.');
  for (const key of Object.keys(plugin)) {
    if (!PLUGIN_KEYS.some((each) => each === key)) add(`there is no hook "${key}".${didYouMean(key, PLUGIN_KEYS)}`);
  }
  for (const name of plugin.after ?? []) {
    if (!names.includes(name)) add(`comes after "${name}", which does not exist.${didYouMean(name, names)}`);
  }
  for (const required of plugin.requires ?? []) {
    const at = enabled.findIndex((other) => other.name === required);
    if (at === -1) {
      const state = names.includes(required)
        ? 'is disabled in the config.'
        : `does not exist.${didYouMean(required, names)}`;
      add(`requires the plugin "${required}", which ${state}`);
    } else if (at >= position) add(`requires the plugin "${required}" before it, but that comes later.`);
  }
  for (const hook of ['templates', 'assets'] as const) {
    const folder = plugin[hook];
    if (folder && !existsSync(folder)) add(`its folder of ${hook} does not exist: ${fileURLToPath(folder)}`);
  }
  return problems;
}
