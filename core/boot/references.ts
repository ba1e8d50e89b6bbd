// References to things that do not exist or could never work: extension points, views, gates, events, hooks, fields.

import type { App, Gate } from '../app.ts';
import { didYouMean } from '../base/nearest.ts';
import type { BootProblem } from '../errors/boot.ts';
import { coreAccessChecks, declaredPermissions, gatesOfRoute, stoppingGate } from '../http/access.ts';
import { CORE_EXTENSION_POINTS } from '../http/layout.ts';
import type { Plugin } from '../plugin.ts';
import type { Access, RouteInfo } from '../request/route-info.ts';
import { intervalMs } from '../schedule.ts';
import type { BootFacts } from './boot-problems.ts';

/** Reports broken references of plugins and of the project, with suggestions. */
export function brokenReferences(facts: BootFacts): readonly BootProblem[] {
  const { app, plugins } = facts;
  return [
    ...contributionProblems(facts),
    ...authenticationProblems(facts),
    ...routeProblems(facts),
    ...gateProblems(facts),
    ...gateCircles(facts),
    ...overrideProblems(facts),
    ...scheduleProblems(plugins),
    ...handlerProblems(facts),
    ...hookProblems(facts),
    ...ruleProblems(app),
    ...extensionProblems(facts),
  ];
}

/**
 * Every item must belong to an extension point that some plugin opens. All items are created here, so that an error in one stops
 * startup and not a page. Items for an extension point of a disabled plugin are ignored.
 */
function contributionProblems(facts: BootFacts): BootProblem[] {
  const { plugins, available } = facts;
  const existing = new Set<string>([
    ...CORE_EXTENSION_POINTS,
    ...available.flatMap(({ extensionPoints = [] }) => extensionPoints),
  ]);
  const open = new Set<string>([
    ...CORE_EXTENSION_POINTS,
    ...plugins.flatMap(({ extensionPoints = [] }) => extensionPoints),
  ]);
  const problems: BootProblem[] = [];
  for (const { name, contributes = {} } of plugins) {
    for (const point of Object.keys(contributes)) {
      if (!existing.has(point))
        problems.push({
          where: `plugin ${name}`,
          problem: `It contributes to the extension point "${point}", which does not exist.${didYouMean(point, existing)}`,
        });
    }
  }
  for (const point of open) problems.push(...itemProblems(facts, point));
  return problems;
}

function itemProblems(facts: BootFacts, point: string): BootProblem[] {
  const { app, contributions } = facts;
  const owners = new Map<string, string>();
  return contributions.withOwners(point).flatMap(({ owner, item }): BootProblem[] => {
    const where = `plugin ${owner}, extension point ${point}`;
    if (typeof item !== 'object' || item === null) return [{ where, problem: 'An item is not an object.' }];
    const problems: BootProblem[] = [];
    const name = 'name' in item && typeof item.name === 'string' ? item.name : undefined;
    if (name !== undefined) {
      const other = owners.get(name);
      if (other !== undefined)
        problems.push({
          where: `extension point ${point}`,
          problem: `Two items have the name "${name}" (of ${other} and ${owner}).`,
        });
      owners.set(name, owner);
    }
    if ('view' in item && typeof item.view === 'string' && !app.views.names.includes(item.view))
      problems.push({
        where,
        problem: `The view "${item.view}" does not exist.${didYouMean(item.view, app.views.names)}`,
      });
    if ('access' in item && typeof item.access === 'object' && item.access !== null)
      problems.push(
        ...accessProblems(facts, `${where}${name === undefined ? '' : `: ${name}`}`, item.access as Access),
      );
    return problems;
  });
}

/** Pages for signed-in users are useless if nothing authenticates requests. */
function authenticationProblems({ app, authenticators, available }: BootFacts): BootProblem[] {
  if ([...authenticators.values()].some((own) => own.length > 0)) return [];
  const suggested = available.filter((plugin) => plugin.authenticators !== undefined).map(({ name }) => `"${name}"`);
  const owners = new Set(app.routes.filter(({ access }) => !('open' in access)).map(({ owner }) => owner));
  return [...owners].map((owner) => ({
    where: `plugin ${owner}`,
    problem: `Its pages require users to be signed in, but no enabled plugin authenticates requests. Enable ${[...suggested, 'another plugin that has `authenticators`'].join(', or ')}.`,
  }));
}

