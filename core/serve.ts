import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Booted } from './boot.ts';
import { RustioError } from './errors.ts';
import { PATIENCE, type Patience } from './http/patience.ts';
import { createKoa } from './http/pipeline.ts';
import { startScheduler } from './scheduler.ts';
import { startPlugins } from './start-plugins.ts';

/**
 * Not by `import`: that reads every export of the module at once, also those which load Node's whole `fetch` when they are
 * touched. It would cost each start a tenth of its time, and each process 14 MB.
 */
const { createServer } = process.getBuiltinModule('node:http');

export interface Serving {
  /** `http://127.0.0.1:8000`, with the port that was really taken. */
  readonly url: string;
  /**
   * Stops accepting, runs the `beforeClose` hooks, lets open requests finish for at most 10 s, then stops plugins in reverse
   * order. Safe to call twice.
   */
  close(): Promise<void>;
}

export interface ServeOptions {
  /** How long a connection may take for its part. */
  readonly patience?: Patience;
  /** Whether scheduled tasks run in this process. @defaultValue true */
  readonly schedule?: boolean;
}

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
  at: { port: number; host: string },
  { patience = PATIENCE, schedule = true }: ServeOptions = {},
): Promise<Serving> {
  const { app } = booted;
  const plugins = await startPlugins(app, 'web', booted.timings);
  const scheduler = startScheduler(app, 'web', { polls: schedule });
  const stop = async (): Promise<void> => {
    await scheduler.stop();
    await plugins.stop();
  };
  try {
    await app.records.refreshEstimates();
    const handle = createKoa(app, booted).callback();
    const server = createServer({ ...patience }, (request, response) => void handle(request, response));
    const drain = drainer(server);
    const port = await listen(server, at);
    let closing: Promise<void> | undefined;
    return {
      url: `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`,
      close() {
        // Accepting ends first: a client whose stream ends connects again at once, and not to this process.
        closing ??= Promise.all([drain(), plugins.beforeClose(), scheduler.stop()]).then(stop);
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
    server.once('error', (error) => reject('code' in error && error.code === 'EADDRINUSE' ? portTaken(port) : error));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Stops accepting at once; idle connections are closed, busy ones when their answer is out, all after the time is up. */
function drainer(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () =>
    new Promise((resolve) => {
      const late = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, DRAIN_MS);
      // From now on every answer says that its connection ends, so that keep-alive cannot hold us.
      server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
      server.close(() => {
        clearTimeout(late);
        resolve();
      });
      server.closeIdleConnections();
      // Node counts a connection that has said nothing yet as busy; browsers keep such spare ones open. What was sent just now
      // is still to be read: hence the pause, and one more turn of the event loop behind it.
      const closeUnused = (): void => {
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      };
      setTimeout(() => setImmediate(closeUnused), FIRST_BYTE_MS).unref();
    });
}

/** Also for whoever wants to know before the boot. */
export function portTaken(port: number): RustioError {
  const next = port < 65_535 ? port + 1 : 8_001;
  return new RustioError('RIO-SERVE-PORT', {
    problem: `Port ${port} is taken.`,
    why: 'Another program listens there; perhaps this application is running already.',
    fix: `Stop the other program, or choose another port: PORT=${next} in .env, or "--port ${next}" behind the command (with npm: "-- --port ${next}").`,
    retry: 'After the change.',
  });
}
