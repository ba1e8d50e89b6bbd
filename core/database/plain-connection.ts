import pg from 'pg';
import { clientConfig, explainConnect } from './client-config.ts';
import { sessionUrl } from './session-url.ts';
import { typeParsers } from './values.ts';

export interface PlainConnectionOptions {
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

/**
 * One connection outside the pool for what Slonik cannot do: migration files (several statements, a session lock), LISTEN and COPY.
 * It has the pool's session settings and type parsers but no statement timeout, and is closed when `work` ends. If the server drops
 * the connection while it is idle, the next query throws; listen to `error` or `end` to be notified immediately.
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
  const client = new pg.Client(
    clientConfig(sessionUrl(url, options.applicationName ?? 'rustio-admin'), {
      types: typeParsers,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      connectionTimeoutMillis: 10_000,
    }),
  );
  // An `error` event without a listener would end the process.
  client.on('error', () => {});
  try {
    await client.connect().catch((error: unknown) => {
      throw explainConnect(error);
    });
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Whether there is a pooler between this process and the server: the process ID that it announces differs from that of the backend.
 * `queryBackendPid` runs the given statement and returns the `id` of its row.
 */
export async function isBehindPooler(
  client: pg.Client,
  queryBackendPid = async (statement: string): Promise<unknown> =>
    (await client.query<{ id: number }>(statement)).rows[0]?.id,
): Promise<boolean> {
  return (await queryBackendPid('select pg_backend_pid() as id')) !== Reflect.get(client, 'processID');
}
