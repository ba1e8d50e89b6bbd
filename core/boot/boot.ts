import { pathToFileURL } from 'node:url';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { type App, GATE_STAGES, type Gate } from '../app.ts';
import { debugBoot, elapsed } from '../base/debug.ts';
import { httpUrl } from '../base/http-url.ts';
import { neverThrowing } from '../base/log.ts';
import type { Project } from '../config.ts';
import type { Database } from '../database/pool.ts';
import { policyMissing } from '../errors/boot.ts';
import { callHook } from '../errors/call-hook.ts';
import { accessControl } from '../http/access.ts';
import { loadAssets } from '../http/assets.ts';
import { collectRoutes } from '../http/collect-routes.ts';
import type { PipelineParts } from '../http/pipeline.ts';
import { createViews } from '../http/views.ts';
import { createCatalogue } from '../messages/catalogue.ts';
import { coreMessagesByLocale } from '../messages/core-messages.ts';
import { migrationSources } from '../migrate/sources.ts';
import { buildModels } from '../model/resolve.ts';
import type { Plugin } from '../plugin.ts';
import type { Policy } from '../policy/policy.ts';
import { combinePolicies, modelPermissions, rulesPolicy } from '../policy/policy.ts';
import { createRecords } from '../query/create-records.ts';
import { StatementLimiter } from '../query/statement-limiter.ts';
import { createUrls } from '../request/urls.ts';
import type { PluginEnvironment, PluginOptions } from '../settings.ts';
import { formatterFor } from '../view/formatter.ts';
import { createLabelFormat } from '../view/label-format.ts';
import { CORE_EVENTS, createEvents } from '../write/events.ts';
import { createWrite } from '../write/write.ts';
import { WriteLimiter } from '../write/write-limiter.ts';
import { type BootFacts, throwIfProblems } from './boot-problems.ts';
import { nameConflicts } from './conflicts.ts';
import { collectContributions, missingMessages } from './contributions.ts';
import { serviceFinder } from './find-services.ts';
import { projectFiles } from './local-folder.ts';
import { readPluginEnvironments, readPluginOptions } from './plugin-options.ts';
import { orderPlugins } from './plugins.ts';
import { createReadiness } from './readiness.ts';
import { brokenReferences } from './references.ts';

export interface BootOptions {
  readonly project: Project;
  /** The built-in plugins, in order; the project's own follow from its config. */
  readonly plugins: readonly Plugin[];
  readonly database: Database;
  /** For page reads, with a time limit of its own. @defaultValue `database` */
  readonly reading?: Database;
  readonly log: Logger;
  readonly dev?: boolean;
}

/** A booted application, with what a server needs to run it. */
export interface Booted extends PipelineParts {
  readonly app: App;
  /** Enabled plugins, in order. */
  readonly plugins: readonly Plugin[];
  /** The startup time of each plugin in milliseconds, for the startup tree. */
  readonly timings: Map<string, number>;
}

const CORE_TEMPLATES = new URL('../../templates/', import.meta.url);

/**
 * Builds the application and checks everything that can be checked without the database. It does not listen.
 *
 * @throws RustioError `RIO-BOOT-PROBLEMS` whose details list every problem.
 */
