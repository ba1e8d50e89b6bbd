/**
 * How long a connection may be silent. A connection whose other end is gone (a failover, a firewall that forgot it, a paused
 * server) reports nothing: without these limits its statements would wait until TCP gives up, which takes 15 minutes.
 */
import pg from 'pg';
import { clientConfig } from './client-config.ts';

/** What the server's own `statement_timeout` gets in addition: it must be the first to cancel a slow statement. */
const GRACE_MS = 2_000;
/** For statements that do nothing but begin or end something. They wait for nobody. */
const CONTROL_MS = 5_000;
const CONTROL = /^(?:START TRANSACTION|SAVEPOINT|ROLLBACK|release savepoint)\b/;

/** When it is first asked whether the server still works on a statement, and then how often. */
export const FIRST_PROBE_MS = 4_000;
export const PROBE_MS = 5_000;
const PROBE_TIMEOUT_MS = 2_000;

/** Milliseconds after which a statement is given up in this process, whatever the server does; 0: never. */
export function silenceLimit(sql: string, statementTimeout: number): number {
  const limit = statementTimeout === 0 ? 0 : statementTimeout + GRACE_MS;
  return CONTROL.test(sql) ? Math.min(CONTROL_MS, limit || CONTROL_MS) : limit;
}

/**
 * Asks the server on a new connection which of its backends are working. All connections of a pool that wait at the same time
 * share one question.
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

/** Undefined if the server gives no answer: it is there, so the statement's own limit applies. */
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
