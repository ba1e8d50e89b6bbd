/** Tracks which processes use the embedded server: each holds a shared advisory lock (docs/decisions/0016-embedded-postgres.md). */
import { realpath } from 'node:fs/promises';
import { Socket } from 'node:net';
import pg from 'pg';
import { clientConfig } from '../client-config.ts';
import { sessionUrl } from '../session-url.ts';

const LOCK = 7_236_001;
/** SQLSTATE of a server that is starting, recovering or shutting down. */
const CANNOT_CONNECT_NOW = '57P03';

/**
 * `not accepting`: the server runs, but is starting or shutting down. `none`: it does not respond, is about to stop, or serves
 * other data.
 */
export type LeaseAnswer = 'granted' | 'not accepting' | 'none';

export class Lease {
  /** Resolves when the connection is lost, for any reason. */
  readonly lost: Promise<void>;
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.lost = new Promise((done) => client.once('end', done));
  }

  /** A lease on the server at `url`, or why there is none. */
  static async acquire(url: string, data: string): Promise<Lease | Exclude<LeaseAnswer, 'granted'>> {
    const client = new pg.Client(
      clientConfig(sessionUrl(url, 'rustio lease'), { connectionTimeoutMillis: 3_000, keepAlive: true }),
    );
    client.on('error', () => {});
    const lease = new Lease(client);
    let answer: Exclude<LeaseAnswer, 'granted'> = 'none';
    try {
      await client.connect();
      const { rows } = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
      if (rows[0]?.folder !== undefined && (await realpath(rows[0].folder)) === (await realpath(data))) {
        // If the last process is stopping the server, this waits until the shutdown ends the connection.
        await client.query(`select pg_advisory_lock_shared(${LOCK})`);
        lease.#socket?.unref();
        return lease;
      }
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === CANNOT_CONNECT_NOW) answer = 'not accepting';
      // Otherwise, the server is not running or has stopped.
    }
    await client.end().catch(() => {});
    return answer;
  }

  /** Returns `server_version`, and creates a database of this name if there is none. */
  prepare(database: string): Promise<string> {
    return this.#keepingAlive(async (client) => {
      const existing = await client.query('select from pg_database where datname = $1', [database]);
      if (existing.rowCount === 0) {
        await client.query(`create database ${client.escapeIdentifier(database)}`).catch(ignoreDuplicate);
      }
      const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
      return rows[0]?.version ?? '';
    });
  }

  /** Releases the lock. True if no other process holds it; in that case no process can acquire it until `close`. */
  release(): Promise<boolean> {
    return this.#keepingAlive(async (client) => {
      await client.query(`select pg_advisory_unlock_shared(${LOCK})`);
      const { rows } = await client.query<{ last: boolean }>(`select pg_try_advisory_lock(${LOCK}) as last`);
      return rows[0]?.last === true;
    });
  }

  async close(): Promise<void> {
    this.#socket?.ref();
    await this.#client.end().catch(() => {});
  }

  /** A lease does not keep an otherwise idle process alive, but a query on its connection does. */
  async #keepingAlive<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
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

/** Ignores the error that another process created the database at the same moment. */
function ignoreDuplicate(error: unknown): void {
  if (error instanceof pg.DatabaseError && (error.code === '42P04' || error.code === '23505')) return;
  throw error;
}
