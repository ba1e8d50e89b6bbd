/** A load balancer for several processes: it checks `/readyz` and distributes requests among the processes that are ready. */
import { Agent, createServer, get, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAllSuites } from './suite.ts';

export interface Balancer {
  readonly url: string;
  /** The ports that were ready at the last check. */
  readonly ready: ReadonlySet<number>;
  /** Requests that got no complete response. The balancer never retries a request. */
  readonly failures: readonly string[];
  close(): Promise<void>;
}

const CHECK_MS = 200;
/**
 * A busy process responds slowly; only a process that reports being not ready, or refuses the connection, counts as not ready.
 */
const CHECK_TIMEOUT_MS = 5_000;

/** Balances between ports of this machine. It keeps connections open, like a proxy. */
export async function balancer(ports: readonly number[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set<number>();
  const failures: string[] = [];
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    const isReadyNow = ports.filter((port) => ready.has(port));
    // Like a proxy: if none is ready, one of them may still respond.
    const choices = isReadyNow.length > 0 ? isReadyNow : ports;
    const port = choices[turn++ % choices.length] ?? 0;
    const failed = (error: Error): void => {
      failures.push(`${incoming.method} ${incoming.url} on ${port}: ${error.message}`);
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end();
    };
    forward({ incoming, outgoing, port, agent }, failed);
  });
  let isOpen = true;
  const check = async (port: number): Promise<void> => {
    while (isOpen) {
      const answer = await readiness(port);
      if (answer === 'ready') ready.add(port);
      else if (answer === 'not ready') ready.delete(port);
      await wait(CHECK_MS);
    }
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const checks = ports.map(check);
  const close = async (): Promise<void> => {
    isOpen = false;
    agent.destroy();
    server.closeAllConnections();
    server.close();
    await Promise.all(checks);
  };
  afterAllSuites(close);
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    ready,
    failures,
    close,
  };
}

interface Forwarded {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly port: number;
  readonly agent: Agent;
}

function forward({ incoming, outgoing, port, agent }: Forwarded, failed: (error: Error) => void): void {
  const { method, url, headers } = incoming;
  const { connection: _, ...others } = headers;
  const sent = request({ agent, host: '127.0.0.1', port, method, path: url, headers: others }, (response) => {
    const { connection: __, 'keep-alive': ___, ...kept } = response.headers;
    outgoing.writeHead(response.statusCode ?? 502, kept);
    response.pipe(outgoing);
    response.on('error', failed);
  });
  sent.on('error', failed);
  incoming.pipe(sent);
}

function readiness(port: number): Promise<'ready' | 'not ready' | 'no answer'> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/readyz', timeout: CHECK_TIMEOUT_MS, agent: false };
    const sent = get(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? 'ready' : 'not ready');
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', ({ message }) => resolve(message === 'no answer' ? 'no answer' : 'not ready'));
  });
}
