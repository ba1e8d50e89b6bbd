import { createServer } from 'node:net';
import { portTaken } from '../../core/serve.ts';

/**
 * The port to listen on: the one that was asked for, or a free one for 0. It must be known before the boot, since the
 * application's own address follows from it; and a taken one is told before tables and rows are made.
 *
 * @throws RIO-SERVE-PORT
 */
export async function portFor(port: number, host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject('code' in error && error.code === 'EADDRINUSE' ? portTaken(port) : error));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : port;
}
