/**
 * Limits how long a connection may be silent. A connection to a server that is no longer there (after a failover, a firewall
 * timeout, a paused server) reports nothing: without these limits, its statements would wait until TCP gives up, which takes 15
 * minutes.
 */
import pg from 'pg';
import { clientConfig } from './client-config.ts';

/** Added to the server's `statement_timeout`, so that the server is the first to cancel a slow statement. */
const GRACE_MS = 2_000;
/** For statements that only begin or end a transaction or the like. They never wait for locks. */
const CONTROL_MS = 5_000;
const CONTROL = /^(?:START TRANSACTION|SAVEPOINT|ROLLBACK|release savepoint)\b/;

/** The delay before the server is first asked whether it is still working on a statement, and the interval after that. */
export const FIRST_PROBE_MS = 4_000;
export const PROBE_MS = 5_000;
const PROBE_TIMEOUT_MS = 2_000;

/** Milliseconds after which this process abandons a statement, whatever the server does; 0 for never. */
export function silenceLimit(sql: string, statementTimeout: number): number {
  const limit = statementTimeout === 0 ? 0 : statementTimeout + GRACE_MS;
  return CONTROL.test(sql) ? Math.min(CONTROL_MS, limit || CONTROL_MS) : limit;
}

/**
 * Asks the server, on a new connection, which of its backends are working. Connections of a pool that wait at the same time share
 * one query.
 */
export class BackendProbe {
  readonly #url: string;
  #asking: Promise<ReadonlySet<number> | undefined> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** False if the server does not respond, or this backend has been idle for longer than a response needs to arrive. */
  async isWorking(processId: number): Promise<boolean> {
    this.#asking ??= workingBackends(this.#url).finally(() => {
      this.#asking = undefined;
    });
    const working = await this.#asking;
    return working === undefined || working.has(processId);
  }
}

/** Undefined if the server responds with an error: it is reachable, so only the statement's own limit applies. */
async function workingBackends(url: string): Promise<ReadonlySet<number> | undefined> {
  const client = new pg.Client(
    clientConfig(url, { connectionTimeoutMillis: PROBE_TIMEOUT_MS, query_timeout: PROBE_TIMEOUT_MS }),
  );
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(`
      select pid
      from pg_stat_activity
      where usename = session_user
        and (state not like 'idle%' or state_change > clock_timestamp() - interval '2 seconds')
    `);
    return new Set(rows.map(({ pid }) => pid));
  } catch (error) {
    return error instanceof pg.DatabaseError ? undefined : new Set();
  } finally {
    void client.end().catch(() => {});
  }
}
