import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { nearest } from '../model/nearest.ts';
import type { BootProblem, Plugin, SlotName, Slots } from '../plugin.ts';

/** Sources of migrations and owners of models that are no plugins. */
const RESERVED = new Set(['kernel', 'project']);

/** The plugins that run, in their order: the built-in ones that the config does not take away, then the project's own. */
export function enabledPlugins(
  config: Config,
  builtIn: readonly Plugin[],
): { enabled: readonly Plugin[]; problems: readonly BootProblem[] } {
  const wanted = config.plugins ?? {};
  const all = [...builtIn, ...(config.extend ?? [])];
  const enabled = all.filter((plugin) => wanted[plugin.name] !== false);
  const problems: BootProblem[] = [];
  const names = all.map((plugin) => plugin.name);
  for (const name of Object.keys(wanted)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
    problems.push({ where: `plugins.${name}`, problem: `there is no plugin of that name.${hint}` });
  }
  enabled.forEach((plugin, position) => {
    const where = `plugin ${plugin.name}`;
    if (plugin.api !== 1) {
      problems.push({ where, problem: `was written for version ${plugin.api} of the hook interface; this one is 1.` });
    }
    if (!/^[a-z][a-z0-9-]*$/.test(plugin.name) || RESERVED.has(plugin.name)) {
      problems.push({
        where,
        problem: 'needs another name: lower-case words with hyphens, and not "kernel" or "project".',
      });
    }
    if (names.indexOf(plugin.name) !== all.indexOf(plugin)) {
      problems.push({ where, problem: 'another plugin has this name already.' });
    }
    for (const required of plugin.requires ?? []) {
      const at = enabled.findIndex((other) => other.name === required);
      if (at === -1) {
        const off = names.includes(required) ? 'is switched off in the config' : 'is not there';
        problems.push({ where, problem: `needs the plugin "${required}", which ${off}.` });
      } else if (at >= position) {
        problems.push({ where, problem: `needs the plugin "${required}" before it, but that comes later.` });
      }
    }
  });
  return { enabled, problems };
}

/** Each plugin's options as its schema reads them. */
export function readOptions(
  config: Config,
  enabled: readonly Plugin[],
): { options: ReadonlyMap<string, unknown>; problems: readonly BootProblem[] } {
  const options = new Map<string, unknown>();
  const problems: BootProblem[] = [];
  for (const plugin of enabled) {
    const given = config.plugins?.[plugin.name] ?? {};
    if (!plugin.options) {
      if (Object.keys(given).length > 0) {
        problems.push({ where: `plugins.${plugin.name}`, problem: 'this plugin has no options.' });
      }
      continue;
    }
    const read = plugin.options.safeParse(given);
    if (read.success) options.set(plugin.name, read.data);
    else {
      for (const issue of read.error.issues) {
        const path = [`plugins.${plugin.name}`, ...issue.path.map(String)].join('.');
        problems.push({ where: path, problem: issue.message });
      }
    }
  }
  return { options, problems };
}

/** Items of a slot, made once: on the first time that somebody asks, when all models are known. */
export function slotFills(
  enabled: readonly Plugin[],
  app: () => App,
): <S extends SlotName>(name: S) => readonly Slots[S][] {
  const made = new Map<SlotName, readonly unknown[]>();
  return <S extends SlotName>(name: S): readonly Slots[S][] => {
    let items = made.get(name) as readonly Slots[S][] | undefined;
    if (!items) {
      items = enabled.flatMap((plugin): readonly Slots[S][] => {
        const fill = plugin.fills?.[name];
        return (typeof fill === 'function' ? fill(app()) : fill) ?? [];
      });
      made.set(name, items);
    }
    return items;
  };
}
