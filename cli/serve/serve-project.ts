import path from 'node:path';
import type { App } from '../../core/app.ts';
import type { Project } from '../../core/config.ts';
import type { DevelopmentNotes } from '../../core/development.ts';
import { WORKER_VARIABLE } from '../../core/http/metrics/metrics.ts';
import { homePath } from '../../core/http/redirect.ts';
import { type Application, createApp, requirePublicUrl } from '../../core/process/create-app.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { openProject } from '../command-context.ts';
import { readManifest } from '../package.ts';
import { quoteForShell } from '../project-folder.ts';
import { columns, ignoreOutputErrors, print } from '../terminal.ts';
import type { StartedCluster } from './cluster/start-cluster.ts';
import { resolvePort } from './free-port.ts';
import { pendingMigrationWarnings } from './pending-migrations.ts';
import { endSoon, endWithin, hasStarted, stopSignal } from './shutdown.ts';

/**
 * `start`: a full start. `dev`: the same, with reloading pages. `dev-again`: a restart after a save. It does not apply
 * migrations, since a new one may not have been reviewed yet.
 */
export type ServeMode = 'start' | 'dev' | 'dev-again';

export interface ServeProjectOptions {
  /** Called when the server is ready. */
  readonly onReady?: () => void;
  /** The number of web processes that share the port. @defaultValue 1, this process */
  readonly workers?: number;
}

/** Draining, plugins and pools have their own limits; this limit covers everything else. */
const CLOSE_MS = 60_000;

/** Serves the project in `folder` until it is stopped, then shuts down in order. */
export async function serveProject(
  folder: string,
  mode: ServeMode,
  { onReady = () => {}, workers = 1 }: ServeProjectOptions = {},
): Promise<void> {
  ignoreOutputErrors();
  // Reached only with a primary: a single process never loads node:cluster.
  if (process.env[WORKER_VARIABLE] !== undefined) {
    const { isClusterWorker, serveWorker } = await import('./cluster/serve-worker.ts');
    if (isClusterWorker()) return serveWorker(folder);
  }
  const began = performance.now();
  const inherited = { ...process.env };
  const project = await openOnPort(folder);
  if (project.config === undefined) throw project.configError;
  requirePublicUrl(project);
  // The primary of several processes reloads them on SIGHUP.
  const stop = stopSignal({ hangUp: workers === 1 });
  const application = await createApp({ project, plugins: builtIn, dev: mode !== 'start' });
  const cluster = workers === 1 ? undefined : await clusterFor(project, application, { count: workers, inherited });
  // Load balancers stop a process with SIGTERM; a user who presses Ctrl-C wants it to stop immediately.
  let grace = false;
  try {
    if (application.server.note !== undefined) print(application.server.note);
    const listen = cluster ? cluster.listen : application.listen;
    const ready = servePrepared(project, { ...application, listen }, mode, began).then(onReady);
    if (await hasStarted(ready, stop))
      grace = (await (cluster ? Promise.race([stop, cluster.failed]) : stop)) === 'SIGTERM';
  } finally {
    const inTime = endWithin(CLOSE_MS + (grace ? (project.environment.shutdownGrace ?? 0) * 1_000 : 0));
    await cluster?.stop({ grace });
    await application.close({ grace: grace && cluster === undefined });
    inTime();
    endSoon();
  }
}

async function clusterFor(
  project: Project,
  application: Application,
  options: { readonly count: number; readonly inherited: NodeJS.ProcessEnv },
): Promise<StartedCluster> {
  const { createCluster: clusterOf } = await import('./cluster/start-cluster.ts');
  return clusterOf(project, application, options);
}

/** Opens the project with the actual port if 0 was requested, since the application's URL contains it. */
async function openOnPort(folder: string): Promise<Project> {
  const project = await openProject(folder);
  const { environment } = project;
  return { ...project, environment: { ...environment, port: await resolvePort(environment.port, environment.host) } };
}

