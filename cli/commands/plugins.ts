import type { Plugin } from '../../core/plugin.ts';
import type { CliCommand } from '../cli-command.ts';
import { projectFolder } from '../project-folder.ts';
import { paint } from '../terminal.ts';
import { withTools } from '../tools.ts';

export const plugins: CliCommand = {
  name: 'plugins',
  description: 'List the enabled plugins, in their order, and all that each contributes',
  options: { json: { description: 'As JSON', type: 'boolean' } },
  run: ({ projectOption, values, print }) =>
    withTools(projectFolder(projectOption), 'config', async ({ app }) => {
      const described = app.plugins.map((plugin) => describe(plugin, ownedRoutes(plugin, app.routes)));
      if (values.json === true) return print(JSON.stringify(described, undefined, 2));
      for (const { name, description, ...contributions } of described) {
        print(`${paint('bold', name)}${description === null ? '' : `: ${description}`}`);
        for (const [kind, items] of Object.entries(contributions)) {
          if (items.length > 0) print(`  ${kind.padEnd(11)} ${items.join(', ')}`);
        }
      }
    }),
};

function ownedRoutes(plugin: Plugin, routes: readonly { owner: string; method: string; path: string }[]): string[] {
  return routes.filter(({ owner }) => owner === plugin.name).map(({ method, path }) => `${method} ${path}`);
}

/** All that a declaration says, by name; functions as the names of the hooks that they fill. */
function describe(plugin: Plugin, routes: readonly string[]) {
  const hooks = (
    [
      'policies',
      'hooks',
      'on',
      'scope',
      'authenticators',
      'middleware',
      'health',
      'metrics',
      'verify',
      'start',
      'beforeClose',
    ] as const
  ).filter((hook) => plugin[hook] !== undefined);
  const folders = (['migrations', 'templates', 'assets'] as const).filter((folder) => plugin[folder] !== undefined);
  return {
    name: plugin.name,
    description: plugin.description ?? null,
    requires: plugin.requires ?? [],
    folders,
    models: (plugin.models ?? []).map(({ modelName }) => modelName),
    permissions: (plugin.permissions ?? []).map(({ name }) => name),
    events: plugin.events ?? [],
    slots: plugin.extensionPoints ?? [],
    fills: Object.keys(plugin.contributes ?? {}),
    judges: Object.keys(plugin.accessChecks ?? {}),
    gates: (plugin.gates ?? []).map(({ name }) => name),
    hooks,
    checks: (plugin.checks ?? []).map(({ name }) => name),
    commands: (plugin.commands ?? []).map(({ name }) => name),
    words: Object.keys(plugin.messages ?? {}),
    routes,
  };
}
