/** A Slonik driver on `pg` that replaces the standard one: docs/decisions/0005-database-driver.md. */
import pg from 'pg';
import {
  BackendTerminatedError,
  createDriverFactory,
  type DriverCommand,
  type DriverFactory,
  type DriverQueryResult,
} from 'slonik';
import { debugSql, elapsed } from '../base/debug.ts';
import { errorCaught } from '../errors/database.ts';
import { keepBytes } from './any-bytes.ts';
import { clientConfig, explainConnect } from './client-config.ts';
import { ARRIVAL_MS, BackendProbe, FIRST_PROBE_MS, PROBE_MS, silenceLimit } from './connection-watch.ts';
import { endsConnection, isPlanOutdated } from './errors.ts';
import { isBehindPooler } from './plain-connection.ts';
import { SessionSettings } from './session-settings.ts';
import type { StatementNames } from './statement-names.ts';
import { typeParsers } from './values.ts';

type Result = pg.QueryResult<Record<string, unknown>>;

/** Idle time before TCP keepalive starts (then one probe per second, ten times). */
const KEEP_ALIVE_MS = 5_000;
/**
 * Max number of prepared statements per connection. When it is reached, all are deallocated. Each uses about 30 KB of the server
 * process.
 */
const MAX_PREPARED = 200;
/** Time for an idle connection to respond after another connection has timed out. */
const CHECK_MS = 2_000;

export interface DriverOptions {
  readonly names: StatementNames;
  /** Max milliseconds that a statement waits for a lock; 0 for no limit besides the statement's own. */
  readonly lockTimeout: number;
  /** A transaction-mode pooler is in use: see `DatabaseOptions`. */
  readonly pooled: boolean;
}

