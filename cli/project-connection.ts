import { existsSync } from 'node:fs';
import type pg from 'pg';
import { localFolder } from '../core/boot/local-folder.ts';
import { joinServer } from '../core/boot/project-database.ts';
import { withPlainConnection } from '../core/database/plain-connection.ts';
import type { ProjectContext } from '../core/settings.ts';

/** The result of an attempt to use the database of a project. */
export type Attempt<T> =
  | { readonly value: T }
  /** The reason; `undefined` if the project has no database yet. */
  | { readonly unavailable: string | undefined };

/**
 * Runs `work` with the URL of the project's database if it is reachable. For commands that benefit from a database but also work
 * without one. Errors of `work` are thrown.
 */
export async function withReachableDatabase<T>(
  project: ProjectContext,
  work: (url: string) => Promise<T>,
): Promise<Attempt<T>> {
  const { folder, environment } = project;
  const hasDatabase =
    environment.databaseUrl !== undefined || (!environment.production && existsSync(localFolder(folder)));
  if (!hasDatabase) return { unavailable: undefined };
  const connection = await connectIfReachable(project);
  if (typeof connection === 'string') return { unavailable: connection };
  try {
    return { value: await work(connection.url) };
  } finally {
    await connection.leave();
  }
}

/** Returns a string with the reason if the database cannot be reached. */
async function connectIfReachable(
  project: ProjectContext,
): Promise<{ url: string; leave: () => Promise<void> } | string> {
  try {
    const server = await joinServer(project);
    try {
      await withPlainConnection(server.ownerUrl, (client: pg.Client) => client.query('select'));
      return { url: server.ownerUrl, leave: () => server.leave() };
    } catch (error) {
      await server.leave();
      throw error;
    }
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  }
}
