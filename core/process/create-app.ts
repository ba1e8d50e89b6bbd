import type { Logger } from 'pino';
import type { App } from '../app.ts';
import { createLog } from '../base/log.ts';
import { type Booted, boot } from '../boot/boot.ts';
import { publicUrlProblem } from '../boot/environment.ts';
import { openProjectDatabase, type ProjectServer } from '../boot/project-database.ts';
import type { Plugin } from '../plugin.ts';
import type { ProjectContext } from '../settings.ts';
import { type CloseOptions, type Serving, serve } from './serve.ts';
import { type Working, work } from './work.ts';

/** A booted application on its database. */
export interface Application {
  readonly app: App;
  readonly booted: Booted;
  readonly server: ProjectServer;
  /**
   * Starts the plugins and listens on the address from the environment, unless overridden.
   *
   * @throws RustioError `RIO-ENVIRONMENT-URL` in production without an https URL.
   */
  listen(at?: { readonly port: number; readonly host: string }): Promise<Serving>;
  /** Starts the plugins for a worker, and the scheduler. */
  work(): Promise<Working>;
  /** Stops serving and working, closes the pools, and releases the embedded server. */
  close(options?: CloseOptions): Promise<void>;
}

export interface CreateOptions {
  readonly project: ProjectContext;
  readonly plugins: readonly Plugin[];
  readonly log?: Logger;
  readonly dev?: boolean;
}

/**
 * Opens the project's database and boots its config with these built-in plugins and the project's own.
 *
 * @throws the errors of `boot`, and RIO-ENVIRONMENT-MISSING in production without a DATABASE_URL.
 */
export async function createApp({
  project,
  plugins,
  dev = false,
  log = createLog(project.environment.logLevel),
}: CreateOptions): Promise<Application> {
  const opened = await openProjectDatabase(project, log);
  const { database, reading, server } = opened;
  let serving: Serving | undefined;
  let working: Working | undefined;
  const close = async (options?: CloseOptions): Promise<void> => {
    await Promise.all([serving?.close(options), working?.close()]);
    await opened.close();
  };
  try {
    const booted = await boot({ project, plugins, database, reading, log, dev });
    return {
      app: booted.app,
      booted,
      server,
      close,
      async listen(at = project.environment) {
        requirePublicUrl(project);
        serving = await serve(booted, at);
        return serving;
      },
      async work() {
        requirePublicUrl(project);
        working = await work(booted);
        return working;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Also called before the database is opened, so that a server that must not run changes nothing. */
export function requirePublicUrl(project: ProjectContext): void {
  const problem = publicUrlProblem(project);
  if (problem !== undefined) throw problem;
}
