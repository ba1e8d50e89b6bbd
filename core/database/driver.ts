/**
 * Slonik's driver over `pg`. The stock one awaits pg's promises, which keep closures alive until a major collection (twice
 * the memory under load), and takes a COMMIT that PostgreSQL answers with ROLLBACK for a success; this one does neither.
 */
import pg from 'pg';
import {
  BackendTerminatedError,
  createDriverFactory,
  type DriverCommand,
  type DriverFactory,
  type DriverQueryResult,
} from 'slonik';
import { RustioError } from '../errors.ts';
import type { StatementNames } from './statement-names.ts';
import { typeParsers } from './type-parsers.ts';

type Result = pg.QueryResult<Record<string, unknown>>;

export function pgDriver(names: StatementNames): DriverFactory {
  return createDriverFactory(async ({ driverConfiguration }) => ({
    createPoolClient: async ({ clientEventEmitter }) => {
      const client = new pg.Client({
        connectionString: driverConfiguration.connectionUri,
        types: typeParsers,
        keepAlive: true,
        connectionTimeoutMillis: milliseconds(driverConfiguration.connectionTimeout),
        statement_timeout: milliseconds(driverConfiguration.statementTimeout),
        idle_in_transaction_session_timeout: milliseconds(driverConfiguration.idleInTransactionSessionTimeout),
      });
      const breakConnection = (error: BackendTerminatedError) => {
        // Once Slonik has given the connection up it does not listen any more, and an unheard `error` ends the process.
        if (clientEventEmitter.listenerCount('error') > 0) clientEventEmitter.emit('error', error);
      };
      client.on('error', (error) => breakConnection(new BackendTerminatedError(error)));
      client.on('notice', ({ message }) => clientEventEmitter.emit('notice', { message: message ?? '' }));

      /** What aborted the open transaction: told when somebody swallows it and commits. */
      let aborted: Error | undefined;

      const query = async (sql: string, values: unknown[], name?: string): Promise<DriverQueryResult> => {
        const before = client.getTransactionStatus();
        try {
          const result = await send(client, sql, values, name);
          if (before === 'I') aborted = undefined;
          if (sql === 'COMMIT' && result.command === 'ROLLBACK') throw swallowed(aborted);
          return toSlonik(result);
        } catch (error) {
          if (!(error instanceof pg.DatabaseError)) throw error;
          if (before === 'T' && error.code !== '25P02') aborted = error;
          if (planIsOutdated(error)) {
            names.startOver();
            if (before === 'I') return query(sql, values);
          }
          if (!endsConnection(error) && sql !== 'ROLLBACK') throw error;
          // At once, not when the socket ends: until then the pool would hand this connection to somebody else.
          const terminated = new BackendTerminatedError(error);
          breakConnection(terminated);
          throw terminated;
        }
      };

      return {
        connect: () =>
          new Promise((done, fail) => client.connect((error: Error | null) => (error ? fail(error) : done()))),
        end: () => new Promise((done) => client.end(() => done())),
        query: (sql, values, options) => query(sql, values ?? [], options?.name),
        stream: () => {
          throw new Error('This driver does not stream: read page by page, or COPY on a plain connection.');
        },
      };
    },
  }));
}

function send(client: pg.Client, text: string, values: unknown[], name: string | undefined): Promise<Result> {
  // Extended (missing in pg's types): one statement a query, so that nothing can be smuggled in behind it.
  const config: pg.QueryConfig<unknown[]> & { queryMode: 'extended' } = { name, text, values, queryMode: 'extended' };
  return new Promise((done, fail) => {
    client.query(config, (error: Error | null, result: Result) => {
      if (error) fail(Object.assign(error, { sql: text }));
      else done(result);
    });
  });
}

function toSlonik(result: Result): DriverQueryResult {
  return {
    // Slonik's type names five commands; PostgreSQL has more of them, and Slonik passes them on.
    command: result.command as DriverCommand,
    fields: result.fields.map(({ dataTypeID, name }) => ({ dataTypeId: dataTypeID, name })),
    rowCount: result.rowCount,
    rows: result.rows,
  };
}

function milliseconds(timeout: 'DISABLE_TIMEOUT' | number): number {
  return timeout === 'DISABLE_TIMEOUT' ? 0 : timeout;
}

/** A table changed after this connection had prepared the statement; nothing of it ran. */
export function planIsOutdated(error: pg.DatabaseError): boolean {
  return error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}

/** The server is going away, or it closes this connection: no further query will be answered on it. */
function endsConnection(error: pg.DatabaseError): boolean {
  return /^(08|57P0|25P03)/.test(error.code ?? '');
}

function swallowed(cause: Error | undefined): RustioError {
  return new RustioError(
    'RIO-DATABASE-SWALLOWED',
    {
      problem: 'A transaction was rolled back although its work ended without an error.',
      why: `A statement in it failed and the error was caught: ${cause?.message ?? 'unknown'}`,
      fix: 'Let the error through, or put the part that may fail into tx.savepoint().',
      retry: 'Nothing was changed, so trying again is safe.',
    },
    { cause },
  );
}
