import pg from 'pg';
import { sessionUrl } from './session-url.ts';
import { typeParsers } from './type-parsers.ts';

export interface PlainConnectionOptions {
  /** What `pg_stat_activity` shows. */
  readonly applicationName?: string;
}

/**
 * One connection outside the pool for what Slonik cannot do: migration files (several statements, a session lock), LISTEN
 * and COPY. It has no statement timeout, the pool's session settings and type parsers, and is closed when `work` ends.
 * When the server drops it while nothing runs, the next query throws; listen to `error` or `end` to know at once.
 *
 * @example
 * await withPlainConnection(app.database.url, async (client) => {
 *   client.on('notification', wakeUp);
 *   await client.query('listen jobs');
 *   await once(signal, 'abort');
 * });
 */
export async function withPlainConnection<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
  options: PlainConnectionOptions = {},
): Promise<T> {
  const client = new pg.Client({
    connectionString: sessionUrl(url, options.applicationName ?? 'rustio-admin'),
    types: typeParsers,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  // An `error` event that nobody listens to would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
