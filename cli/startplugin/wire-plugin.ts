import { addImport, addTo } from '../startapp/wire-config.ts';

/** How the config imports a plugin. */
export interface PluginImport {
  /** `./comments/index.ts`. */
  readonly from: string;
  /** `comments`. */
  readonly variable: string;
}

/** The lines that a user would add by hand. */
export function linesToAdd({ from, variable }: PluginImport): string[] {
  return [`import { ${variable} } from '${from}';`, `  extend: [${variable}],`];
}

/**
 * The config with the plugin at the end of `extend`, which is added behind `name` where there is none; undefined when the config is
 * written in a form that we do not know.
 */
export function wirePlugin(text: string, plugin: PluginImport): string | undefined {
  const [importLine = ''] = linesToAdd(plugin);
  const imported = addImport(text, importLine);
  if (imported === undefined) return undefined;
  const body = imported.slice(imported.indexOf('defineConfig('));
  return /\bextend\b/.test(body) ? addTo(imported, 'extend', plugin.variable) : addExtend(imported, plugin.variable);
}

/** Behind `name: 'Desk',` at the top of the config. */
function addExtend(text: string, variable: string): string | undefined {
  const name = /defineConfig\(\{\s*name:\s*(?:'[^'\n]*'|"[^"\n]*"),/.exec(text);
  if (name === null) return undefined;
  const end = name.index + name[0].length;
  return `${text.slice(0, end)}\n  extend: [${variable}],${text.slice(end)}`;
}