export function pgDriver({ names, lockTimeout, pooled }: DriverOptions): DriverFactory {
  return createDriverFactory(async ({ driverConfiguration }) => {
    const { connectionUri } = driverConfiguration;
    const statementTimeout = milliseconds(driverConfiguration.statementTimeout);
    const probe = new BackendProbe(connectionUri);
    const connections = new Set<Connection>();
    const watch = new SilenceWatch(connections, probe);
    /** Whether there is a pooler: it announces process IDs of its own, unlike a server. Determined on the first connection. */
    let isPooled: Promise<boolean> | undefined = pooled ? Promise.resolve(true) : undefined;
    return {
      createPoolClient: async ({ clientEventEmitter }) => {
        const client = new pg.Client(
          clientConfig(connectionUri, {
            types: typeParsers,
            keepAlive: true,
            keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
            connectionTimeoutMillis: milliseconds(driverConfiguration.connectionTimeout),
            // A pooler rejects settings in the startup packet: each transaction sets them instead.
            ...(!pooled && {
              statement_timeout: statementTimeout,
              // fault: no-lock-timeout
              lock_timeout: lockTimeout,
              idle_in_transaction_session_timeout: milliseconds(driverConfiguration.idleInTransactionSessionTimeout),
            }),
          }),
        );
        const breakConnection = (error: BackendTerminatedError) => {
          // Slonik stops listening when it has released the connection, and an unhandled `error` event would end the process.
          if (clientEventEmitter.listenerCount('error') > 0) clientEventEmitter.emit('error', error);
        };
        const connection = new Connection(client, {
          watch,
          probe,
          onLost: breakConnection,
          onSilence: () => {
            for (const other of connections) if (other !== connection) other.check();
          },
        });
        client.on('error', (error) => breakConnection(new BackendTerminatedError(error)));
        client.on('end', () => connections.delete(connection));
        client.on('notice', ({ message }) => clientEventEmitter.emit('notice', { message: message ?? '' }));

        const settings = new SessionSettings(client.connection);
        /** Restores everything that `SessionSettings` describes, including the role. */
        let reset = 'reset all; reset role';
        const restoreSettings = async (sql: string): Promise<void> => {
          // Behind a pooler, the reset could run on a server connection that another client uses.
          if (connection.processId === undefined) return;
          if (client.getTransactionStatus() === 'I') {
            // The caller does not wait for it; the next statement on this connection does.
            if (settings.needsReset(sql)) connection.reset(reset);
            return;
          }
          const restoration = settings.afterStatement(sql);
          // fault: settings-of-trigger
          if (restoration !== undefined) await connection.send({ ...restoration, limit: CHECK_MS });
        };

        /** The error that aborted the open transaction. It is reported if the caller catches it and commits. */
        let aborted: Error | undefined;

        const prepared = new Set<string>();
        const forgetPrepared = async (): Promise<void> => {
          await connection.send({ text: 'deallocate all', values: [], limit: CHECK_MS }, true);
          prepared.clear();
          // pg keeps its own list of prepared statements, and would try to execute ones that were deallocated.
          Reflect.set(client.connection, 'parsedStatements', {});
        };

        const query = async (sql: string, values: unknown[], name?: string): Promise<DriverQueryResult> => {
          const before = client.getTransactionStatus();
          // fault: prepared-statements-pile-up
          if (before === 'I' && prepared.size >= MAX_PREPARED) await forgetPrepared();
          try {
            const limit = silenceLimit(sql, statementTimeout);
            const result = await connection.send({ text: sql, values, name, limit });
            if (name) prepared.add(name);
            if (before === 'I') aborted = undefined;
            await restoreSettings(sql);
            if (sql === 'COMMIT' && result.command === 'ROLLBACK')
              throw errorCaught({ reason: aborted?.message ?? 'unknown', cause: aborted });
            return toSlonik(result);
          } catch (error) {
            if (!(error instanceof pg.DatabaseError)) throw error;
            if (before === 'T' && error.code !== '25P02') aborted = error;
            if (isPlanOutdated(error)) {
              names.reset();
              if (before === 'I') return query(sql, values);
            }
            if (!endsConnection(error) && sql !== 'ROLLBACK') throw error;
            // Reported immediately rather than when the socket ends: until then, the pool would hand out this connection again.
            const terminated = new BackendTerminatedError(error);
            breakConnection(terminated);
            throw terminated;
          }
        };

        const connect = async (): Promise<void> => {
          let encoding = '';
          client.connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
            if (parameterName === 'server_encoding') encoding = parameterValue;
          });
          await new Promise<void>((done, fail) =>
            client.connect((error: Error | null) => {
              if (!error) done();
              else fail(explainConnect(error));
            }),
          );
          connections.add(connection);
          // Such a database can contain any bytes, and every statement that returns invalid UTF-8 would fail.
          // fault: bytes-of-sql-ascii
          if (encoding === 'SQL_ASCII') {
            keepBytes(client.connection.stream);
            const set = "set client_encoding to 'SQL_ASCII'";
            await connection.send({ text: set, values: [], limit: CHECK_MS });
            reset = `${reset}; ${set}`;
          }
          settings.keep();
          isPooled ??= isBehindPooler(client, async (text) => {
            const { rows } = await connection.send({ text, values: [], limit: CHECK_MS });
            return rows[0]?.id;
          }).catch((error: unknown) => {
            // Determined again on the next connection.
            isPooled = undefined;
            throw error;
          });
          // fault: names-behind-pooler
          if (await isPooled) names.disable();
          else connection.processId = Number(Reflect.get(client, 'processID'));
        };

        return {
          connect: async () => {
            try {
              await connect();
            } catch (error) {
              // Slonik forgets a client that did not connect. The server would wait for it for a minute.
              // fault: failed-connection-open
              client.connection.stream.destroy();
              throw error;
            }
          },
          end: () => new Promise((done) => client.end(() => done())),
          query: (sql, values, options) => query(sql, values ?? [], options?.name),
          stream: () => {
            throw new Error(
              'This driver does not support streaming: read page by page, or use COPY on a plain connection.',
            );
          },
        };
      },
    };
  });
}

/** The connection was dead before any work was done: the work can be retried. */
export class UnusedConnectionLost extends BackendTerminatedError {}

interface Statement {
  readonly text: string;
  readonly values: unknown[];
  readonly name?: string | undefined;
  /** Milliseconds after which the statement and its connection are abandoned; 0 for never. */
  readonly limit: number;
  /** Several statements at once, which only the simple protocol allows. */
  readonly isScript?: boolean;
}

