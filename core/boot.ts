import { pathToFileURL } from 'node:url';
import type { Logger } from 'pino';
import type { App, PipelineParts } from './app.ts';
import { enabledPlugins, readOptions, slotFills } from './boot/plugins.ts';
import { checkBoot, stopIfAny } from './boot/problems.ts';
import type { ProjectContext } from './config.ts';
import type { Database } from './database/pool.ts';
import { RustioError } from './errors.ts';
import { createEvents } from './events.ts';
import { projectFiles } from './files/project-files.ts';
import { accessControl } from './http/access.ts';
import { loadAssets } from './http/assets.ts';
import type { Readiness } from './http/health.ts';
import { collectRoutes, routeTable } from './http/router.ts';
import { createUrls } from './http/urls.ts';
import { migrationSources } from './migrate/sources.ts';
import { pendingOf } from './migrate/status.ts';
import { buildModels } from './model/resolve.ts';
import type { Plugin } from './plugin.ts';
import { createRows } from './query/create-rows.ts';
import { Turns } from './query/turns.ts';
import type { Policy } from './query/types.ts';
import { createViews } from './view/views.ts';
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

const KERNEL_TEMPLATES = new URL('../templates/', import.meta.url);

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

  const { enabled, problems: pluginProblems } = enabledPlugins(config, plugins);
  stopIfAny(pluginProblems);
  const { options, problems: optionProblems } = readOptions(config, enabled);
  const { models, problems: modelProblems } = buildModels([
    ...enabled.flatMap((plugin) => (plugin.models ?? []).map((model) => ({ owner: plugin.name, model }))),
    ...(config.models ?? []).map((model) => ({ owner: 'project', model })),
  ]);
  stopIfAny([...optionProblems, ...modelProblems]);

  const mountPath = (config.mountPath ?? '/admin').replace(/\/+$/, '');
  const publicUrl = environment.publicUrl ?? config.publicUrl ?? `http://${environment.host}:${environment.port}`;
  const folder = pathToFileURL(`${project.folder}/`);
  const assets = loadAssets([
    new URL('assets/', KERNEL_TEMPLATES),
    ...enabled.flatMap((plugin) => plugin.assets ?? []),
    new URL('assets/', folder),
  ]);
  const views = createViews(
    [
      { prefix: undefined, folder: new URL('templates/', folder) },
      ...enabled.flatMap((p) => (p.templates ? [{ prefix: p.name, folder: p.templates }] : [])),
      { prefix: 'layout', folder: new URL('layout/', KERNEL_TEMPLATES) },
    ],
    () => app,
  );
  const handlers = enabled.flatMap((plugin) =>
    plugin.on ? [(): ReturnType<NonNullable<typeof plugin.on>> => timed(plugin, () => plugin.on?.(app) ?? {})] : [],
  );
  const eventNames = new Set<string>(['create', 'update', 'delete', ...enabled.flatMap((p) => p.events ?? [])]);
  const fills = slotFills(enabled, () => app);
  const collected = collectRoutes(mountPath);
  // The doors and the policy need the application, and the application the doors: each is made on its first use.
  const once = <T>(make: () => T): (() => T) => {
    let made: { readonly value: T } | undefined;
    return () => {
      made ??= { value: make() };
      return made.value;
    };
  };
  const policy = once((): Policy => policyOf(enabled, app));
  const events = once(() =>
    createEvents(
      eventNames,
      handlers.map((make) => make()),
    ),
  );
  const turns = new Turns(reading);
  const rows = once(() => createRows({ database: reading, models, policy: policy(), turns }));
  const files = projectFiles(project, database);
  const write = once(() => createWrite({ models, policy: policy(), events: events(), files }));

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
      enabled.flatMap((plugin) => plugin.judges ?? []),
      () => app,
    ),
    views,
    words: createCatalogue([kernelCatalogue, ...enabled.map((plugin) => plugin.words ?? {})]),
    urls: createUrls(mountPath, publicUrl, assets.address),
    log,
    routes: collected.routes,
    permissions: permissionsOf(
      enabled,
      models.all.map((model) => model.name),
    ),
    get policy() {
      return policy();
    },
    get events() {
      return events();
    },
    get rows() {
      return rows();
    },
    get write() {
      return write();
    },
    slot: (name) => fills(name),
    options: (plugin) => options.get(plugin),
  };

  for (const plugin of enabled) timed(plugin, () => plugin.routes?.(collected.of(plugin), app));
  const table = routeTable(collected.routes, models);
  stopIfAny([
    ...collected.problems,
    ...checkBoot(app),
    ...enabled.flatMap((p) => timed(p, () => p.verify?.(app) ?? [])),
  ]);
  events(); // handlers bind now, so that a mistake in one stops the boot and not the first change
  return { app, assets, readiness: readinessOf(project, enabled, database), table, timings };
}

function policyOf(enabled: readonly Plugin[], app: App): Policy {
  const makers = enabled.filter((plugin) => plugin.policy !== undefined);
  const [maker] = makers;
  if (!maker?.policy || makers.length > 1) {
    throw new RustioError('RIO-BOOT-POLICY', {
      problem: makers.length > 1 ? 'Two plugins decide who may do what.' : 'No plugin decides who may do what.',
      why: `Rows are closed unless one plugin says otherwise${makers.length > 1 ? `; here: ${makers.map((p) => p.name).join(', ')}` : ''}.`,
      fix: 'Enable the plugin `auth`, or exactly one that brings a `policy`.',
      retry: 'After the change of rustio.config.ts.',
    });
  }
  return maker.policy(app);
}

function permissionsOf(enabled: readonly Plugin[], models: readonly string[]): readonly string[] {
  const ofModels = models.flatMap((model) => ['view', 'add', 'change', 'delete'].map((verb) => `${model}.${verb}`));
  return [...ofModels, ...enabled.flatMap((plugin) => (plugin.permissions ?? []).map(({ name }) => name))];
}

function readinessOf(project: ProjectContext, enabled: readonly Plugin[], database: Database): Readiness {
  const sources = migrationSources(project.folder, enabled);
  return {
    async missing() {
      const pending = await pendingOf(database, sources);
      return pending.length === 0 ? [] : ['migrations'];
    },
  };
}
