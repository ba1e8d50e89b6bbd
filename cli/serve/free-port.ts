import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { listenError, portTaken } from '../../core/errors/boot.ts';

/**
 * Below the ephemeral range (which starts at 32,768 on Linux and 49,152 elsewhere): between this check and listening, or between
 * two starts of `dev`, an outgoing connection could take an ephemeral port.
 */
const MIN_PORT = 20_000;
const MAX_PORT = 32_767;
const ATTEMPTS = 50;

/**
 * The port to listen on: the requested one, or a free one if 0 was requested. It must be known before startup, because the
 * application's URL depends on it, and because a port in use should be reported before any tables or rows are created.
 *
 * @throws RIO-SERVE-PORT, RIO-SERVE-HOST
 */
export async function resolvePort(port: number, host: string): Promise<number> {
  if (port !== 0) {
    if ((await probePort(port, host)) === undefined) throw portTaken({ port });
    return port;
  }
  // Otherwise, the name of an unknown host would be looked up once per attempt.
  const ephemeral = await probePort(0, host);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const free = await probePort(randomInt(MIN_PORT, MAX_PORT + 1), host).catch(() => undefined);
    if (free !== undefined) return free;
  }
  // None is available: use an ephemeral port.
  return ephemeral ?? 0;
}

/** The port if it can be listened on; undefined if it is in use. */
async function probePort(port: number, host: string): Promise<number | undefined> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(false);
      else reject(listenError(error, { host, port }));
    });
    server.listen(port, host, () => resolve(true));
  });
  if (!listens) return undefined;
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : port;
}