async function servePrepared(
  project: Project,
  { app, booted, server, listen }: Application,
  mode: ServeMode,
  began: number,
): Promise<void> {
  const { environment, config } = project;
  const isLocal = server.embedded || isOnThisMachine(project);
  const prepares = !environment.production && mode !== 'dev-again' && isLocal;
  if (!environment.production && !isLocal) {
    print(
      'No tables, sample data or users were created: DATABASE_URL, HOST or PUBLIC_URL is not local. For a public server, set NODE_ENV=production.',
    );
  }
  const command = (words: string): string => `npx rustio-admin ${words}${projectOption(project.folder)}`;
  // Only development needs to compare models and apply migrations, so this is loaded lazily.
  const { prepareDevelopment } = prepares
    ? await import('./prepare-development.ts')
    : { prepareDevelopment: undefined };
  const notes = prepareDevelopment
    ? await prepareDevelopment({
        project,
        app,
        plugins: booted.plugins,
        database: app.database,
        server,
        log: print,
        command,
      })
    : undefined;
  const serving = await listen().catch((error: unknown) => {
    // Generated passwords are stored only as hashes, so they are lost unless they are printed now.
    for (const line of [...(notes?.aboveAddress ?? []), ...(notes?.belowAddress ?? [])]) print(line);
    throw error;
  });
  const ms = Math.round(performance.now() - began);
  const urlLine = formatUrlLine(environment.publicUrl ?? config?.publicUrl ?? serving.url, app);

  if (mode === 'dev-again') print(`Restarted in ${ms} ms.`);
  else {
    print(`rustio-admin ${readManifest().version} · ${config?.name ?? ''} · ready in ${ms} ms`);
    for (const line of bootTree(booted.timings)) print(line);
  }
  if (!environment.production) {
    const { modelChangeWarnings } = await import('./model-changes.ts');
    for (const line of await modelChangeWarnings(project, app)) print(line);
  }
  if (!prepares) for (const line of await pendingMigrationWarnings(project, app)) print(line);
  if (notes !== undefined) for (const line of noteLines(urlLine, notes)) print(line);
  else if (mode === 'start') print(urlLine);
}

/** Without a dashboard, there is no admin to open. */
function formatUrlLine(url: string, app: App): string {
  return homePath(app) === undefined ? `URL: ${url}` : `Admin: ${url}${app.urls.to('')}`;
}

/** The last lines of a start: the URL, with the notes of plugins above and below it. */
export function noteLines(urlLine: string, { aboveAddress, belowAddress }: Required<DevelopmentNotes>): string[] {
  return ['', ...aboveAddress, ...(aboveAddress.length > 0 ? [''] : []), urlLine, ...belowAddress];
}

/** The options that a command needs to find the project from the current folder. */
function projectOption(folder: string): string {
  const relative = path.relative(process.cwd(), folder);
  return relative === '' ? '' : ` --project ${quoteForShell(relative)}`;
}

/**
 * Whether the application and its database are reachable only from this machine. Otherwise, a missing NODE_ENV must not be enough
 * to migrate the database, or to add demo rows and accounts whose passwords are printed.
 */
export function isOnThisMachine({ environment, config }: Pick<Project, 'environment' | 'config'>): boolean {
  const { databaseUrl, databaseOwnerUrl, host } = environment;
  const publicUrl = environment.publicUrl ?? config?.publicUrl;
  const urls = [databaseUrl, databaseOwnerUrl].filter((url) => url !== undefined);
  // fault: seeds-on-any-database
  const hasLocalDatabase = urls.every((url) => hostsOf(url).every(isLoopback));
  // fault: seeds-on-any-host
  const listensLocally = isLoopback(host);
  return hasLocalDatabase && listensLocally && (publicUrl === undefined || isLoopback(new URL(publicUrl).hostname));
}

/**
 * Every host that a connection may use: `?host=` overrides the host before it, and both can be lists. No host means this machine.
 */
function hostsOf(databaseUrl: string): readonly string[] {
  const { hostname, searchParams } = new URL(databaseUrl);
  const hosts = [hostname, searchParams.get('host') ?? '', searchParams.get('hostaddr') ?? ''];
  return hosts.flatMap((list) => decodeURIComponent(list).split(',')).filter((host) => host !== '');
}

/** Whether a host is a loopback address or a socket folder. */
function isLoopback(host: string): boolean {
  return host.startsWith('/') || /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/** The plugins in order, each with its start time in milliseconds. */
export function bootTree(timings: ReadonlyMap<string, number>): string[] {
  const rows = [...timings].map(([name, ms], index) => {
    const branch = index === timings.size - 1 ? '└─' : '├─';
    return [`  ${branch} ${name}`, `${ms.toFixed(1).padStart(7)} ms`];
  });
  return columns(rows);
}
