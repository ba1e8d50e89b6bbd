import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { didYouMean } from '../base/nearest.ts';
import type { Config } from '../config.ts';
import type { BootProblem } from '../errors/boot.ts';
import { PLUGIN_API, PLUGIN_KEYS, type Plugin } from '../plugin.ts';

/** Names that are used elsewhere: sources of migrations, owners of models, prefixes of core's own views. */
const RESERVED = new Set(['core', 'project', 'layout']);

export interface OrderedPlugins {
  /** The enabled plugins, in order. */
  readonly enabled: readonly Plugin[];
  /** All plugins, disabled ones included. */
  readonly available: readonly Plugin[];
  readonly problems: readonly BootProblem[];
}

/**
 * The built-in plugins in order, without those that the config disables, and the project's own: after all of them, or after the
 * last one that `after` names.
 */
export function orderPlugins(config: Config, builtIn: readonly Plugin[]): OrderedPlugins {
  const configured: Readonly<Record<string, unknown>> = config.plugins ?? {};
  const extend = [...new Set(config.extend)];
  const available = [...builtIn, ...extend];
  const names = available.map((plugin) => plugin.name);
  const enabled: Plugin[] = builtIn.filter((plugin) => configured[plugin.name] !== false);
  for (const plugin of extend) {
    if (configured[plugin.name] === false) continue;
    const last = enabled.findLastIndex(({ name }) => plugin.after?.includes(name));
    const position = plugin.after === undefined ? enabled.length : afterSiblings(enabled, last + 1, builtIn);
    enabled.splice(position, 0, plugin);
  }
  const problems = [
    ...listedTwice(config.extend ?? []),
    ...Object.keys(configured)
      .filter((name) => !names.includes(name))
      .map((name) => ({
        where: `plugins.${name}`,
        problem: `There is no plugin with this name.${didYouMean(name, names)}`,
      })),
    ...enabled.flatMap((plugin, position) => problemsOf(plugin, position, enabled, available)),
  ];
  return { enabled, available, problems };
}

function listedTwice(extend: readonly Plugin[]): readonly BootProblem[] {
  const repeated = extend.filter((plugin, at) => extend.indexOf(plugin) < at);
  return [...new Set(repeated)].map(({ name }) => ({
    where: 'extend',
    problem: `The plugin ${name} is listed twice.`,
  }));
}

/** The position after the project's plugins that were inserted there earlier, so that they keep their order. */
function afterSiblings(enabled: readonly Plugin[], start: number, builtIn: readonly Plugin[]): number {
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
  if (api !== PLUGIN_API)
    add(`It requires version ${api} of the plugin interface; this version of rustio-admin has ${PLUGIN_API}.`);
  if (!/^[a-z][a-z0-9-]*$/.test(plugin.name) || RESERVED.has(plugin.name)) {
    add(`It is not a valid plugin name: use lowercase words with hyphens, other than ${[...RESERVED].join(', ')}.`);
  }
  if (names.indexOf(plugin.name) !== available.indexOf(plugin)) add('Another plugin already has this name.');
  for (const key of Object.keys(plugin)) {
    if (!PLUGIN_KEYS.some((each) => each === key)) add(`There is no hook "${key}".${didYouMean(key, PLUGIN_KEYS)}`);
  }
  for (const name of plugin.after ?? []) {
    if (!names.includes(name)) add(`It comes after "${name}", which does not exist.${didYouMean(name, names)}`);
  }
  for (const required of plugin.requires ?? []) {
    const at = enabled.findIndex((other) => other.name === required);
    if (at === -1) {
      const state = names.includes(required)
        ? 'is disabled in the config.'
        : `does not exist.${didYouMean(required, names)}`;
      add(`It requires the plugin "${required}", which ${state}`);
    } else if (at >= position) add(`It requires the plugin "${required}", which must come before it.`);
  }
  for (const hook of ['templates', 'assets'] as const) {
    const folder = plugin[hook];
    if (folder && !existsSync(folder)) add(`Its folder of ${hook} does not exist: ${fileURLToPath(folder)}`);
  }
  return problems;
}
