import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { App } from '../app.ts';
import type { Middleware } from './context.ts';

/** Another boot has another id: that is how an open page learns that a file was saved. */
const BOOT = randomUUID();

/** In development only: the stream that pages listen to, to reload themselves after a restart. */
export function devEvents(app: App): readonly Middleware[] {
  if (!app.dev) return [];
  const address = app.urls.to('/+dev');
  return [
    async (ctx, next) => {
      if (ctx.path !== address || ctx.method !== 'GET') return next();
      const stream = new PassThrough();
      // The browser asks again this soon after the server went away.
      stream.write(`retry: 200\ndata: ${BOOT}\n\n`);
      ctx.type = 'text/event-stream';
      ctx.body = stream;
    },
  ];
}
