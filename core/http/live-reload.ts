import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { App } from '../app.ts';
import type { Middleware } from '../request/context.ts';

/** Each start has a new ID. Open pages reload when it changes. */
const BOOT = randomUUID();

/** Only in development: the event stream that makes pages reload after a restart. */
export function devEvents(app: App): readonly Middleware[] {
  if (!app.dev) return [];
  const path = app.urls.to('/+dev');
  return [
    async (ctx, next) => {
      if (ctx.path !== path || ctx.method !== 'GET') return next();
      const stream = new PassThrough();
      // Milliseconds after which the browser reconnects once the server is gone.
      stream.write(`retry: 200\ndata: ${BOOT}\n\n`);
      ctx.type = 'text/event-stream';
      ctx.body = stream;
    },
  ];
}
