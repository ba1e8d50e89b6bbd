import Koa, { type Middleware as KoaMiddleware } from 'koa';
import type { App } from '../app.ts';
import type { StagedMiddleware } from '../plugin.ts';
import { accessLog } from './access-log.ts';
import { type Assets, serveAssets } from './assets.ts';
import type { Authenticator } from './authenticate.ts';
import { clientAddress } from './client-address.ts';
import { compressPages } from './compress.ts';
import type { Middleware } from './context.ts';
import { correlationId } from './correlation.ts';
import { devEvents } from './dev-events.ts';
import { discardUnread } from './discard-rest.ts';
import { answerErrors } from './errors.ts';
import { health, type Readiness } from './health.ts';
import { answerMissed, routerFor } from './router.ts';
import { securityHeaders } from './security-headers.ts';

/** What the pipeline needs beside the application itself. */
export interface PipelineParts {
  readonly assets: Assets;
  readonly readiness: Readiness;
  readonly authenticators: readonly Authenticator[];
  /** What plugins put into the pipeline, in their order. */
  readonly middleware: readonly StagedMiddleware[];
}

/**
 * What happens to a request, in this order. What happens on a route is its own stack: see `stackOf` in `router.ts`. 404 and 405
 * pass through everything above the router.
 */
export function pipeline(app: App, parts: PipelineParts): readonly Middleware[] {
  const { assets, authenticators, readiness, middleware } = parts;
  const at = (stage: StagedMiddleware['stage']) =>
    middleware.filter((each) => each.stage === stage).map(({ run }) => run);
  return [
    correlationId(app),
    accessLog(app),
    discardUnread(),
    answerErrors(app, at('on-error')),
    compressPages(),
    securityHeaders(app),
    serveAssets(app, assets),
    clientAddress(app),
    health(app, readiness),
    ...devEvents(app),
    ...at('before-route'),
    routerFor(app, parts),
    answerMissed(app, authenticators),
  ];
}

/** The Koa application that runs the pipeline. */
export function createKoa(app: App, parts: PipelineParts): Koa {
  const koa = new Koa();
  // Every error is answered inside the pipeline; what still arrives here is a socket that broke while we wrote to it.
  koa.on('error', (error: unknown) => app.log.debug({ err: error }, 'connection error'));
  // Koa types a middleware by the state of the whole application; ours is laid out by the first one of the list.
  for (const step of pipeline(app, parts)) koa.use(step as unknown as KoaMiddleware);
  return koa;
}
