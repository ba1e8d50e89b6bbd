// References to what does not exist, or could never work: extension points, views, gates, events, hooks, fields.

import type { App } from '../app.ts';
import { CORE_EXTENSION_POINTS } from '../extension-points.ts';
import { coreAccessChecks, declaredIn } from '../http/access.ts';
import type { Access } from '../http/context.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Plugin } from '../plugin.ts';
import type { BootProblem } from '../problem.ts';
import { intervalMs } from '../schedule.ts';
import type { BootFacts } from './facts.ts';

/** What plugins and the project name, and what is not there; with what was probably meant. */
export function brokenReferences(facts: BootFacts): readonly BootProblem[] {
  const { app } = facts;
  return [
    ...contributionProblems(facts),
    ...authenticationProblems(facts),
    ...routeProblems(app),
    ...gateProblems(app),
    ...overrideProblems(app),
    ...scheduleProblems(app.plugins),
    ...handlerProblems(facts),
    ...hookProblems(facts),
    ...ruleProblems(app),
    ...extensionProblems(app),
  ];
}

/**
 * Items go to points that some plugin opens, and each is made once now, so that a mistake stops the boot and not a page. A point
 * whose plugin is disabled takes nothing.
 */
function contributionProblems(facts: BootFacts): BootProblem[] {
  const { app, available } = facts;
  const known = new Set<string>([
    ...CORE_EXTENSION_POINTS,
    ...available.flatMap(({ extensionPoints = [] }) => extensionPoints),
  ]);
  const open = new Set<string>([
    ...CORE_EXTENSION_POINTS,
    ...app.plugins.flatMap(({ extensionPoints = [] }) => extensionPoints),
  ]);
  const problems: BootProblem[] = [];
  for (const { name, contributes = {} } of app.plugins) {
    for (const point of Object.keys(contributes)) {
      if (!known.has(point))
        problems.push({
          where: `plugin ${name}`,
          problem: `contributes to "${point}", which no plugin opens.${didYouMean(point, known)}`,
        });
    }
  }
  for (const point of open) problems.push(...itemProblems(facts, point));
  return problems;
}

function itemProblems({ app, contributions }: BootFacts, point: string): BootProblem[] {
  const owners = new Map<string, string>();
  return contributions.withOwners(point).flatMap(({ owner, item }): BootProblem[] => {
    const where = `plugin ${owner}, extension point ${point}`;
    if (typeof item !== 'object' || item === null) return [{ where, problem: 'an item is not an object.' }];
    const problems: BootProblem[] = [];
    const name = 'name' in item && typeof item.name === 'string' ? item.name : undefined;
    if (name !== undefined) {
      const other = owners.get(name);
      if (other !== undefined)
        problems.push({
          where: `extension point ${point}`,
          problem: `two items have the name "${name}" (of ${other} and ${owner}).`,
        });
      owners.set(name, owner);
    }
    if ('view' in item && typeof item.view === 'string' && !app.views.names.includes(item.view))
      problems.push({ where, problem: `there is no view "${item.view}".${didYouMean(item.view, app.views.names)}` });
    if ('access' in item && typeof item.access === 'object' && item.access !== null)
      problems.push(...accessProblems(app, `${where}${name === undefined ? '' : `: ${name}`}`, item.access as Access));
    return problems;
  });
}

/** Pages for signed-in users are no use where nothing can find out who sends a request. */
function authenticationProblems({ app, authenticators, available }: BootFacts): BootProblem[] {
  if ([...authenticators.values()].some((own) => own.length > 0)) return [];
  const suggested = available.filter((plugin) => plugin.authenticators !== undefined).map(({ name }) => `"${name}"`);
  const owners = new Set(app.routes.filter(({ access }) => !('open' in access)).map(({ owner }) => owner));
  return [...owners].map((owner) => ({
    where: `plugin ${owner}`,
    problem: `its pages require users to be signed in, but no enabled plugin authenticates requests. Enable ${[...suggested, 'another plugin that has `authenticators`'].join(', or ')}.`,
  }));
}

function routeProblems(app: App): BootProblem[] {
  return app.routes.flatMap(({ method, path, owner, access, skipGates }) => {
    const where = `route ${method} ${path} of ${owner}`;
    const gates = app.plugins.flatMap((plugin) => (plugin.gates ?? []).map(({ name }) => name));
    const unknown = skipGates === 'all' ? [] : skipGates.filter((name) => !gates.includes(name));
    return [
      ...accessProblems(app, where, access),
      ...unknown.map((name) => ({
        where,
        problem: `it skips the gate "${name}", which does not exist.${didYouMean(name, gates)}`,
      })),
    ];
  });
}

/** A misspelt access would close a route to nearly everyone, or hide an item, silently. */
function accessProblems(app: App, where: string, access: Access): BootProblem[] {
  const checked = [coreAccessChecks, ...app.plugins.map(({ accessChecks = {} }) => accessChecks)].flatMap((set) =>
    Object.keys(set),
  );
  const kinds = app.access.unknownKinds(access).map((kind) => ({
    where,
    problem: `it requires the access "${kind}", which no enabled plugin checks.${didYouMean(kind, ['open', ...checked])}`,
  }));
  const { permission = [] } = access as { permission?: string | readonly string[] };
  const { full, verbs } = declaredIn(app.permissions);
  const names = (typeof permission === 'string' ? [permission] : permission).filter(
    (name) => !(name.includes('.') ? full : verbs).has(name),
  );
  return [
    ...kinds,
    ...names.map((name) => ({
      where,
      problem: `it requires the permission "${name}", which nothing declares.${didYouMean(name, name.includes('.') ? full : verbs)}`,
    })),
  ];
}

