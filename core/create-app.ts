import type { Logger } from 'pino';
import type { App } from './app.ts';
import { type Booted, boot } from './boot.ts';
import type { ProjectContext } from './config.ts';
import { createLog } from './log.ts';
import type { Plugin } from './plugin.ts';
import { openProjectDatabase, type ProjectServer } from './project-database.ts';
import { type Serving, serve } from './serve.ts';
import { type Working, work } from './work.ts';

/** A booted application on its database. */
export interface Application {
  readonly app: App;
  readonly booted: Booted;
  readonly server: ProjectServer;
  /** Starts the plugins and listens, where the environment says unless told otherwise. */
  listen(at?: { readonly port: number; readonly host: string }): Promise<Serving>;
  /** Starts the plugins for a worker, and the scheduler. */
  work(): Promise<Working>;
  /** Stops serving and working, closes the pools, and leaves the embedded server. */
  close(): Promise<void>;
}

export interface CreateOptions {
  readonly project: ProjectContext;
  readonly plugins: readonly Plugin[];
  readonly log?: Logger;
  readonly dev?: boolean;
}

/**
 * Opens the project's database and boots its config with these plugins and the project's own.
 *
 * @throws what `boot` throws, and RIO-ENVIRONMENT-MISSING in production without a DATABASE_URL.
 */
export async function createApp({ project, plugins, dev, log: given }: CreateOptions): Promise<Application> {
  const log = given ?? createLog(project.environment.logLevel);
  const opened = await openProjectDatabase(project, log);
  const { database, reading, server } = opened;
  let serving: Serving | undefined;
  let working: Working | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([serving?.close(), working?.close()]);
    await opened.close();
  };
  try {
    const booted = await boot({ project, plugins, database, reading, log, dev: dev ?? false });
    return {
      app: booted.app,
      booted,
      server,
      close,
      async listen(at = project.environment) {
        serving = await serve(booted, at);
        return serving;
      },
      async work() {
        working = await work(booted);
        return working;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
