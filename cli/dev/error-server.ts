import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { escapeHtml } from '../../core/view/escape.ts';
import type { Failure } from './failure.ts';

// Everything is inline, because no application is running that could serve a style sheet.
const STYLE = `
body { margin: 0 auto; max-width: 46rem; padding: 3rem 1.5rem; font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; color-scheme: light dark; }
h1 { font-size: 1.35rem; } dt { margin-top: 1rem; font-weight: 600; } dd { margin: 0; }
pre { white-space: pre-wrap; padding: .75rem 1rem; border: 1px solid; border-radius: .4rem; font-size: .875rem; } footer { margin-top: 2rem; opacity: .7; }`;

/** Reloads when another server responds. If a server has no event stream, it is the repaired application. */
const SCRIPT = `
let first;
const events = new EventSource('/+dev');
const reload = () => { events.close(); location.replace(location.pathname + location.search); };
events.onmessage = ({ data }) => { if (first !== undefined && first !== data) reload(); first = data; };
events.onerror = () => { if (events.readyState === EventSource.CLOSED) reload(); };
addEventListener('pagehide', () => events.close());`;

const cspHash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Allows only the script and style of this page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  `script-src ${cspHash(SCRIPT)}`,
  `style-src ${cspHash(STYLE)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Runs in place of a server that fails to start, and responds to every request with a page that shows the error. Pages of the
 * application that are still open treat it as a restart, so they reload and show the error.
 */
export class ErrorServer {
  readonly #server: ReturnType<typeof createServer>;

  private constructor(failure: Failure) {
    const page = failurePage(failure);
    const startId = randomUUID();
    this.#server = createServer((request, response) => respond(request, response, page, startId));
  }

  /** Undefined if it cannot listen: the error may be that the port is in use. */
  static async open(failure: Failure, at: { port: number; host: string }): Promise<ErrorServer | undefined> {
    const errorServer = new ErrorServer(failure);
    const listens = await new Promise<boolean>((resolve) => {
      errorServer.#server.once('error', () => resolve(false));
      errorServer.#server.listen(at.port, at.host, () => resolve(true));
    });
    return listens ? errorServer : undefined;
  }

  /** Frees the port immediately by closing the connections of pages that wait for the next start. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

function respond(request: IncomingMessage, response: ServerResponse, page: string, startId: string): void {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  if (request.headers.accept === 'text/event-stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // As in the application, `retry` is the number of milliseconds after which the browser reconnects.
    response.write(`retry: 200\ndata: ${startId}\n\n`);
    return;
  }
  response.writeHead(500, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
  });
  response.end(request.method === 'HEAD' ? undefined : page);
}

/** The page with the same text as in the terminal. */
function failurePage({ problem, why, details, fix, retry, code }: Failure): string {
  const lines = details.length === 0 ? '' : `<pre>${escapeHtml(details.join('\n'))}</pre>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not running</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(problem)}</h1>
<dl>
<dt>Why</dt><dd>${escapeHtml(why)}${lines}</dd>
<dt>Fix</dt><dd>${escapeHtml(fix)}</dd>
${retry === '' ? '' : `<dt>Retry</dt><dd>${escapeHtml(retry)}</dd>\n`}</dl>
</main>
<footer>${code === '' ? '' : `<code>${escapeHtml(code)}</code> · `}The project is not running. This page reloads automatically after the next file change.</footer>
<script type="module">${SCRIPT}</script>
</body>
</html>
`;
}
