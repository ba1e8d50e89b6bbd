import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { httpUrl } from '../base/http-url.ts';
import type { Booted } from '../boot/boot.ts';
import { listenError } from '../errors/boot.ts';
import { createKoa } from '../http/pipeline.ts';
import { settleEvents } from '../http/record-event.ts';
import { CONNECTION_TIMEOUTS, type ConnectionTimeouts } from '../http/timeouts.ts';
import { startScheduler } from './scheduler.ts';
import { startPlugins } from './start-plugins.ts';

/**
 * Not an `import`, which reads every export of the module, including getters that load Node's whole `fetch`. That would take a
 * tenth of the startup time and 14 MB per process.
 */
const { createServer } = process.getBuiltinModule('node:http');

export interface Serving {
  /** `http://127.0.0.1:8000`, with the actual port. */
  readonly url: string;
  /**
   * Stops accepting connections, runs the `beforeClose` hooks, waits at most 10 s for open requests, then stops plugins in reverse
   * order. Safe to call twice.
   */
  close(options?: CloseOptions): Promise<void>;
}

export interface CloseOptions {
  /**
   * Whether `/readyz` first responds with 503 for `SHUTDOWN_GRACE` seconds while requests are still served, so that load balancers
   * stop sending requests before connections are refused. @defaultValue false
   */
  readonly grace?: boolean;
}

export interface ServeOptions {
  /** Time limits of a connection. */
  readonly timeouts?: ConnectionTimeouts;
  /** Whether scheduled tasks run in this process. @defaultValue true */
  readonly schedule?: boolean;
  /**
   * Connections beyond this limit are closed immediately: each costs memory, and any client can open as many as the system allows.
   * @defaultValue 5,000
   */
  readonly maxConnections?: number;
}

const DRAIN_MS = 10_000;
/** Time for the first request on a connection that was opened just before the server began to stop. */
const FIRST_BYTE_MS = 250;

/**
 * Starts the plugins and the scheduler, and listens.
 *
 * @throws RustioError `RIO-SERVE-PORT` if the port is in use, `RIO-SERVE-HOST` if the address cannot be used, `RIO-SERVE-START` if a
 *   plugin does not start in time.
 */
export async function serve(
  booted: Booted,
  address: { port: number; host: string },
  { timeouts = CONNECTION_TIMEOUTS, schedule = true, maxConnections = 5_000 }: ServeOptions = {},
): Promise<Serving> {
  const { app } = booted;
  const plugins = await startPlugins(booted, 'web');
  const scheduler = startScheduler(booted, 'web', { polls: schedule });
  const stop = async (): Promise<void> => {
    await scheduler.stop();
    await plugins.stop();
  };
  try {
    await app.records.refreshEstimates();
    const handle = createKoa(app, booted).callback();
    const server = createServer({ ...timeouts }, (request, response) => void handle(request, response));
    limitConnections(server, maxConnections);
    const drain = drainer(server);
    const closeAll = async (grace: boolean): Promise<void> => {
      // fault: ready-while-stopping
      booted.readiness.stop();
      const tasks = scheduler.stop();
      if (grace) await waitForBalancers(server, (app.environment.shutdownGrace ?? 0) * 1_000);
      // Stop accepting first: a client whose stream ends reconnects immediately, and must not reach this process again.
      await Promise.all([drain(), plugins.beforeClose(), tasks]);
      // fault: late-entries-lost
      await settleEvents(app);
      await stop();
    };
    const port = await listen(server, address);
    let closing: Promise<void> | undefined;
    return {
      url: httpUrl({ host: address.host, port }),
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

function limitConnections(server: Server, max: number): void {
  // fault: no-connection-limit
  server.maxConnections = max;
  // Otherwise, web processes that are all full pass the connection on to each other forever, which takes all of the CPU.
  // The types of Node do not declare it.
  // fault: full-processes-pass-on
  Object.assign(server, { dropMaxConnection: true });
  // Connections that clients keep for later make room for new ones, such as a health check's.
  // fault: idle-connections-take-all
  server.on('drop', () => server.closeIdleConnections());
}

function listen(server: Server, { port, host }: { port: number; host: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, { host, port })));
    server.listen(port, host, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound ? bound.port : port);
    });
  });
}

/**
 * Continues to serve for this time. Each response closes its connection, so that a proxy does not reuse an idle connection just as
 * the server closes it.
 */
async function waitForBalancers(server: Server, ms: number): Promise<void> {
  if (ms === 0) return;
  closeAfterResponse(server);
  await wait(ms);
}

function closeAfterResponse(server: Server): void {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
}

/** Stops accepting connections. Idle ones are closed immediately, busy ones after their response, and any others after 10 s. */
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
      // From now on, every response closes its connection, so that keep-alive does not delay the shutdown.
      closeAfterResponse(server);
      server.close(() => {
        clearTimeout(timeout);
        resolve();
      });
      server.closeIdleConnections();
      // Node counts a connection on which nothing was sent yet as busy, and browsers keep such spare connections open. The pause,
      // and one more turn of the event loop after it, allow data that was just sent to be read.
      const closeUnused = (): void => {
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      };
      setTimeout(() => setImmediate(closeUnused), FIRST_BYTE_MS).unref();
    });
}
