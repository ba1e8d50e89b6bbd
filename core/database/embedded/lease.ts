/**
 * Who uses the embedded server. Each process holds a shared advisory lock on a connection of its own, so PostgreSQL itself
 * knows when one is killed. Whoever gets the lock exclusively on leaving was the last one.
 */
import { realpath } from 'node:fs/promises';
import { Socket } from 'node:net';
import pg from 'pg';

const LOCK = 7_236_001;

export class Lease {
  /** Resolves when the connection is gone, whatever the reason. */
  readonly lost: Promise<void>;
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.lost = new Promise((done) => client.once('end', done));
  }

  /** Takes part in the server at `url`. Undefined when it does not answer, is about to stop, or serves other data. */
  static async take(url: string, data: string): Promise<Lease | undefined> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'rustio lease',
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
    });
    client.on('error', () => {});
    const lease = new Lease(client);
    try {
      await client.connect();
      const { rows } = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
      if (rows[0]?.folder !== undefined && (await realpath(rows[0].folder)) === (await realpath(data))) {
        // Waits while the last one is stopping the server, which then ends this connection.
        await client.query(`select pg_advisory_lock_shared(${LOCK})`);
        lease.#socket?.unref();
        return lease;
      }
    } catch {
      // Not there, or not any more.
    }
    await client.end().catch(() => {});
    return undefined;
  }

  /** `show server_version`, and a database of this name if there is none. */
  prepare(database: string): Promise<string> {
    return this.#awake(async (client) => {
      const found = await client.query('select from pg_database where datname = $1', [database]);
      if (found.rowCount === 0) {
        await client.query(`create database ${client.escapeIdentifier(database)}`).catch(ignoreDuplicate);
      }
      const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
      return rows[0]?.version ?? '';
    });
  }

  /** Gives the lock back; true when nobody else holds it. Then nobody can get it any more, until `close`. */
  giveBack(): Promise<boolean> {
    return this.#awake(async (client) => {
      await client.query(`select pg_advisory_unlock_shared(${LOCK})`);
      const { rows } = await client.query<{ last: boolean }>(`select pg_try_advisory_lock(${LOCK}) as last`);
      return rows[0]?.last === true;
    });
  }

  async close(): Promise<void> {
    this.#socket?.ref();
    await this.#client.end().catch(() => {});
  }

  /** Holding a lease does not keep a process alive that has nothing else to do; asking something on it does. */
  async #awake<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    this.#socket?.ref();
    try {
      return await work(this.#client);
    } finally {
      this.#socket?.unref();
    }
  }

  get #socket(): Socket | undefined {
    const { stream } = this.#client.connection;
    return stream instanceof Socket ? stream : undefined;
  }
}

/** Somebody else made it in the same moment. */
function ignoreDuplicate(error: unknown): void {
  if (error instanceof pg.DatabaseError && (error.code === '42P04' || error.code === '23505')) return;
  throw error;
}