interface ConnectionHooks {
  readonly watch: SilenceWatch;
  readonly probe: BackendProbe;
  /** Reports to Slonik that the connection is lost. */
  readonly onLost: (error: BackendTerminatedError) => void;
  /** Called after the connection was lost because the server was silent: other connections may be lost, too. */
  readonly onSilence: () => void;
}

const TICK_MS = 200;
/** If the timer is later than this, the process was paused, or was busy with something else. */
const PAUSE_MS = 1_000;

/**
 * One timer for all connections of a pool, active only while one is busy. Separate timers for each connection would cost more than
 * its statements.
 */
class SilenceWatch {
  readonly #connections: ReadonlySet<Connection>;
  readonly #probe: BackendProbe;
  #timer: NodeJS.Timeout | undefined;
  #tickedAt = 0;

  constructor(connections: ReadonlySet<Connection>, probe: BackendProbe) {
    this.#connections = connections;
    this.#probe = probe;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#tickedAt = performance.now();
    // The socket of the busy connection keeps the process alive.
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  #tick(): void {
    const now = performance.now();
    const wasPaused = now - this.#tickedAt > PAUSE_MS;
    this.#tickedAt = now;
    // Timers run before what has arrived during the pause is read.
    // fault: paused-process-abandons
    if (wasPaused) {
      this.#probe.markInconclusive();
      return;
    }
    const busy = [...this.#connections].filter((connection) => connection.tick(now));
    if (busy.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** A connection that does not wait indefinitely: if the server is silent for too long, it is closed, and its statement fails. */
class Connection {
  /** The process of the server at the other end; undefined behind a pooler, where it is unknown. */
  processId: number | undefined;
  readonly #client: pg.Client;
  readonly #hooks: ConnectionHooks;
  /** Counts statements, so that a probe's response about one statement does not end a later one. */
  #sent = 0;
  #text = '';
  /**
   * In milliseconds: when the statement was sent, how long it may take, after how long the server is next asked about it, and when
   * its transaction began.
   */
  #sentAt = 0;
  #limit = 0;
  #nextProbe = 0;
  #beganAt = 0;
  #busy = false;
  /** Whether nothing is lost if the connection is lost now: no transaction is open, and none of its statements was sent. */
  #isUnused = true;
  #checking: Promise<void> | undefined;
  #silence: BackendTerminatedError | undefined;

  constructor(client: pg.Client, hooks: ConnectionHooks) {
    this.#client = client;
    this.#hooks = hooks;
  }

  /** @throws BackendTerminatedError if the server was silent for too long */
  async send(statement: Statement, isCheck = false): Promise<Result> {
    if (this.#checking !== undefined) await this.#checking;
    if (this.#silence !== undefined) throw this.#silence;
    this.#busy = true;
    this.#isUnused = isCheck || (statement.text === 'START TRANSACTION' && this.#client.getTransactionStatus() === 'I');
    this.#sent += 1;
    this.#text = statement.text;
    this.#sentAt = performance.now();
    this.#limit = statement.limit;
    this.#nextProbe = FIRST_PROBE_MS;
    this.#hooks.watch.start();
    try {
      const result = await run(this.#client, statement);
      this.#hooks.probe.markInconclusive();
      if (statement.text === 'START TRANSACTION') this.#beganAt = performance.now();
      return result;
    } catch (error) {
      throw this.#silence ?? error;
    } finally {
      this.#busy = false;
    }
  }

  /** Called regularly while connections of the pool are busy. Returns whether this connection is busy. */
  tick(now: number): boolean {
    if (!this.#busy || this.#silence !== undefined) return false;
    const waited = now - this.#sentAt;
    // fault: no-client-timeout
    const isLate = this.#limit !== 0 && waited >= this.#limit;
    if (isLate) this.#giveUp(this.#limit);
    else if (waited >= this.#nextProbe) {
      this.#nextProbe = waited + PROBE_MS;
      void this.#ask(this.#sent);
    }
    return true;
  }

  /**
   * Another connection of the pool was silent for too long. If this one is idle, it must respond, or it is closed. Connections that
   * are checked at the same time are closed together, since otherwise each of them would fail another request.
   */
  check(): void {
    if (this.#silence !== undefined) return;
    // If several connections are abandoned at the same time, the second must not end a check that the first has just started.
    if (this.#checking !== undefined && performance.now() - this.#sentAt >= TICK_MS) this.#giveUp(CHECK_MS);
    if (this.#busy || this.#client.getTransactionStatus() !== 'I') return;
    this.#checking = this.send({ text: 'select', values: [], limit: CHECK_MS }, true).then(
      () => {
        this.#checking = undefined;
      },
      () => {
        this.#checking = undefined; // the next statement throws #silence
      },
    );
  }

  /** Runs statements that reset the session. The next statement waits for them; without them, the connection cannot be used again. */
  reset(text: string): void {
    this.#checking = this.send({ text, values: [], limit: CHECK_MS, isScript: true }, true).then(
      () => {
        this.#checking = undefined;
      },
      (error: unknown) => {
        this.#checking = undefined;
        this.#silence ??= new UnusedConnectionLost(error instanceof Error ? error : new Error(String(error)));
        this.#client.connection.stream.destroy();
        this.#hooks.onLost(this.#silence);
      },
    );
  }

  /** Asks whether the server is still working on the statement. If it is not, the response was lost and will never arrive. */
  async #ask(sent: number): Promise<void> {
    const isOutside = this.#client.getTransactionStatus() === 'I';
    const isWorking = await this.#hooks.probe.isWorking({
      text: this.#text,
      processId: this.processId,
      age: isOutside ? 0 : performance.now() - this.#beganAt,
    });
    if (isWorking || this.#sent !== sent) return;
    const limit = performance.now() - this.#sentAt + ARRIVAL_MS;
    // fault: no-probe
    this.#limit = Math.min(this.#limit || limit, limit);
  }

  #giveUp(waited: number): void {
    const seconds = Math.round(waited / 100) / 10;
    const reason = new Error(`The database did not respond within ${seconds} s.`);
    this.#silence = this.#isUnused ? new UnusedConnectionLost(reason) : new BackendTerminatedError(reason);
    this.#client.connection.stream.destroy();
    this.#hooks.onLost(this.#silence);
    this.#hooks.onSilence();
  }
}

/**
 * With `NODE_DEBUG=rustio:sql`, every statement is logged, but never its values or the message of an error, which may quote them.
 */
const run = debugSql === undefined ? send : reported(debugSql);

function reported(debug: NonNullable<typeof debugSql>): typeof send {
  return async (client, statement) => {
    const began = performance.now();
    const text = statement.text.trim().replace(/\s+/g, ' ');
    const report = (outcome: string) => debug(`${elapsed(began)}${outcome}: ${text}`);
    try {
      const result = await send(client, statement);
      report(
        typeof result.rowCount !== 'number' ? '' : `, ${result.rowCount} ${result.rowCount === 1 ? 'row' : 'rows'}`,
      );
      return result;
    } catch (error) {
      report(`, error ${error instanceof pg.DatabaseError ? error.code : 'without an SQLSTATE'}`);
      throw error;
    }
  };
}

function send(client: pg.Client, { text, values, name, isScript = false }: Statement): Promise<Result> {
  return new Promise((done, fail) => {
    const query = new pg.Query<never, unknown[]>(text, values);
    // Properties of pg's query that its types do not declare. If they were passed as a config, pg would copy each of them.
    Object.assign(query, {
      name,
      // The extended protocol allows one statement per query, so a second one cannot be injected.
      ...(!isScript && { queryMode: 'extended' }),
      callback: (error: Error | null, result: Result) => {
        if (error) fail(Object.assign(error, { sql: text }));
        else done(result);
      },
    });
    client.query(query);
  });
}

function toSlonik(result: Result): DriverQueryResult {
  return {
    // Slonik's type lists five commands. PostgreSQL has more, and Slonik passes them through.
    command: result.command as DriverCommand,
    fields: result.fields.map(({ dataTypeID, name }) => ({ dataTypeId: dataTypeID, name })),
    rowCount: result.rowCount,
    rows: result.rows,
  };
}

function milliseconds(timeout: 'DISABLE_TIMEOUT' | number): number {
  return timeout === 'DISABLE_TIMEOUT' ? 0 : timeout;
}
