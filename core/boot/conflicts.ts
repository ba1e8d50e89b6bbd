// Names that can have only one owner: events, permissions, commands, first words of routes and the like.

import type { App } from '../app.ts';
import { CLI_COMMANDS } from '../command.ts';
import type { BootProblem } from '../errors/boot.ts';
import { coreAccessChecks } from '../http/access.ts';
import { CORE_EXTENSION_POINTS } from '../http/layout.ts';
import type { Plugin } from '../plugin.ts';
import { modelPermissions } from '../policy/policy.ts';
import { CORE_EVENTS } from '../write/events.ts';
import type { BootFacts } from './boot-problems.ts';

/** Reports names that two plugins use, or that core has reserved; both owners are named. */
export function nameConflicts({ app, plugins, authenticators }: BootFacts): readonly BootProblem[] {
  return [
    ...conflicts('event', plugins, ({ events = [] }) => events, CORE_EVENTS),
    ...conflicts(
      'permission',
      plugins,
      ({ permissions = [] }) => permissions.map(({ name }) => name),
      app.models.all.flatMap(({ name }) => modelPermissions(name)),
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
    ...slugConflicts(app),
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
          problem: `The ${kind} "${name}" already belongs to ${owner}.`,
        });
      owners.set(name, plugin.name);
    }
  }
  return problems;
}

const OPTIONS_OF_ALL_COMMANDS = ['project', 'help', 'h'];

/**
 * Reports commands that begin with a word of the CLI's own commands, which would be unreachable, and options that the CLI itself
 * handles, which would never be passed to the command.
 */
function reservedCommands(plugins: readonly Plugin[]): BootProblem[] {
  return plugins.flatMap((plugin) =>
    (plugin.commands ?? []).flatMap(({ name, options = {} }): BootProblem[] => {
      const where = `plugin ${plugin.name}`;
      const [first = ''] = name.split(' ');
      const words = commandWords(name);
      const reserved = Object.keys(options).filter((option) => OPTIONS_OF_ALL_COMMANDS.includes(option));
      return [
        ...(CLI_COMMANDS.includes(first)
          ? [{ where, problem: `The command "${words}" already belongs to rustio-admin.` }]
          : []),
        ...reserved.map((option) => ({
          where,
          problem: `The option "${option}" of its command "${words}" already belongs to rustio-admin.`,
        })),
      ];
    }),
  );
}

/** `user password EMAIL` and `user password [NAME]` are the same command. */
function commandWords(name: string): string {
  return name.replaceAll(/ \[?[A-Z][A-Z0-9_]*\]?/g, '');
}

/** If two plugins define the same key, the last one would silently win. The project may override any key. */
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
            problem: `The message "${key}" (${locale}) already belongs to ${owner}.`,
          });
        owners.set(`${locale} ${key}`, plugin.name);
      }
    }
  }
  return [...problems, ...messages.problems];
}

/** Slugs of models and the first words of plugins' routes are the same segment of a path. */
function slugConflicts(app: App): BootProblem[] {
  const mount = app.urls.to('/');
  const problems: BootProblem[] = [];
  for (const model of app.models.all) {
    const route = app.routes.find(({ path }) => {
      const [word] = path.slice(mount.length + 1).split('/');
      return path.startsWith(`${mount}/`) && word === model.slug;
    });
    // A plugin may give its own model custom pages.
    if (route && route.owner !== model.owner) {
      problems.push({
        where: `model ${model.name} of ${model.owner}`,
        problem: `Its slug "${model.slug}" conflicts with a page of the plugin ${route.owner} (${route.path}). Give the model another \`slug\`.`,
      });
    }
  }
  return problems;
}
