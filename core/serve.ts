import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Booted } from './boot.ts';
import { RustioError } from './errors.ts';
import { PATIENCE, type Patience } from './http/patience.ts';
import { createKoa } from './http/pipeline.ts';
import { startPlugins } from './start-plugins.ts';
import { startUpkeep } from './upkeep.ts';

/**
 * Not by `import`: that reads every export of the module at once, also those which load Node's whole `fetch` when they are
 * touched. It would cost each start a tenth of its time, and each process 14 MB.
 */
const { createServer } = process.getBuiltinModule('node:http');

export interface Serving {
  /** `http://127.0.0.1:8000`, with the port that was really taken. */
  readonly url: string;
  /**
   * Stops accepting, lets running requests finish for at most 10 s, then closes plugins in reverse order. Safe to call twice.
   */
  close(): Promise<void>;
}

const DRAIN_MS = 10_000;

/**
 * Starts the plugins and listens. `patience`: how long a connection may take to say what it wants.
 *
 * @throws RustioError `RIO-SERVE-PORT` when the port is taken, `RIO-SERVE-START` when a plugin does not come up.
 */
export async function serve(
  booted: Booted,
  at: { port: number; host: string },
  patience: Patience = PATIENCE,
): Promise<Serving> {
  const { app } = booted;
  const plugins = await startPlugins(app, 'web', booted.timings);
  const stopUpkeep = startUpkeep(app);
  const stop = async (): Promise<void> => {
    await stopUpkeep();
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
        closing ??= plugins.beforeClose().then(drain).then(stop);
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
      // Node counts a connection that has said nothing yet as busy; browsers keep such spare ones open.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    });
}

/** Also for whoever wants to know before the boot. */
export function portTaken(port: number): RustioError {
  const next = port < 65_535 ? port + 1 : 8_001;
  return new RustioError('RIO-SERVE-PORT', {
    problem: `Port ${port} is taken.`,
    why: 'Another program listens there; perhaps this application is running already.',
    fix: `Stop the other program, or choose another port: PORT=${next} in .env, or "npm run dev -- --port ${next}".`,
    retry: 'After the change.',
  });
}
