import path from 'node:path';
import type { App } from '../../core/app.ts';
import type { ProjectContext } from '../../core/config.ts';
import { type Application, createApp } from '../../core/create-app.ts';
import type { DevelopmentNotes } from '../../core/development.ts';
import { homeOf } from '../../core/http/home.ts';
import { WORKER_VARIABLE } from '../../core/http/metrics.ts';
import { builtIn } from '../../plugins/order.ts';
import { readManifest } from '../package.ts';
import { print } from '../terminal.ts';
import { openProject } from '../tools.ts';
import { bootTree } from './boot-tree.ts';
import type { StartedCluster } from './cluster/start-cluster.ts';
import { endSoon, endWithin } from './end-process.ts';
import { portFor } from './free-port.ts';
import { modelsChanged, pendingMigrations } from './open-changes.ts';
import { prepareDevelopment } from './prepare-development.ts';
import { askedToStop } from './stop-signals.ts';

/**
 * `start`: a start in full. `dev`: the same, and pages reload. `dev-again`: after a save; it applies no migration, for the
 * file may just have been made, and nobody has read it yet.
 */
export type ServeMode = 'start' | 'dev' | 'dev-again';

export interface ServeProjectOptions {
  /** Called once it serves. */
  readonly onReady?: () => void;
  /** How many web processes share the port. @defaultValue 1, which is this one */
  readonly workers?: number;
}

/** Drains, plugins and pools have limits of their own; this is for what has none. */
const CLOSE_MS = 60_000;

/** Serves the project in `folder` until somebody asks to stop, then closes everything in good order. */
export async function serveProject(
  folder: string,
  mode: ServeMode,
  { onReady = () => {}, workers = 1 }: ServeProjectOptions = {},
): Promise<void> {
  // Only where a primary may be: a single process never loads node:cluster.
  if (process.env[WORKER_VARIABLE] !== undefined) {
    const { isClusterWorker, serveWorker } = await import('./cluster/serve-worker.ts');
    if (isClusterWorker()) return serveWorker(folder);
  }
  const began = performance.now();
  const inherited = { ...process.env };
  const project = await openOnPort(folder);
  if (project.config === undefined) throw project.configError;
  const stop = askedToStop();
  const application = await createApp({ project, plugins: builtIn, dev: mode !== 'start' });
  const cluster = workers === 1 ? undefined : await clusterFor(project, application, { count: workers, inherited });
  try {
    if (application.server.note !== undefined) print(application.server.note);
    await servePrepared(project, cluster ? { ...application, listen: cluster.listen } : application, mode, began);
    onReady();
    await (cluster ? Promise.race([stop, cluster.failed]) : stop);
  } finally {
    const inTime = endWithin(CLOSE_MS);
    await cluster?.stop();
    await application.close();
    inTime();
    endSoon();
  }
}

async function clusterFor(
  project: ProjectContext,
  application: Application,
  options: { readonly count: number; readonly inherited: NodeJS.ProcessEnv },
): Promise<StartedCluster> {
  const { clusterOf } = await import('./cluster/start-cluster.ts');
  return clusterOf(project, application, options);
}

/** With the real port where 0 was asked for: the application's own address is made of it. */
async function openOnPort(folder: string): Promise<ProjectContext> {
  const project = await openProject(folder);
  const { environment } = project;
  return { ...project, environment: { ...environment, port: await portFor(environment.port, environment.host) } };
}

async function servePrepared(
  project: ProjectContext,
  { app, booted, server, listen }: Application,
  mode: ServeMode,
  began: number,
): Promise<void> {
  const { environment, config } = project;
  const ours = server.embedded || isOnThisMachine(environment.publicUrl ?? config?.publicUrl);
  const prepares = !environment.production && mode !== 'dev-again' && ours;
  if (!environment.production && !ours) {
    print('Other people use this address, so no rows or people are made up. For them set NODE_ENV=production.');
  }
  const command = (words: string): string => `npx rustio-admin ${words}${projectOption(project.folder)}`;
  const notes = prepares
    ? await prepareDevelopment({ project, app, database: app.database, server, say: print, command })
    : undefined;
  const serving = await listen().catch((error: unknown) => {
    // Passwords that were just made are stored as hashes only: unsaid now, they are lost.
    for (const line of [...(notes?.aboveAddress ?? []), ...(notes?.belowAddress ?? [])]) print(line);
    throw error;
  });
  const ms = Math.round(performance.now() - began);
  const address = addressLine(environment.publicUrl ?? config?.publicUrl ?? serving.url, app);

  if (mode === 'dev-again') print(`Restarted in ${ms} ms.`);
  else {
    print(`rustio-admin ${readManifest().version} · ${config?.name ?? ''} · ready in ${ms} ms`);
    for (const line of bootTree(booted.timings)) print(line);
  }
  if (!environment.production) for (const line of await modelsChanged(project, app)) print(line);
  if (!prepares) for (const line of await pendingMigrations(project, app)) print(line);
  if (notes !== undefined) for (const line of noteLines(address, notes)) print(line);
  else if (mode === 'start') print(address);
}

/** Without a start page there is no admin to open. */
function addressLine(url: string, app: App): string {
  return homeOf(app) === undefined ? `Address: ${url}` : `Admin: ${url}${app.urls.to('')}`;
}

/** The last lines of a start: the address, with what plugins report above and below it. */
export function noteLines(address: string, { aboveAddress, belowAddress }: Required<DevelopmentNotes>): string[] {
  return ['', ...aboveAddress, ...(aboveAddress.length > 0 ? [''] : []), address, ...belowAddress];
}

/** What a command that is typed here needs to find the project. */
function projectOption(folder: string): string {
  const way = path.relative(process.cwd(), folder);
  return way === '' ? '' : ` --project ${way}`;
}

/** A public address on a database of somebody's own is no place for made-up rows, whatever NODE_ENV forgets to say. */
function isOnThisMachine(publicUrl: string | undefined): boolean {
  return publicUrl === undefined || ['localhost', '127.0.0.1', '[::1]'].includes(new URL(publicUrl).hostname);
}
