import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { portTaken } from '../../core/serve.ts';

/**
 * From below the range out of which systems give ports to connections (32,768 on Linux, 49,152 elsewhere): between this look
 * and the listening, and between two boots of `dev`, somebody's connection would take one of those.
 */
const LOWEST = 20_000;
const HIGHEST = 32_767;
const TRIES = 50;

/**
 * The port to listen on: the one that was asked for, or a free one for 0. It must be known before the boot, since the
 * application's own address follows from it; and a taken one is told before tables and rows are made.
 *
 * @throws RIO-SERVE-PORT
 */
export async function portFor(port: number, host: string): Promise<number> {
  if (port !== 0) {
    if ((await listenOnce(port, host)) === undefined) throw portTaken(port);
    return port;
  }
  for (let tried = 0; tried < TRIES; tried += 1) {
    const free = await listenOnce(randomInt(LOWEST, HIGHEST + 1), host).catch(() => undefined);
    if (free !== undefined) return free;
  }
  // All of them are kept from us: then one of those that connections get is better than none.
  return (await listenOnce(0, host)) ?? 0;
}

/** The port on which it could listen; undefined when it is taken. */
async function listenOnce(port: number, host: string): Promise<number | undefined> {
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