export async function boot({
  project,
  plugins,
  database,
  reading = database,
  log: givenLog,
  dev = false,
}: BootOptions): Promise<Booted> {
  const { config, environment } = project;
  if (!config) throw project.configError;
  const began = performance.now();
  const log = neverThrowing(givenLog);
  const timings = new Map<string, number>();
  const timed = <T>(plugin: Plugin, work: () => T): T => {
    const started = performance.now();
    const result = work();
    timings.set(plugin.name, (timings.get(plugin.name) ?? 0) + performance.now() - started);
    return result;
  };

  const { enabled, available, problems: pluginProblems } = orderPlugins(config, plugins);
  throwIfProblems(pluginProblems);
  debugBoot?.(`plugins: ${enabled.map(({ name }) => name).join(', ')}`);
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
  throwIfProblems([...optionProblems, ...environmentProblems, ...modelProblems]);

  const mountPath = (config.mountPath ?? '/admin').replace(/\/+$/, '');
  const publicUrl = environment.publicUrl ?? config.publicUrl ?? httpUrl(environment);
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
  // These services and `app` refer to each other, so each is created on first use. All of them are created before `boot` returns.
  const once = <T>(make: () => T): (() => T) => {
    let created: { readonly value: T } | undefined;
    return () => {
      created ??= { value: make() };
      return created.value;
    };
  };
  const call = <T>(plugin: Plugin, hook: keyof Plugin, work: () => T): T =>
    timed(plugin, () => callHook(plugin, hook, work));
  const policy = once((): Policy => {
    const parts = enabled.flatMap((p) => call(p, 'policies', () => p.policies?.(app) ?? []));
    if (!parts.some((part) => part.may))
      throw policyMissing({ suggestions: namesOf(available, (p) => p.policies !== undefined) });
    return combinePolicies([...parts, rulesPolicy(config.rules ?? [])]);
  });
  const eventNames = new Set<string>([...CORE_EVENTS, ...enabled.flatMap((p) => p.events ?? [])]);
  const handlers = once(() => new Map(enabled.map((p) => [p, call(p, 'on', () => p.on?.(app) ?? {})])));
  const actorHooks = once(() =>
    enabled.flatMap((p) => (p.currentActor ? [call(p, 'currentActor', () => p.currentActor?.(app))] : [])),
  );
  const events = once(() =>
    createEvents(
      eventNames,
      [...handlers().values()],
      actorHooks().filter((hook) => hook !== undefined),
    ),
  );
  const hooks = once(() =>
    enabled.flatMap((p) =>
      call(p, 'hooks', () => p.hooks?.(app) ?? []).map((each) => ({ ...each, owner: p.name, log })),
    ),
  );
  const limiter = new StatementLimiter(reading);
  const writeLimiter = new WriteLimiter(database);
  const labelFormat = once(() => {
    const { locale = 'en', timeZone = 'UTC' } = config;
    return createLabelFormat(
      models,
      formatterFor({ state: { locale, timeZone, t: app.messages.translate(locale) } }),
      timeZone,
    );
  });
  const records = once(() =>
    createRecords({ database: reading, models, policy: policy(), limiter, labelFormat: labelFormat(), log }),
  );
  const files = projectFiles(project, database);
  const write = once(() =>
    createWrite({
      models,
      policy: policy(),
      events: events(),
      hooks: hooks(),
      files,
      database,
      labelFormat: labelFormat(),
    }),
  );
  const contributions = collectContributions(enabled, () => app);
  const authenticators = once(
    () => new Map(enabled.map((p) => [p, call(p, 'authenticators', () => p.authenticators?.(app) ?? [])])),
  );
  const routes = once(() => collectRoutes(mountPath, [...authenticators().values()].flat()));

  const app: App = {
    config,
    environment,
    dev,
    plugins: enabled,
    gates: gatesInOrder(enabled),
    signInPage: enabled.find((plugin) => plugin.signInPage !== undefined)?.signInPage,
    models,
    database,
    reading,
    readingFor: (actor) => limiter.of(actor),
    writingFor: (actor) => writeLimiter.of(actor),
    files,
    access: accessControl(
      enabled.flatMap((plugin) => plugin.accessChecks ?? []),
      () => app,
    ),
    views,
    messages: createCatalogue(
      [
        coreMessagesByLocale,
        ...enabled.map((plugin) => plugin.messages ?? {}),
        ...(config.messages ? [config.messages] : []),
      ],
      new Set([coreMessagesByLocale, ...plugins.map(({ messages = {} }) => messages)]),
    ),
    urls: createUrls(mountPath, publicUrl, assets.path),
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
    // The plugin's schema has parsed the options; only the lookup by name loses their type.
    options: <N extends keyof PluginOptions>(plugin: N) => options.get(plugin) as z.output<PluginOptions[N]>,
    pluginEnvironment: <N extends keyof PluginEnvironment>(plugin: N) =>
      environments.get(plugin) as z.output<z.ZodObject<PluginEnvironment[N]>>,
    ...serviceFinder(enabled, () => app),
  };

  policy();
  for (const plugin of enabled) call(plugin, 'routes', () => plugin.routes?.(routes().of(plugin), app));
  const facts: BootFacts = {
    app,
    plugins: enabled,
    authenticators: authenticators(),
    handlers: handlers(),
    hooks: hooks(),
    contributions,
    eventNames,
    available,
  };
  throwIfProblems([
    ...routes().problems,
    ...nameConflicts(facts),
    ...brokenReferences(facts),
    ...enabled.flatMap((p) => call(p, 'verify', () => p.verify?.(app) ?? [])),
  ]);
  for (const warning of missingMessages(app, contributions)) log.warn(warning);
  events();
  write();
  const booted: Booted = {
    app,
    plugins: enabled,
    routes: routes().routes,
    scopes: enabled.flatMap((plugin) => plugin.scope ?? []),
    metrics: enabled.flatMap(({ name, metrics }) => (metrics ? [{ plugin: name, metrics }] : [])),
    assets,
    authenticators: [...authenticators().values()].flat(),
    middleware: enabled.flatMap((p) => call(p, 'middleware', () => p.middleware?.(app) ?? [])),
    readiness: createReadiness(app, enabled, migrationSources(project.folder, enabled)),
    timings,
  };
  debugBoot?.(`booted in ${elapsed(began)}`);
  return booted;
}

/** All gates, by stage, and within a stage in plugin order. */
function gatesInOrder(enabled: readonly Plugin[]): readonly Gate[] {
  const stageOf = ({ stage = 'enrolment' }: Gate): number => GATE_STAGES.indexOf(stage);
  // fault: gates-in-plugin-order
  return enabled.flatMap((plugin) => plugin.gates ?? []).toSorted((one, other) => stageOf(one) - stageOf(other));
}

/** `"auth", or `: the names of the suggested plugins, ready to be followed by another suggestion. */
function namesOf(plugins: readonly Plugin[], fits: (plugin: Plugin) => boolean): string {
  return plugins
    .filter(fits)
    .map(({ name }) => `"${name}", or `)
    .join('');
}

function permissionsOf(enabled: readonly Plugin[], models: readonly string[]): readonly string[] {
  return [
    ...models.flatMap(modelPermissions),
    ...enabled.flatMap((plugin) => (plugin.permissions ?? []).map(({ name }) => name)),
  ];
}
