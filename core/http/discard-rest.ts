import type { IncomingMessage } from 'node:http';
import type { Middleware } from './context.ts';

const MOST_BYTES = 50_000_000;
const MOST_MS = 10_000;

/**
 * Takes what is still coming of a refused body off the line and throws it away: a browser shows an answer only when it could
 * send all that it had to. There is an end to that, for whoever sends without one.
 */
export function discardRest(request: IncomingMessage): void {
  let left = MOST_BYTES;
  const late = setTimeout(() => request.destroy(), MOST_MS);
  late.unref();
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  // A broken connection was told by whoever read the body.
  request.on('error', () => {});
  request.once('close', () => clearTimeout(late));
  request.once('end', () => clearTimeout(late));
  request.resume();
}

/** The same for a body that nobody has begun to read, because an answer was found without it: no such address, no right. */
export function discardUnread(): Middleware {
  return async ({ req }, next) => {
    try {
      await next();
    } finally {
      if (!req.complete && req.readableFlowing === null) discardRest(req);
    }
  };
}
