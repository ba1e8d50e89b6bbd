import Koa from 'koa';
import type { App } from '../app.ts';
import type { StagedMiddleware } from '../plugin.ts';
import { accessLog } from './access-log.ts';
import { type Assets, serveAssets } from './assets.ts';
import type { Authenticator } from './authenticate.ts';
import { clientAddress } from './client-address.ts';
import { compressPages } from './compress.ts';
import type { Context, ContextProperties, Middleware, RequestState } from './context.ts';
import { correlationId } from './correlation.ts';
import { devEvents } from './dev-events.ts';
import { discardUnread } from './discard-rest.ts';
import { answerErrors } from './errors.ts';
import { health, type Readiness } from './health.ts';
import { metricsOf } from './metrics.ts';
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
  const metrics = metricsOf(app);
  return [
    ...(metrics ? [metrics.measure] : []),
    correlationId(app),
    accessLog(app),
    discardUnread(),
    answerErrors(app, at('on-error')),
    compressPages(),
    securityHeaders(app),
    serveAssets(app, assets),
    clientAddress(app),
    health(app, readiness),
    ...(metrics ? [metrics.page] : []),
    ...devEvents(app),
    ...at('before-route'),
    routerFor(app, parts),
    answerMissed(app, authenticators),
  ];
}

/** The Koa application that runs the pipeline. */
export function createKoa(app: App, parts: PipelineParts): Koa<RequestState, ContextProperties> {
  const koa = new Koa<RequestState, ContextProperties>();
  koa.on('error', (error: unknown, ctx?: Context) => logAfterResponse(app, error, ctx));
  for (const step of pipeline(app, parts)) koa.use(step);
  return koa;
}

/** What Node calls a client that went away while we wrote to it, or that went on sending what is not HTTP. */
const CLIENT_ERROR = /^(?:ECONNRESET|EPIPE|ECANCELED|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+)$/;

/**
 * Errors before the response are answered inside the pipeline; what arrives here happened once it had begun: a stream of ours
 * that failed halfway, or a client that went away. Koa has closed the connection, so that nobody takes the half for the whole.
 */
function logAfterResponse(app: App, error: unknown, ctx?: Context): void {
  const about = { err: error, id: ctx?.state.correlationId, path: ctx?.path };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (CLIENT_ERROR.test(code)) app.log.debug(about, 'the client closed the connection');
  else app.log.error(about, 'the response failed after it had begun');
}
