import { createServer } from 'node:net';

/**
 * The port to listen on: the one that was asked for, or a free one for 0. It must be known before the boot, since the
 * application's own address follows from it.
 */
export async function portFor(port: number, host: string): Promise<number> {
  if (port !== 0) return port;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : port;
}
