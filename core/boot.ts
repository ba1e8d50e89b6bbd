import { pathToFileURL } from 'node:url';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { App } from './app.ts';
import { contributionsOf, missingMessages } from './boot/contributions.ts';
import { serviceFinder } from './boot/find-services.ts';
import { readPluginEnvironments, readPluginOptions } from './boot/options.ts';
import { orderPlugins } from './boot/plugins.ts';
import { checkBoot, stopIfAny } from './boot/problems.ts';
import type { PluginEnvironment, PluginOptions, ProjectContext } from './config.ts';
import type { Database } from './database/pool.ts';
import { RustioError } from './errors.ts';
import { createEvents } from './events.ts';
import { projectFiles } from './files/project-files.ts';
import { accessControl } from './http/access.ts';
import { loadAssets } from './http/assets.ts';
import { collectRoutes } from './http/collect-routes.ts';
import type { PipelineParts } from './http/pipeline.ts';
import { createUrls } from './http/urls.ts';
import { migrationSources } from './migrate/sources.ts';
import { buildModels } from './model/resolve.ts';
import type { Plugin } from './plugin.ts';
import { callHook } from './plugin-failure.ts';
import { combinePolicies, rulesPolicy } from './policy.ts';
import { createRows } from './query/create-rows.ts';
import { Turns } from './query/turns.ts';
import type { Policy } from './query/types.ts';
import { readinessOf } from './readiness.ts';
import { createViews } from './view/create-views.ts';
import { kernelCatalogue } from './view/words/catalogue.ts';
import { createCatalogue } from './view/words.ts';
import { createWrite } from './write/create-write.ts';

export interface BootOptions {
  readonly project: ProjectContext;
  /** The built-in ones, in their order; the project's own follow from its config. */
  readonly plugins: readonly Plugin[];
  readonly database: Database;
  /** For pages that read, with a time limit of its own. @defaultValue `database` */
  readonly reading?: Database;
  readonly log: Logger;
  readonly dev?: boolean;
}

/** A booted application, with what a server needs to run it. */
export interface Booted extends PipelineParts {
  readonly app: App;
  /** Milliseconds that each plugin took, for the boot tree. */
  readonly timings: Map<string, number>;
}

const CORE_TEMPLATES = new URL('../templates/', import.meta.url);

/**
 * Builds the application and checks everything that it can know without the database. It does not listen.
 *
 * @throws RustioError `RIO-BOOT-PROBLEMS` whose details name every problem at once.
 */