function routeProblems({ app, plugins }: BootFacts): BootProblem[] {
  return app.routes.flatMap(({ method, path, owner, access, skipGates }) => {
    const where = `route ${method} ${path} of ${owner}`;
    const gates = plugins.flatMap((plugin) => (plugin.gates ?? []).map(({ name }) => name));
    const unknown = skipGates === 'all' ? [] : skipGates.filter((name) => !gates.includes(name));
    return [
      ...accessProblems({ app, plugins }, where, access),
      ...unknown.map((name) => ({
        where,
        problem: `It skips the gate "${name}", which does not exist.${didYouMean(name, gates)}`,
      })),
    ];
  });
}

/** A misspelled kind of access would silently close a route to nearly everyone, or hide an item. */
function accessProblems(
  { app, plugins }: Pick<BootFacts, 'app' | 'plugins'>,
  where: string,
  access: Access,
): BootProblem[] {
  const checked = [coreAccessChecks, ...plugins.map(({ accessChecks = {} }) => accessChecks)].flatMap((set) =>
    Object.keys(set),
  );
  const kinds = app.access.unknownKinds(access).map((kind) => ({
    where,
    problem: `It requires the access "${kind}", which no enabled plugin provides.${didYouMean(kind, ['open', ...checked])}`,
  }));
  const { permission = [] } = access as { permission?: string | readonly string[] };
  const { full, verbs } = declaredPermissions(app.permissions);
  const names = (typeof permission === 'string' ? [permission] : permission).filter(
    (name) => !(name.includes('.') ? full : verbs).has(name),
  );
  return [
    ...kinds,
    ...names.map((name) => ({
      where,
      problem: `It requires the permission "${name}", which is not declared.${didYouMean(name, name.includes('.') ? full : verbs)}`,
    })),
  ];
}

/** A gate whose page cannot be reached would cause a redirect loop; one whose form cannot be posted would never be passed. */
function gateProblems({ plugins, app: { routes, urls } }: BootFacts): BootProblem[] {
  return plugins.flatMap((plugin) =>
    (plugin.gates ?? []).flatMap((gate) => {
      const where = `gate ${gate.name} of ${plugin.name}`;
      const ofPage = routes.filter(({ path }) => path === urls.to(gate.page));
      if (!ofPage.some(({ method }) => method === 'GET'))
        return [{ where, problem: `Its page "${gate.page}" does not exist.` }];
      return ofPage
        .filter(({ skipGates }) => skipGates !== 'all' && !skipGates.includes(gate.name))
        .map(({ method }) => {
          const page = `Its page "${gate.page}"${method === 'GET' ? '' : ` (${method})`}`;
          return { where, problem: `${page} does not skip the gate: set \`skipGates\` on the route.` };
        });
    }),
  );
}

/** The number of combinations of closed gates doubles with each gate. */
const MAX_GATES = 12;

/**
 * Follows the redirects of every combination of closed gates from the page of each gate and from its form, as a browser would. A
 * circle would lock users out. Gates for one kind of access, such as `recent`, are included.
 */
function gateCircles({ plugins, app: { gates, routes, urls } }: BootFacts): BootProblem[] {
  const findOwner = (gate: Gate): string => plugins.find((plugin) => plugin.gates?.includes(gate))?.name ?? 'unknown';
  const routesOf = new Map(gates.map((gate) => [gate, routes.filter(({ path }) => path === urls.to(gate.page))]));
  if (gates.length > MAX_GATES)
    return [{ where: 'gates', problem: `There are ${gates.length} gates; at most ${MAX_GATES} are allowed.` }];
  const circles = new Map<string, BootProblem>();
  for (let state = 1; state < 2 ** gates.length; state += 1) {
    const closed = gates.filter((_, at) => Math.floor(state / 2 ** at) % 2 === 1);
    const isClosed = (gate: Gate) => closed.includes(gate);
    for (const start of closed) {
      const visited: Gate[] = [];
      let at: Gate | undefined = start;
      while (at !== undefined && !visited.includes(at)) {
        visited.push(at);
        const ofPage: readonly RouteInfo[] = routesOf.get(at) ?? [];
        const stopping = ofPage.map((route) => stoppingGate(gatesOfRoute(route, { gates, urls }), isClosed));
        // fault: circles-of-pages-alone
        at = gates.find((gate) => stopping.includes(gate));
      }
      if (at === undefined) continue;
      const circle = visited.slice(visited.indexOf(at));
      const key = circle
        .map(({ name }) => name)
        .sort()
        .join(' ');
      if (circle.length < 2 || circles.has(key)) continue;
      const steps = circle.map((gate) => `"${gate.page}" (gate ${gate.name} of ${findOwner(gate)})`).join(' → ');
      circles.set(key, {
        where: `gates ${circle.map((gate) => `${gate.name} of ${findOwner(gate)}`).join(' and ')}`,
        problem: `Their pages redirect to each other in a loop: ${steps} → "${at.page}". Set \`leavesReachable\` on one of the gates, or \`skipGates\` on the page of the other.`,
      });
    }
  }
  return [...circles.values()];
}

