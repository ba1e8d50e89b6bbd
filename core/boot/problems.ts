import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import type { BootProblem, Plugin } from '../plugin.ts';

/** Stops the boot and names every problem at once; nobody likes to mend one to see the next. */
export function stopIfAny(problems: readonly BootProblem[]): void {
  if (problems.length === 0) return;
  const many = problems.length === 1 ? 'one thing' : `${problems.length} things`;
  throw new RustioError(
    'RIO-BOOT-PROBLEMS',
    {
      problem: `The application cannot start: ${many} in its declaration cannot stand.`,
      why: 'Names and references are checked before anything is served, so that no page finds out in front of its reader.',
      fix: 'Mend each of them.',
      retry: 'After the change.',
    },
    { exitCode: 2, details: problems.map(({ where, problem }) => `${where}: ${problem}`) },
  );
}

/** What no plugin can see alone: names that two of them use, places that nobody opened, accesses that nobody judges. */
export function checkBoot(app: App): readonly BootProblem[] {
  return [
    ...twice('event', app.plugins, (plugin) => plugin.events ?? []),
    ...twice('permission', app.plugins, (plugin) => (plugin.permissions ?? []).map(({ name }) => name)),
    ...twice('command', app.plugins, (plugin) => (plugin.commands ?? []).map(({ name }) => name)),
    ...twice('check', app.plugins, (plugin) => (plugin.checks ?? []).map(({ name }) => name)),
    ...twice('slot', app.plugins, (plugin) => plugin.slots ?? []),
    ...twice('gate', app.plugins, (plugin) => (plugin.gates ?? []).map(({ name }) => name)),
    ...unopenedSlots(app.plugins),
    ...unjudgedRoutes(app),
    ...addressClashes(app),
  ];
}

function twice(
  kind: string,
  plugins: readonly Plugin[],
  namesOf: (plugin: Plugin) => readonly string[],
): BootProblem[] {
  const owners = new Map<string, string>();
  const problems: BootProblem[] = [];
  for (const plugin of plugins) {
    for (const name of namesOf(plugin)) {
      const owner = owners.get(name);
      if (owner !== undefined)
        problems.push({
          where: `plugin ${plugin.name}`,
          problem: `the ${kind} "${name}" belongs to ${owner} already.`,
        });
      owners.set(name, plugin.name);
    }
  }
  return problems;
}

function unopenedSlots(plugins: readonly Plugin[]): BootProblem[] {
  const open = new Set<string>(['navigation']);
  const problems: BootProblem[] = [];
  for (const plugin of plugins) {
    for (const slot of Object.keys(plugin.fills ?? {})) {
      if (!open.has(slot))
        problems.push({
          where: `plugin ${plugin.name}`,
          problem: `fills the slot "${slot}", which no earlier plugin opens.`,
        });
    }
    for (const slot of plugin.slots ?? []) open.add(slot);
  }
  return problems;
}

function unjudgedRoutes(app: App): BootProblem[] {
  return app.routes.flatMap((route) =>
    app.access.unknownKinds(route.access).map((kind) => ({
      where: `route ${route.method} ${route.path} of ${route.owner}`,
      problem: `asks for the access "${kind}", which no enabled plugin judges.`,
    })),
  );
}

/** Model addresses and the first words of plugins' routes share one place in the address. */
function addressClashes(app: App): BootProblem[] {
  const mount = app.urls.to('/');
  const problems: BootProblem[] = [];
  for (const model of app.models.all) {
    const route = app.routes.find((r) => {
      const [word] = r.path.slice(mount.length + 1).split('/');
      return word === model.address;
    });
    // A plugin may give its own model pages of its own.
    if (route && route.owner !== model.owner) {
      problems.push({
        where: `model ${model.name} of ${model.owner}`,
        problem: `its address "${model.address}" is a page of the plugin ${route.owner} (${route.path}). Give the model another \`address\`.`,
      });
    }
  }
  return problems;
}
