import type { App } from '../../core/app.ts';
import type { Plugin } from '../../core/plugin.ts';
import { type CliCommand, formatUsage } from '../cli-command.ts';
import { withBooted } from '../command-context.ts';
import { declaredVariables } from '../declared-variables.ts';
import { projectFolder } from '../project-folder.ts';
import { paint } from '../terminal.ts';

export const plugins: CliCommand = {
  name: 'plugins',
  description: 'List the enabled plugins in order, with everything that each contributes',
  options: { json: { description: 'Print JSON', type: 'boolean' } },
  run: ({ projectOption, values, print }) =>
    withBooted(projectFolder(projectOption), async ({ app, plugins }) => {
      const described = plugins.map((plugin) => describe(plugin, app));
      if (values.json === true) return print(JSON.stringify(described, undefined, 2));
      const width = Math.max(...described.flatMap((plugin) => Object.keys(plugin).map(({ length }) => length)));
      for (const { name, description, ...contributions } of described) {
        print(`${paint('bold', name)}${description === null ? '' : `: ${description}`}`);
        for (const [hook, items] of Object.entries(contributions)) {
          if (items.length > 0) print(`  ${hook.padEnd(width)}  ${items.join(', ')}`);
        }
      }
    }),
};

/** Hooks that are plain functions, so there are no names to list. */
const FUNCTIONS = ['on', 'currentActor', 'scope', 'start', 'beforeClose', 'health', 'metrics', 'verify'] as const;
const FOLDERS = ['migrations', 'templates', 'assets'] as const;

/** Every member of a plugin's declaration, with the names of what it contributes there. */
function describe(plugin: Plugin, app: App) {
  const names = (items: readonly { readonly name: string }[] = []): string[] => items.map(({ name }) => name);
  return {
    name: plugin.name,
    description: plugin.description ?? null,
    requires: plugin.requires ?? [],
    after: plugin.after ?? [],
    options: plugin.options === undefined ? [] : optionNames(plugin.options),
    environment: declaredVariables([plugin], app.environment).map(({ name }) => name),
    folders: FOLDERS.filter((folder) => plugin[folder] !== undefined),
    models: (plugin.models ?? []).map(({ modelName }) => modelName),
    extendModels: (plugin.extendModels ?? []).map(({ model, fields }) =>
      Object.keys(fields)
        .map((field) => `${model.modelName}.${field}`)
        .join(', '),
    ),
    fieldTypes: (plugin.fieldTypes ?? []).map(({ name }) => name),
    admins: (plugin.admins ?? []).map(({ model }) => model.modelName),
    permissions: names(plugin.permissions),
    events: plugin.events ?? [],
    policies: (plugin.policies?.(app) ?? []).map((part) => Object.keys(part).join(', ')),
    hooks: (plugin.hooks?.(app) ?? []).map(({ model, hooks }) => {
      const of = model === '*' ? '*' : model.modelName;
      return `${of} (${Object.keys(hooks).join(', ')})`;
    }),
    authenticators: (plugin.authenticators?.(app) ?? []).map(({ scheme }) => scheme),
    signInPage: plugin.signInPage === undefined ? [] : [plugin.signInPage],
    accessChecks: Object.keys(plugin.accessChecks ?? {}),
    gates: names(plugin.gates),
    middleware: (plugin.middleware?.(app) ?? []).map(({ name, stage }) => `${name} (${stage})`),
    extensionPoints: plugin.extensionPoints ?? [],
    contributes: Object.keys(plugin.contributes ?? {}),
    overrides: plugin.overrides ?? [],
    messages: Object.keys(plugin.messages ?? {}),
    services: Object.keys(plugin.provides ?? {}),
    schedule: (plugin.schedule ?? []).map(({ name, every }) => `${name} (every ${every})`),
    functions: FUNCTIONS.filter((hook) => plugin[hook] !== undefined),
    checks: names(plugin.checks),
    commands: (plugin.commands ?? []).map(formatUsage),
    routes: app.routes.filter(({ owner }) => owner === plugin.name).map(({ method, path }) => `${method} ${path}`),
  };
}

/** The option names of an object schema; other schemas cannot be listed. */
function optionNames(schema: object): string[] {
  return 'shape' in schema && typeof schema.shape === 'object' && schema.shape !== null
    ? Object.keys(schema.shape)
    : ['(any)'];
}
