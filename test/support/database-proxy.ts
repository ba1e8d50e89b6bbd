import { createServer, connect as dial, type Socket } from 'node:net';
import { afterAllSuites } from './suite.ts';

/** A way to the database that counts what goes over it, and that can be cut. */
export interface DatabaseProxy {
  /** The same database, by this way. */
  readonly url: string;
  /** How many statements were sent since the last call. */
  statements(): number;
  /** From now on nobody gets through, and those who were, are thrown out: as when the server dies. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function databaseProxy(target: string): Promise<DatabaseProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let counted = 0;
  const server = createServer((client) => {
    const upstream = dial(Number(port), hostname);
    const pair = [client, upstream];
    for (const socket of pair) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        for (const each of pair) each.destroy();
      });
    }
    client.on(
      'data',
      executions((more) => {
        counted += more;
      }),
    );
    client.pipe(upstream);
    upstream.pipe(client);
  });
  const listen = (at: number): Promise<void> => new Promise((done) => server.listen(at, '127.0.0.1', done));
  const shut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(own);
  afterAllSuites(shut);
  return {
    url: url.href,
    statements() {
      const sent = counted;
      counted = 0;
      return sent;
    },
    cut: shut,
    mend: () => listen(own),
  };
}

const EXECUTE = 'E'.charCodeAt(0);
const SIMPLE_QUERY = 'Q'.charCodeAt(0);
const HEADER = 5;

/**
 * Reads what a client sends to PostgreSQL: messages of a type, a length that counts itself, and a body; only the first, the
 * startup packet, has no type. Every Execute and every simple query is a statement.
 */
function executions(count: (more: number) => void): (data: Buffer) => void {
  let rest = Buffer.alloc(0);
  let started = false;
  return (data) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const header = started ? HEADER : HEADER - 1;
      if (rest.length < header) return;
      const length = rest.readInt32BE(header - 4) + (started ? 1 : 0);
      if (rest.length < length) return;
      const type = rest[0];
      if (started && (type === EXECUTE || type === SIMPLE_QUERY)) count(1);
      rest = rest.subarray(length);
      started = true;
    }
  };
}