/** A gate whose page cannot be reached would send users in circles. */
function gateProblems({ plugins, routes, urls }: App): BootProblem[] {
  return plugins.flatMap((plugin) =>
    (plugin.gates ?? []).flatMap((gate) => {
      const where = `gate ${gate.name} of ${plugin.name}`;
      const page = routes.find(({ method, path }) => method === 'GET' && path === urls.to(gate.page));
      if (!page) return [{ where, problem: `its page "${gate.page}" does not exist.` }];
      const skips = page.skipGates === 'all' || page.skipGates.includes(gate.name);
      return skips
        ? []
        : [{ where, problem: `its page "${gate.page}" does not skip the gate: set \`skipGates\` on the route.` }];
    }),
  );
}

function overrideProblems({ plugins, views }: App): BootProblem[] {
  return plugins.flatMap((plugin) => {
    const where = `plugin ${plugin.name}`;
    if (plugin.overrides && !plugin.templates)
      return [{ where, problem: 'it overrides views but has no `templates`.' }];
    return (plugin.overrides ?? []).flatMap((name) => {
      if (!views.originals.includes(name))
        return [
          {
            where,
            problem: `it overrides the view "${name}", which does not exist.${didYouMean(name, views.originals)}`,
          },
        ];
      return views.overridden.includes(name)
        ? []
        : [{ where, problem: `it overrides the view "${name}" but has no file ${name}.ejs in its templates.` }];
    });
  });
}

function scheduleProblems(plugins: readonly Plugin[]): BootProblem[] {
  return plugins.flatMap(({ name, schedule = [] }) => {
    const names = schedule.map((task) => task.name);
    return [
      ...names
        .filter((each, at) => names.indexOf(each) !== at)
        .map((each) => ({ where: `plugin ${name}`, problem: `two scheduled tasks have the name "${each}".` })),
      ...schedule
        .filter(({ every }) => intervalMs(every) === undefined)
        .map((task) => ({
          where: `plugin ${name}`,
          problem: `the task "${task.name}" runs every "${task.every}"; write "5 minutes", and at least "1 second".`,
        })),
    ];
  });
}

/** Handlers of events that nobody records would never run. */
function handlerProblems({ handlers, eventNames, available }: BootFacts): BootProblem[] {
  const known = new Set([...eventNames, ...available.flatMap(({ events = [] }) => events), '*']);
  return [...handlers].flatMap(([plugin, handled]) =>
    Object.keys(handled)
      .filter((name) => !known.has(name))
      .map((name) => ({
        where: `plugin ${plugin.name}`,
        problem: `it handles the event "${name}", which no plugin records.${didYouMean(name, known)}`,
      })),
  );
}

const HOOKS = ['beforeValidate', 'beforeSave', 'beforeDelete', 'afterCommit'];

function hookProblems({ app, hooks }: BootFacts): BootProblem[] {
  return hooks.flatMap(({ model, hooks: given }) => {
    const name = model === '*' ? '*' : model.modelName;
    const where = `hooks for ${name}`;
    const unknown = Object.keys(given).filter((key) => !HOOKS.includes(key));
    const missing = model !== '*' && app.models.byName(model.modelName)?.model !== model;
    return [
      ...(missing ? [{ where, problem: 'the model is not part of the application.' }] : []),
      ...unknown.map((key) => ({ where, problem: `there is no hook "${key}".${didYouMean(key, HOOKS)}` })),
    ];
  });
}

/** A rule for a model or field that does not exist would silently protect nothing. */
function ruleProblems({ config, models }: App): BootProblem[] {
  return (config.rules ?? []).flatMap(({ model, fields = {} }) => {
    const where = `rules for ${model.modelName}`;
    const found = models.byName(model.modelName);
    if (found?.model !== model) return [{ where, problem: 'the model is not part of the application.' }];
    return Object.keys(fields)
      .filter((name) => !found.fields.has(name))
      .map((name) => ({
        where,
        problem: `${model.modelName} has no field "${name}".${didYouMean(name, [...found.fields.keys()])}`,
      }));
  });
}

/** Columns are added by the plugin's migrations, which run before those of later plugins. */
function extensionProblems({ plugins, models }: App): BootProblem[] {
  return plugins.flatMap((plugin, position) =>
    (plugin.extendModels ?? []).flatMap(({ model }) => {
      const owner = plugins.findIndex(({ name }) => name === models.byName(model.modelName)?.owner);
      if (owner <= position) return [];
      return [
        {
          where: `plugin ${plugin.name}: extendModels.${model.modelName}`,
          problem: `the model belongs to the plugin ${plugins[owner]?.name}, which comes later: list it in \`requires\`.`,
        },
      ];
    }),
  );
}
