import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Booted } from '../boot/boot.ts';
import { portTaken } from '../errors/boot.ts';
import { createKoa } from '../http/pipeline.ts';
import { CONNECTION_TIMEOUTS, type ConnectionTimeouts } from '../http/timeouts.ts';
import { startScheduler } from './scheduler.ts';
import { startPlugins } from './start-plugins.ts';

/**
 * Not by `import`: that reads every export of the module at once, including those that load Node's whole `fetch` when touched.
 * It would cost each start a tenth of its time, and each process 14 MB.
 */
const { createServer } = process.getBuiltinModule('node:http');

export interface Serving {
  /** `http://127.0.0.1:8000`, with the actual port. */
  readonly url: string;
  /**
   * Stops accepting, runs the `beforeClose` hooks, lets open requests finish for at most 10 s, then stops plugins in reverse
   * order. Safe to call twice.
   */
  close(options?: CloseOptions): Promise<void>;
}

export interface CloseOptions {
  /**
   * First report 503 at `/readyz` and serve on for `SHUTDOWN_GRACE` seconds, so that load balancers stop sending requests before
   * connections are refused. @defaultValue false
   */
  readonly grace?: boolean;
}

export interface ServeOptions {
  /** Time limits of a connection. */
  readonly timeouts?: ConnectionTimeouts;
  /** Whether scheduled tasks run in this process. @defaultValue true */
  readonly schedule?: boolean;
}

/** More are closed at once: each costs memory, and a stranger can open as many as the system allows. */
const MAX_CONNECTIONS = 5_000;
const DRAIN_MS = 10_000;
/** For the request of a connection that was opened just before the server began to stop. */
const FIRST_BYTE_MS = 250;

/**
 * Starts the plugins, the scheduler, and listens.
 *
 * @throws RustioError `RIO-SERVE-PORT` when the port is taken, `RIO-SERVE-START` when a plugin does not start in time.
 */
export async function serve(
  booted: Booted,
  address: { port: number; host: string },
  { timeouts = CONNECTION_TIMEOUTS, schedule = true }: ServeOptions = {},
): Promise<Serving> {
  const { app } = booted;
  const plugins = await startPlugins(booted, 'web', booted.timings);
  const scheduler = startScheduler(booted, 'web', { polls: schedule });
  const stop = async (): Promise<void> => {
    await scheduler.stop();
    await plugins.stop();
  };
  try {
    await app.records.refreshEstimates();
    const handle = createKoa(app, booted).callback();
    const server = createServer({ ...timeouts }, (request, response) => void handle(request, response));
    server.maxConnections = MAX_CONNECTIONS;
    const drain = drainer(server);
    const closeAll = async (grace: boolean): Promise<void> => {
      // fault: ready-while-stopping
      booted.readiness.stop();
      const tasks = scheduler.stop();
      if (grace) await waitForBalancers(server, (app.environment.shutdownGrace ?? 0) * 1_000);
      // Stop accepting first: a client whose stream ends reconnects at once, and must not reach this process.
      await Promise.all([drain(), plugins.beforeClose(), tasks]);
      await stop();
    };
    const port = await listen(server, address);
    let closing: Promise<void> | undefined;
    return {
      url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
      close({ grace = false } = {}) {
        closing ??= closeAll(grace);
        return closing;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listen(server: Server, { port, host }: { port: number; host: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject('code' in error && error.code === 'EADDRINUSE' ? portTaken({ port }) : error),
    );
    server.listen(port, host, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound ? bound.port : port);
    });
  });
}

/**
 * Serves on for this time. Each response closes its connection, so that a proxy has no idle one left that it could use in the
 * moment in which it is closed.
 */
async function waitForBalancers(server: Server, ms: number): Promise<void> {
  if (ms === 0) return;
  closeAfterResponse(server);
  await wait(ms);
}

function closeAfterResponse(server: Server): void {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
}

/** Stops accepting connections. Idle ones are closed immediately, busy ones after their response, all of them after 10 s. */
function drainer(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () =>
    new Promise((resolve) => {
      const timeout = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, DRAIN_MS);
      // From now on every response closes its connection, so that keep-alive cannot delay us.
      closeAfterResponse(server);
      server.close(() => {
        clearTimeout(timeout);
        resolve();
      });
      server.closeIdleConnections();
      // Node counts a connection that has not sent anything yet as busy; browsers keep such spare ones open. Data that was just
      // sent must still be read: hence the pause, and one more turn of the event loop after it.
      const closeUnused = (): void => {
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      };
      setTimeout(() => setImmediate(closeUnused), FIRST_BYTE_MS).unref();
    });
}
