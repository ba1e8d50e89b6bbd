// Names that belong to one owner: events, permissions, commands, routes' words and the like.

import type { App } from '../app.ts';
import { CLI_COMMANDS } from '../command.ts';
import { CORE_EXTENSION_POINTS } from '../extension-points.ts';
import { coreAccessChecks } from '../http/access.ts';
import type { Plugin } from '../plugin.ts';
import type { BootProblem } from '../problem.ts';
import type { BootFacts } from './facts.ts';

/** Names that two plugins use, or that core has reserved; both owners are named. */
export function nameConflicts({ app, authenticators }: BootFacts): readonly BootProblem[] {
  const { plugins } = app;
  return [
    ...conflicts('event', plugins, ({ events = [] }) => events, ['create', 'update', 'delete']),
    ...conflicts(
      'permission',
      plugins,
      ({ permissions = [] }) => permissions.map(({ name }) => name),
      modelPermissions(app),
    ),
    ...conflicts('command', plugins, ({ commands = [] }) => commands.map(({ name }) => commandWords(name))),
    ...reservedCommands(plugins),
    ...conflicts('check', plugins, ({ checks = [] }) => checks.map(({ name }) => name)),
    ...conflicts('extension point', plugins, ({ extensionPoints = [] }) => extensionPoints, CORE_EXTENSION_POINTS),
    ...conflicts('gate', plugins, ({ gates = [] }) => gates.map(({ name }) => name)),
    ...conflicts('access check', plugins, ({ accessChecks = {} }) => Object.keys(accessChecks), [
      'open',
      ...Object.keys(coreAccessChecks),
    ]),
    ...conflicts('sign-in page', plugins, ({ signInPage }) => (signInPage === undefined ? [] : ['signInPage'])),
    ...conflicts('service', plugins, ({ provides = {} }) => Object.keys(provides)),
    ...conflicts('view override', plugins, ({ overrides = [] }) => overrides),
    ...conflicts(
      'authentication scheme',
      plugins,
      (plugin) => (authenticators.get(plugin) ?? []).map(({ scheme }) => scheme),
      ['none'],
    ),
    ...messageConflicts(app),
    ...slugClashes(app),
  ];
}

function conflicts(
  kind: string,
  plugins: readonly Plugin[],
  namesOf: (plugin: Plugin) => readonly string[],
  ofCore: readonly string[] = [],
): BootProblem[] {
  const owners = new Map<string, string>(ofCore.map((name) => [name, 'core']));
  const problems: BootProblem[] = [];
  for (const plugin of plugins) {
    for (const name of namesOf(plugin)) {
      const owner = owners.get(name);
      if (owner !== undefined)
        problems.push({
          where: `plugin ${plugin.name}`,
          problem: `the ${kind} "${name}" already belongs to ${owner}.`,
        });
      owners.set(name, plugin.name);
    }
  }
  return problems;
}

function modelPermissions(app: App): readonly string[] {
  return app.models.all.flatMap(({ name }) => ['view', 'add', 'change', 'delete'].map((verb) => `${name}.${verb}`));
}

const OPTIONS_OF_ALL_COMMANDS = ['project', 'help', 'h'];

/** A command that begins like one of the CLI's own would never be reached; an option that all commands have would never be given. */
function reservedCommands(plugins: readonly Plugin[]): BootProblem[] {
  return plugins.flatMap((plugin) =>
    (plugin.commands ?? []).flatMap(({ name, options = {} }): BootProblem[] => {
      const where = `plugin ${plugin.name}`;
      const [first = ''] = name.split(' ');
      const words = commandWords(name);
      const reserved = Object.keys(options).filter((option) => OPTIONS_OF_ALL_COMMANDS.includes(option));
      return [
        ...(CLI_COMMANDS.includes(first)
          ? [{ where, problem: `the command "${words}" already belongs to rustio-admin.` }]
          : []),
        ...reserved.map((option) => ({
          where,
          problem: `the option "${option}" of its command "${words}" already belongs to rustio-admin.`,
        })),
      ];
    }),
  );
}

/** `user password EMAIL` and `user password [NAME]` are one command. */
function commandWords(name: string): string {
  return name.replaceAll(/ \[?[A-Z][A-Z0-9_]*\]?/g, '');
}

/** Two plugins that define one key: whichever came last would win without notice. The project may replace any. */
function messageConflicts({ plugins, messages }: App): BootProblem[] {
  const problems: BootProblem[] = [];
  const owners = new Map<string, string>();
  for (const [locale, keys] of Object.entries(messages.core))
    for (const key of Object.keys(keys)) owners.set(`${locale} ${key}`, 'core');
  for (const plugin of plugins) {
    for (const [locale, keys] of Object.entries(plugin.messages ?? {})) {
      for (const key of Object.keys(keys)) {
        const owner = owners.get(`${locale} ${key}`);
        if (owner !== undefined && owner !== plugin.name)
          problems.push({
            where: `plugin ${plugin.name}`,
            problem: `the message "${key}" (${locale}) already belongs to ${owner}.`,
          });
        owners.set(`${locale} ${key}`, plugin.name);
      }
    }
  }
  return [...problems, ...messages.problems];
}

/** Slugs of models and the first words of plugins' routes share one place in the path. */
function slugClashes(app: App): BootProblem[] {
  const mount = app.urls.to('/');
  const problems: BootProblem[] = [];
  for (const model of app.models.all) {
    const route = app.routes.find(({ path }) => {
      const [word] = path.slice(mount.length + 1).split('/');
      return path.startsWith(`${mount}/`) && word === model.slug;
    });
    // A plugin may give its own model pages of its own.
    if (route && route.owner !== model.owner) {
      problems.push({
        where: `model ${model.name} of ${model.owner}`,
        problem: `its slug "${model.slug}" is a page of the plugin ${route.owner} (${route.path}). Give the model another \`slug\`.`,
      });
    }
  }
  return problems;
}
