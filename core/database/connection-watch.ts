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
/** Behind a pooler, the probe may have to wait for a server connection. */
const PROBE_TIMEOUT_MS = 3_000;
/** Time for a response to arrive that the server sent just before it was asked. */
export const ARRIVAL_MS = 1_000;
/** Allowed difference between the clocks of this process and of the server, which measure the age of a transaction. */
const CLOCK_MS = 1_000;

/** Milliseconds after which this process abandons a statement, whatever the server does; 0 for never. */
export function silenceLimit(sql: string, statementTimeout: number): number {
  const limit = statementTimeout === 0 ? 0 : statementTimeout + GRACE_MS;
  return CONTROL.test(sql) ? Math.min(CONTROL_MS, limit || CONTROL_MS) : limit;
}

/** A statement that has been running for a while. */
export interface RunningStatement {
  readonly text: string;
  /** The process that runs it; undefined behind a pooler, which announces process IDs of its own. */
  readonly processId: number | undefined;
  /** Milliseconds since its transaction began; 0 outside a transaction. */
  readonly age: number;
}

/** A process of the server that is working for our database user. */
interface Backend {
  readonly pid: number;
  /** Null if the server does not report activity (`track_activities`), or not to this role. */
  readonly text: string | null;
  /** Milliseconds since its transaction began. */
  readonly age: number | null;
}

/**
 * Asks the server, on a new connection, which of its backends are working. Connections of a pool that wait at the same time share
 * one query.
 */
export class BackendProbe {
  readonly #url: string;
  #asking: Promise<readonly Backend[] | undefined> | undefined;
  #inconclusiveAt = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * To be called when the server has responded on any connection of the pool, or when this process was paused: a probe that has no
   * response yet then proves nothing.
   */
  markInconclusive(): void {
    this.#inconclusiveAt = performance.now();
  }

  /** False if the server does not respond to anyone, or is not working on this statement. */
  async isWorking(statement: RunningStatement): Promise<boolean> {
    // The probe fails if a file that the URL names, such as a certificate, has been removed.
    // fault: probe-ends-process
    this.#asking ??= this.#ask()
      .catch(() => undefined)
      .finally(() => {
        this.#asking = undefined;
      });
    const backends = await this.#asking;
    return backends === undefined || backends.some((backend) => runs(backend, statement));
  }

  /** Undefined if the server is reachable but cannot tell, so that only the statement's own limit applies. */
  async #ask(): Promise<readonly Backend[] | undefined> {
    const began = performance.now();
    const backends = await workingBackends(this.#url);
    if (backends !== 'silent') return backends;
    // If others get responses, it may be the pooler that has no connection left for the probe.
    // fault: probe-without-connection
    return this.#inconclusiveAt > began ? undefined : [];
  }
}

/**
 * Behind a pooler, a backend is recognised by the text of its statement and the age of its transaction. Another one can look the
 * same: then the statement is only checked again later.
 */
function runs(backend: Backend, { processId, text, age }: RunningStatement): boolean {
  if (processId !== undefined) return backend.pid === processId;
  // PostgreSQL truncates long texts.
  // fault: slow-statement-abandoned
  return backend.text === null || (text.startsWith(backend.text) && (backend.age ?? 0) >= age - CLOCK_MS);
}

async function workingBackends(url: string): Promise<readonly Backend[] | 'silent' | undefined> {
  const client = new pg.Client(clientConfig(url));
  client.on('error', () => {});
  // One limit for everything, including the sign-in. `pg` has no such option.
  const timer = setTimeout(() => client.connection.stream.destroy(), PROBE_TIMEOUT_MS);
  try {
    await client.connect();
    // Type and state are null if the role may not see them: `alter role … set role` makes it another role than the one that signed in.
    // fault: hidden-backend-abandoned
    const { rows } = await client.query<Backend>(`
      select
        pid,
        case when backend_type is not null then nullif(query, '') end as text,
        (extract(epoch from clock_timestamp() - xact_start) * 1000)::float8 as age
      from pg_stat_activity
      where usename = session_user
        and (backend_type is null or (backend_type = 'client backend' and state not like 'idle%'))
    `);
    return rows;
  } catch (error) {
    return isSilence(error) ? 'silent' : undefined;
  } finally {
    clearTimeout(timer);
    void client.end().catch(() => {});
  }
}

const SILENT_CODES = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'ENOENT'];

/** Whether nothing responds at the other end. A wrong certificate or password, or a DNS error, does not affect open connections. */
function isSilence(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return isServerLost(error);
  if (!(error instanceof Error)) return false;
  // `pg` reports a closed connection without a code.
  // fault: failed-probe-abandons
  return 'code' in error
    ? SILENT_CODES.includes(String(error.code))
    : error.message.startsWith('Connection terminated');
}

/** Whether PgBouncer reports that it cannot reach the server. Its errors have no code of their own, but are always in English. */
function isServerLost({ code, message }: pg.DatabaseError): boolean {
  return code === '08P01' && /\bserver\b/.test(message);
}
