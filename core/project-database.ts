import type { ProjectContext } from './config.ts';
import { type Database, type DatabaseLog, openDatabase } from './database/pool.ts';
import { RustioError } from './errors.ts';
import { localFolder } from './local-secret-keys.ts';

/** The server that a project uses: somebody else's, or our own beside the project. */
export interface ProjectServer {
  /** For the application. */
  readonly url: string;
  /** For migrations: the owner's, where that is another role. */
  readonly ownerUrl: string;
  readonly embedded: boolean;
  /** Something about it that a person should be told. */
  readonly note: string | undefined;
  /** Stops using it; an embedded server that nobody else uses is stopped. Close connections before. */
  leave(): Promise<void>;
}

/**
 * Finds the server: `DATABASE_URL`, or in development the embedded one, which is started when nobody runs it yet.
 * In production there is no embedded server.
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
  if (production) throw noEmbeddedInProduction();
  // Only here: a process with a DATABASE_URL never loads what it does not use.
  const { startEmbedded } = await import('./database/embedded.ts');
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

/** As long as somebody waits for a page; a slower question needs a narrower one, or an index. */
const READING_MS = 2_000;

/** A pool on the project's server. Closing it leaves the server too. */
export interface ProjectDatabase {
  readonly database: Database;
  /** For pages that read: the server takes a statement back that needs longer than a reader waits. */
  readonly reading: Database;
  readonly server: ProjectServer;
  close(): Promise<void>;
}

/** Joins the project's server and opens a pool on it. */
export async function openProjectDatabase(project: ProjectContext, log?: DatabaseLog): Promise<ProjectDatabase> {
  const server = await joinServer(project);
  const options = log === undefined ? {} : { log };
  const database = await openDatabase(server.url, options);
  const reading = await openDatabase(server.url, { ...options, statementTimeout: READING_MS });
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

function noEmbeddedInProduction(): RustioError {
  return new RustioError(
    'RIO-ENVIRONMENT-MISSING',
    {
      problem: 'DATABASE_URL is not set.',
      why: 'NODE_ENV is production, and the embedded database is for development only.',
      fix: 'Set DATABASE_URL to a PostgreSQL 15 to 18: postgres://user:password@host:5432/name',
      retry: 'Once it is set.',
    },
    { exitCode: 2 },
  );
}