function overrideProblems({ plugins, app: { views } }: BootFacts): BootProblem[] {
  return plugins.flatMap((plugin) => {
    const where = `plugin ${plugin.name}`;
    if (plugin.overrides && !plugin.templates)
      return [{ where, problem: 'It overrides views but has no `templates`.' }];
    return (plugin.overrides ?? []).flatMap((name) => {
      if (!views.originals.includes(name))
        return [
          {
            where,
            problem: `It overrides the view "${name}", which does not exist.${didYouMean(name, views.originals)}`,
          },
        ];
      return views.overridden.includes(name)
        ? []
        : [{ where, problem: `It overrides the view "${name}" but has no file ${name}.ejs in its templates.` }];
    });
  });
}

function scheduleProblems(plugins: readonly Plugin[]): BootProblem[] {
  return plugins.flatMap(({ name, schedule = [] }) => {
    const names = schedule.map((task) => task.name);
    return [
      ...names
        .filter((each, at) => names.indexOf(each) !== at)
        .map((each) => ({ where: `plugin ${name}`, problem: `Two scheduled tasks have the name "${each}".` })),
      ...schedule
        .filter(({ every }) => intervalMs(every) === undefined)
        .map((task) => ({
          where: `plugin ${name}`,
          problem: `The task "${task.name}" has the invalid interval "${task.every}"; use a value such as "5 minutes", at least "1 second".`,
        })),
    ];
  });
}

/** Handlers of events that no code records would never run. */
function handlerProblems({ handlers, eventNames, available }: BootFacts): BootProblem[] {
  const declared = new Set([...eventNames, ...available.flatMap(({ events = [] }) => events), '*']);
  return [...handlers].flatMap(([plugin, handled]) =>
    Object.keys(handled)
      .filter((name) => !declared.has(name))
      .map((name) => ({
        where: `plugin ${plugin.name}`,
        problem: `It handles the event "${name}", which no plugin declares.${didYouMean(name, declared)}`,
      })),
  );
}

const HOOKS = ['beforeValidate', 'beforeSave', 'beforeDelete', 'afterCommit'];

function hookProblems({ app, hooks }: BootFacts): BootProblem[] {
  return hooks.flatMap(({ model, hooks: functions }) => {
    const name = model === '*' ? '*' : model.modelName;
    const where = `hooks for ${name}`;
    const unknown = Object.keys(functions).filter((key) => !HOOKS.includes(key));
    const missing = model !== '*' && app.models.byName(model.modelName)?.model !== model;
    return [
      ...(missing
        ? [
            {
              where,
              problem:
                'The model is not part of the application. Add it to `models` in rustio.config.ts or of a plugin.',
            },
          ]
        : []),
      ...unknown.map((key) => ({ where, problem: `There is no hook "${key}".${didYouMean(key, HOOKS)}` })),
    ];
  });
}

/** A rule for a model or field that does not exist would silently have no effect. */
function ruleProblems({ config, models }: App): BootProblem[] {
  return (config.rules ?? []).flatMap(({ model, fields = {} }) => {
    const where = `rules for ${model.modelName}`;
    const info = models.byName(model.modelName);
    if (info?.model !== model)
      return [
        {
          where,
          problem: 'The model is not part of the application. Add it to `models` in rustio.config.ts or of a plugin.',
        },
      ];
    return Object.keys(fields)
      .filter((name) => !info.fields.has(name))
      .map((name) => ({
        where,
        problem: `The model ${model.modelName} has no field "${name}".${didYouMean(name, [...info.fields.keys()])}`,
      }));
  });
}

/** Columns are added by the plugin's migrations, which run before those of later plugins. */
function extensionProblems({ plugins, app: { models } }: BootFacts): BootProblem[] {
  return plugins.flatMap((plugin, position) =>
    (plugin.extendModels ?? []).flatMap(({ model }) => {
      const owner = plugins.findIndex(({ name }) => name === models.byName(model.modelName)?.owner);
      if (owner <= position) return [];
      return [
        {
          where: `plugin ${plugin.name}: extendModels.${model.modelName}`,
          problem: `The model belongs to the plugin ${plugins[owner]?.name}, which comes later; list it in \`requires\`.`,
        },
      ];
    }),
  );
}
