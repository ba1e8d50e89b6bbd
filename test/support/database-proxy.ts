import { createServer, connect as dial, type Socket } from 'node:net';
import type { TestAppOptions } from './app.ts';
import { afterAllSuites } from './suite.ts';

/** A proxy to the database that counts statements and whose connections can be cut. */
export interface DatabaseProxy {
  /** The URL of the same database, through the proxy. */
  readonly url: string;
  /** The number of statements sent since the last call. */
  statements(): number;
  /** The number of bytes received from the server since the last call. */
  received(): number;
  /** Closes all connections and refuses new ones, as if the server had died. */
  cut(): Promise<void>;
  /** Accepts connections again. */
  restore(): Promise<void>;
  /** Existing connections stay open but nothing arrives any more, as if a firewall had dropped them. New connections work. */
  drop(): void;
  /** The same for all connections, including new ones, until `resume`: as if the server were paused. */
  stall(): void;
  /** New connections sign in, but get no other response: as if a pooler had no server connection for them. */
  stallNew(): void;
  /** The next statement with this text reaches the server, but then its connection is silent or closed. */
  loseResponse(text: string, how: 'silent' | 'closed'): void;
  /**
   * After this many more statements, the connection that sends the next one is closed before the server receives it, as if the process had
   * been killed there. The returned function cancels this, and reports whether it has happened.
   */
  breakAfter(statements: number): () => boolean;
  /** From now on, the nth statement reaches the server and is executed; `work` runs in place of the delivery of its response. */
  inPlaceOfResponse(n: number, work: () => void): void;
  resume(): void;
}

export interface ProxyOptions {
  /** Announces its own process IDs, like a pooler. */
  readonly asPooler?: boolean;
}

export async function databaseProxy(target: string, { asPooler = false }: ProxyOptions = {}): Promise<DatabaseProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let count = 0;
  let bytes = 0;
  let stalled: 'connections' | 'statements' | undefined;
  let left: number | undefined;
  let hasBroken = false;
  let awaited: { remaining: number; readonly work: () => void } | undefined;
  let lost: { readonly text: string; readonly how: 'silent' | 'closed' } | undefined;
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
        count += more;
        if (left === undefined) return;
        left -= more;
        if (left >= 0) return;
        left = undefined;
        hasBroken = true;
        // Before the data is passed on: this listener comes first.
        for (const socket of pair) socket.destroy();
      }),
    );
    client.on(
      'data',
      executions((more) => {
        if (awaited === undefined) return;
        awaited.remaining -= more;
        if (awaited.remaining > 0) return;
        const { work } = awaited;
        awaited = undefined;
        upstream.unpipe(client);
        upstream.on('data', (data) => {
          if (READY_IN_ANY_STATE.some((ready) => data.subarray(-READY.length).equals(ready))) work();
        });
        upstream.resume(); // `unpipe` pauses it
      }),
    );
    upstream.on('data', ({ length }) => {
      bytes += length;
    });
    client.on('data', (data) => {
      if (lost === undefined || !data.includes(lost.text)) return;
      if (lost.how === 'silent') silence(upstream);
      else upstream.prependOnceListener('data', () => client.destroy());
      lost = undefined;
    });
    client.pipe(upstream);
    if (asPooler) upstream.on('data', (data) => client.write(withOwnProcessId(data)));
    else upstream.pipe(client);
    if (stalled === 'connections') silence(client);
    let isNew = true;
    upstream.on('data', (data) => {
      if (!isNew || !data.subarray(-READY.length).equals(READY)) return;
      isNew = false;
      if (stalled === 'statements') for (const each of pair) silence(each);
    });
  });
  const silence = (socket: Socket): void => {
    socket.unpipe();
    socket.pause();
  };
  const listen = (at: number): Promise<void> => new Promise((done) => server.listen(at, '127.0.0.1', done));
  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const address = server.address();
  const proxyPort = typeof address === 'object' && address !== null ? address.port : 0;
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(proxyPort);
  afterAllSuites(cut);
  return {
    url: url.href,
    statements() {
      const sent = count;
      count = 0;
      return sent;
    },
    received() {
      const sent = bytes;
      bytes = 0;
      return sent;
    },
    cut,
    restore: () => listen(proxyPort),
    drop() {
      for (const socket of sockets) silence(socket);
    },
    stall() {
      stalled = 'connections';
      for (const socket of sockets) silence(socket);
    },
    stallNew() {
      stalled = 'statements';
    },
    inPlaceOfResponse(n, work) {
      awaited = { remaining: n, work };
    },
    loseResponse(text, how) {
      lost = { text, how };
    },
    breakAfter(statements) {
      left = statements;
      hasBroken = false;
      return () => {
        left = undefined;
        return hasBroken;
      };
    },
    resume() {
      stalled = undefined;
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * Opens an application whose connections to its database go through a proxy.
 *
 * @example
 * const { app, proxy } = await throughProxy((options) => testApp(config, options));
 */
export async function throughProxy<App>(
  open: (options: Required<Pick<TestAppOptions, 'connectVia'>>) => Promise<App>,
): Promise<{ readonly app: App; readonly proxy: DatabaseProxy }> {
  const started = Promise.withResolvers<DatabaseProxy>();
  const app = await open({
    async connectVia(url) {
      const proxy = await databaseProxy(url);
      started.resolve(proxy);
      return proxy.url;
    },
  });
  return { app, proxy: await started.promise };
}

/** BackendKeyData: type, length, process ID, secret. It is sent once and arrives together with the messages around it. */
const KEY_DATA = Buffer.from([0x4b, 0, 0, 0, 12]);

function withOwnProcessId(data: Buffer): Buffer {
  const at = data.indexOf(KEY_DATA);
  if (at >= 0) data.writeInt32BE(1, at + KEY_DATA.length);
  return data;
}

/** ReadyForQuery outside a transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** The same within a transaction, and within one that has failed. */
const READY_IN_ANY_STATE = ['I', 'T', 'E'].map((state) => Buffer.concat([READY.subarray(0, -1), Buffer.from(state)]));

const EXECUTE = 'E'.charCodeAt(0);
const SIMPLE_QUERY = 'Q'.charCodeAt(0);
const HEADER = 5;

/**
 * Parses what a client sends to PostgreSQL: messages with a type, a length that includes itself, and a body. Only the first one,
 * the startup packet, has no type. Every Execute and every simple query counts as a statement.
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
