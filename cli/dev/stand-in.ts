import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Failure } from './failure.ts';
import { FAILURE_POLICY, failurePage } from './failure-page.ts';

/**
 * Answers in the place of a server that does not come up: to every request the page that says why. Open pages of the
 * application listen for another boot; to them this is one, and so they come here by themselves.
 */
export class StandIn {
  readonly #server: ReturnType<typeof createServer>;

  private constructor(failure: Failure) {
    const page = failurePage(failure);
    const boot = randomUUID();
    this.#server = createServer((request, response) => answer(request, response, page, boot));
  }

  /** Undefined where it cannot listen: perhaps a taken port is the very failure. */
  static async open(failure: Failure, at: { port: number; host: string }): Promise<StandIn | undefined> {
    const standIn = new StandIn(failure);
    const listens = await new Promise<boolean>((resolve) => {
      standIn.#server.once('error', () => resolve(false));
      standIn.#server.listen(at.port, at.host, () => resolve(true));
    });
    return listens ? standIn : undefined;
  }

  /** Frees the port at once, whoever listens for the next boot. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

function answer(request: IncomingMessage, response: ServerResponse, page: string, boot: string): void {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  if (request.headers.accept === 'text/event-stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // As the application does: the browser asks again this soon after we went away.
    response.write(`retry: 200\ndata: ${boot}\n\n`);
    return;
  }
  response.writeHead(500, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': FAILURE_POLICY });
  response.end(request.method === 'HEAD' ? undefined : page);
}
