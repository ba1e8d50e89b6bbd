import { type Database, type DatabaseLog, openDatabase } from '../database/pool.ts';
import { databaseUrlMissing } from '../errors/boot.ts';
import type { ProjectContext } from '../settings.ts';
import { localFolder } from './local-folder.ts';

/** The server that a project uses: an external one, or the embedded one of the project. */
export interface ProjectServer {
  /** For the application. */
  readonly url: string;
  /** For migrations: connects as the owner of the tables, if that is another role. */
  readonly ownerUrl: string;
  readonly embedded: boolean;
  /** A notice to print about it. */
  readonly note: string | undefined;
  /** Releases the server; an embedded server that no other process uses is stopped. Close connections first. */
  leave(): Promise<void>;
}

/**
 * Finds the server: `DATABASE_URL`, or in development the embedded one, which is started if it is not running. In production
 * there is no embedded server.
 */
export async function joinServer({
  folder,
  environment,
}: Pick<ProjectContext, 'folder' | 'environment'>): Promise<ProjectServer> {
  const { databaseUrl, databaseOwnerUrl, production } = environment;
  if (databaseUrl !== undefined) {
    return {
      url: databaseUrl,
      ownerUrl: databaseOwnerUrl ?? databaseUrl,
      embedded: false,
      note: undefined,
      leave: async () => {},
    };
  }
  if (production) throw databaseUrlMissing();
  // Imported dynamically, so that a process with a DATABASE_URL never loads it.
  const { startEmbedded } = await import('../database/embedded.ts');
  const server = await startEmbedded(localFolder(folder));
  return {
    url: server.url,
    ownerUrl: server.url,
    embedded: true,
    note: server.note,
    leave: async () => {
      await server.leave();
    },
  };
}

/** Users do not wait longer for a page; a slower query needs a filter or an index (docs/decisions/0007-two-pools.md). */
const READING_MS = 2_000;

/** A pool on the project's server. Closing it releases the server, too. */
export interface ProjectDatabase {
  readonly database: Database;
  /** For page reads: the server cancels statements that take longer than 2 s. */
  readonly reading: Database;
  readonly server: ProjectServer;
  close(): Promise<void>;
}

/** Connects to the project's server and opens a pool on it. */
export async function openProjectDatabase(project: ProjectContext, log?: DatabaseLog): Promise<ProjectDatabase> {
  const server = await joinServer(project);
  const { databasePool, databaseReadPool, databasePooler: pooler } = project.environment;
  const options = { pooler, ...(log && { log }) };
  const database = await openDatabase(server.url, {
    ...options,
    ...(databasePool && { maximumPoolSize: databasePool }),
  });
  const reading = await openDatabase(server.url, {
    ...options,
    ...(databaseReadPool && { maximumPoolSize: databaseReadPool }),
    statementTimeout: READING_MS,
  });
  return {
    database,
    reading,
    server,
    close: async () => {
      await Promise.all([database.close(), reading.close()]);
      await server.leave();
    },
  };
}