export async function boot({
  project,
  plugins,
  database,
  reading = database,
  log,
  dev = false,
}: BootOptions): Promise<Booted> {
  const { config, environment } = project;
  if (!config) throw project.configError;
  const timings = new Map<string, number>();
  const timed = <T>(plugin: Plugin, work: () => T): T => {
    const started = performance.now();
    const result = work();
    timings.set(plugin.name, (timings.get(plugin.name) ?? 0) + performance.now() - started);
    return result;
  };

  const { enabled, available, problems: pluginProblems } = orderPlugins(config, plugins);
  stopIfAny(pluginProblems);
  const { options, problems: optionProblems } = readPluginOptions(config, enabled);
  const { environments, problems: environmentProblems } = readPluginEnvironments(environment, enabled);
  const { models, problems: modelProblems } = buildModels(
    [
      ...enabled.flatMap((plugin) => (plugin.models ?? []).map((model) => ({ owner: plugin.name, model }))),
      ...(config.models ?? []).map((model) => ({ owner: 'project', model })),
    ],
    {
      extensions: enabled.flatMap(({ name, extendModels = [] }) =>
        extendModels.map((each) => ({ ...each, owner: name })),
      ),
      fieldTypes: enabled.flatMap(({ name, fieldTypes = [] }) => fieldTypes.map((type) => ({ type, owner: name }))),
    },
  );
  stopIfAny([...optionProblems, ...environmentProblems, ...modelProblems]);

  const mountPath = (config.mountPath ?? '/admin').replace(/\/+$/, '');
  const publicUrl = environment.publicUrl ?? config.publicUrl ?? `http://${environment.host}:${environment.port}`;
  const folder = pathToFileURL(`${project.folder}/`);
  const assets = loadAssets([
    new URL('assets/', CORE_TEMPLATES),
    ...enabled.flatMap((plugin) => plugin.assets ?? []),
    new URL('assets/', folder),
  ]);
  const views = createViews(
    [
      { prefix: undefined, folder: new URL('templates/', folder) },
      ...enabled
        .toReversed()
        .flatMap((p) => (p.templates && p.overrides ? [{ folder: p.templates, names: p.overrides }] : [])),
      ...enabled.flatMap((p) => (p.templates ? [{ prefix: p.name, folder: p.templates }] : [])),
      { prefix: 'layout', folder: new URL('layout/', CORE_TEMPLATES) },
    ],
    () => app,
  );
  // These services and `app` refer to each other, so each is made when it is first asked for; all of them are, further down.
  const once = <T>(make: () => T): (() => T) => {
    let made: { readonly value: T } | undefined;
    return () => {
      made ??= { value: make() };
      return made.value;
    };
  };
  const call = <T>(plugin: Plugin, hook: keyof Plugin, work: () => T): T =>
    timed(plugin, () => callHook(plugin, hook, work));
  const policy = once((): Policy => {
    const parts = enabled.flatMap((p) => call(p, 'policies', () => p.policies?.(app) ?? []));
    if (!parts.some((part) => part.may)) throw noPolicy(namesOf(available, (p) => p.policies !== undefined));
    return combinePolicies([...parts, rulesPolicy(config.rules ?? [])]);
  });
  const eventNames = new Set<string>(['create', 'update', 'delete', ...enabled.flatMap((p) => p.events ?? [])]);
  const handlers = once(() => new Map(enabled.map((p) => [p, call(p, 'on', () => p.on?.(app) ?? {})])));
  const events = once(() => createEvents(eventNames, [...handlers().values()]));
  const hooks = once(() =>
    enabled.flatMap((p) =>
      call(p, 'hooks', () => p.hooks?.(app) ?? []).map((each) => ({ ...each, owner: p.name, log })),
    ),
  );
  const turns = new Turns(reading);
  const records = once(() => createRows({ database: reading, models, policy: policy(), turns }));
  const files = projectFiles(project, database);
  const write = once(() => createWrite({ models, policy: policy(), events: events(), hooks: hooks(), files }));
  const contributions = contributionsOf(enabled, () => app);
  const authenticators = once(
    () => new Map(enabled.map((p) => [p, call(p, 'authenticators', () => p.authenticators?.(app) ?? [])])),
  );
  const routes = once(() => collectRoutes(mountPath, [...authenticators().values()].flat()));

  const app: App = {
    config,
    environment,
    dev,
    plugins: enabled,
    models,
    database,
    reading,
    readingFor: (actor) => turns.of(actor),
    files,
    access: accessControl(
      enabled.flatMap((plugin) => plugin.accessChecks ?? []),
      () => app,
    ),
    views,
    messages: createCatalogue([
      kernelCatalogue,
      ...enabled.map((plugin) => plugin.messages ?? {}),
      ...(config.messages ? [config.messages] : []),
    ]),
    urls: createUrls(mountPath, publicUrl, assets.address),
    log,
    permissions: permissionsOf(
      enabled,
      models.all.map((model) => model.name),
    ),
    get routes() {
      return routes().routes;
    },
    get policy() {
      return policy();
    },
    get records() {
      return records();
    },
    get write() {
      return write();
    },
    get events() {
      return events();
    },
    contributions: contributions.of,
    // The schema of this plugin has parsed them; the map only loses the type by name.
    options: <N extends keyof PluginOptions>(plugin: N) => options.get(plugin) as z.output<PluginOptions[N]>,
    environmentOf: <N extends keyof PluginEnvironment>(plugin: N) =>
      environments.get(plugin) as z.output<z.ZodObject<PluginEnvironment[N]>>,
    ...serviceFinder(enabled, () => app),
  };

  policy();
  for (const plugin of enabled) call(plugin, 'routes', () => plugin.routes?.(routes().of(plugin), app));
  stopIfAny([
    ...routes().problems,
    ...checkBoot({
      app,
      authenticators: authenticators(),
      handlers: handlers(),
      hooks: hooks(),
      contributions,
      eventNames,
      available,
    }),
    ...enabled.flatMap((p) => call(p, 'verify', () => p.verify?.(app) ?? [])),
  ]);
  for (const warning of missingMessages(app, contributions)) log.warn(warning);
  events();
  write();
  return {
    app,
    assets,
    authenticators: [...authenticators().values()].flat(),
    middleware: enabled.flatMap((p) => call(p, 'middleware', () => p.middleware?.(app) ?? [])),
    readiness: readinessOf(app, migrationSources(project.folder, enabled)),
    timings,
  };
}

/** `candidates`: plugins that would decide and are disabled. */
function noPolicy(candidates: string): RustioError {
  return new RustioError('RIO-BOOT-POLICY', {
    problem: 'No enabled plugin decides who may do what.',
    why: 'Data access is closed unless a plugin has a policy that answers `may`.',
    fix: `Enable ${candidates}another plugin that has \`policies\`.`,
    retry: 'After the change of rustio.config.ts.',
  });
}

/** `"auth", or `: the names of the plugins that a message suggests, ready to be followed by another suggestion. */
function namesOf(plugins: readonly Plugin[], fits: (plugin: Plugin) => boolean): string {
  return plugins
    .filter(fits)
    .map(({ name }) => `"${name}", or `)
    .join('');
}

function permissionsOf(enabled: readonly Plugin[], models: readonly string[]): readonly string[] {
  const ofModels = models.flatMap((model) => ['view', 'add', 'change', 'delete'].map((verb) => `${model}.${verb}`));
  return [...ofModels, ...enabled.flatMap((plugin) => (plugin.permissions ?? []).map(({ name }) => name))];
}
