/** Slonik, tuned for speed: prepared statements, no connection reset, a driver with callbacks, values as text. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { createDriverFactory, createPool, type DatabasePool } from 'slonik';

export function openTuned(url: string): Promise<DatabasePool> {
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    let name = names.get(text);
    if (name === undefined) {
      name = createHash('sha1').update(text).digest('base64url');
      names.set(text, name);
    }
    return name;
  };
  return createPool(url, {
    driverFactory: callbackDriver(),
    resetConnection: async () => {},
    idleTimeout: 60_000,
    interceptors: [{ name: 'names', transformQuery: (_, query) => ({ ...query, name: nameOf(query.sql) }) }],
  });
}

function callbackDriver() {
  return createDriverFactory(async ({ driverConfiguration }) => ({
    createPoolClient: async () => {
      const client = new pg.Client({
        connectionString: driverConfiguration.connectionUri,
        options: '-c TimeZone=UTC',
        types: { getTypeParser: () => (text: string) => text },
      });
      return {
        connect: async () => {
          await client.connect();
        },
        end: () => client.end(),
        query: (text, values, options) =>
          new Promise((resolve, reject) => {
            client.query({ name: options?.name, text, values: values ?? [] }, (error, result) => {
              if (error) reject(error);
              else resolve({ command: 'SELECT', fields: [], rowCount: result.rowCount, rows: result.rows });
            });
          }),
        stream: () => {
          throw new Error('not supported');
        },
      };
    },
  }));
}
