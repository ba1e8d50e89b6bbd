import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { portTaken } from '../../core/errors/boot.ts';

/**
 * From below the ephemeral range (32,768 on Linux, 49,152 elsewhere): between this check and the listening, and between two
 * boots of `dev`, a connection could take a port of that range.
 */
const MIN_PORT = 20_000;
const MAX_PORT = 32_767;
const ATTEMPTS = 50;

/**
 * The port to listen on: the requested one, or a free one for 0. It must be determined before startup, since the application's
 * own URL depends on it; and a taken port is reported before tables and rows are created.
 *
 * @throws RIO-SERVE-PORT
 */
export async function resolvePort(port: number, host: string): Promise<number> {
  if (port !== 0) {
    if ((await probePort(port, host)) === undefined) throw portTaken({ port });
    return port;
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const free = await probePort(randomInt(MIN_PORT, MAX_PORT + 1), host).catch(() => undefined);
    if (free !== undefined) return free;
  }
  // All of them are unavailable: an ephemeral port is better than none.
  return (await probePort(0, host)) ?? 0;
}

/** The port on which it could listen; undefined if it is taken. */
async function probePort(port: number, host: string): Promise<number | undefined> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(port, host, () => resolve(true));
  });
  if (!listens) return undefined;
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : port;
}
