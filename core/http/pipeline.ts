import Koa from 'koa';
import type { App } from '../app.ts';
import type { Context, ContextProperties, Middleware, RequestState, StagedMiddleware } from '../request/context.ts';
import { answerErrors } from './answer-errors.ts';
import { type Assets, serveAssets } from './assets.ts';
import type { Authenticator } from './authenticate.ts';
import { discardUnread } from './body-parser.ts';
import { compressPages } from './compress.ts';
import { debugRequests } from './debug-requests.ts';
import { health, type Readiness } from './health.ts';
import { devEvents } from './live-reload.ts';
import { createMetrics, type MetricsSource } from './metrics/metrics.ts';
import type { ScopeOf } from './request-scope.ts';
import { accessLog, clientAddress, correlationId } from './request-state.ts';
import type { Route } from './route.ts';
import { answerUnmatched, routerFor } from './router.ts';
import { securityHeaders } from './security-headers.ts';

/** What the pipeline needs in addition to the application. */
export interface PipelineParts {
  readonly assets: Assets;
  readonly readiness: Readiness;
  readonly routes: readonly Route[];
  /** The `scope` hooks of plugins. */
  readonly scopes: readonly ScopeOf[];
  readonly metrics: readonly MetricsSource[];
  readonly authenticators: readonly Authenticator[];
  /** The middleware of plugins, in order. */
  readonly middleware: readonly StagedMiddleware[];
}

/**
 * The middleware of every request, in order. Routes have their own stacks: see `buildStack` in `router.ts`. Requests that end in
 * 404 or 405 also pass through everything before the router.
 */
export function pipeline(app: App, parts: PipelineParts): readonly Middleware[] {
  const { assets, authenticators, readiness, middleware } = parts;
  const at = (stage: StagedMiddleware['stage']) =>
    middleware.filter((each) => each.stage === stage).map(({ run }) => run);
  const metrics = createMetrics(app, parts.metrics);
  return [
    ...(metrics ? [metrics.measure] : []),
    correlationId(app),
    accessLog(app),
    ...debugRequests(app),
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
    answerUnmatched(app, authenticators),
  ];
}

/** The Koa application that runs the pipeline. */
export function createKoa(app: App, parts: PipelineParts): Koa<RequestState, ContextProperties> {
  const koa = new Koa<RequestState, ContextProperties>();
  koa.on('error', (error: unknown, ctx?: Context) => logAfterResponse(app, error, ctx));
  for (const step of pipeline(app, parts)) koa.use(step);
  return koa;
}

/** Node's error codes for a client that disconnected during the response, or that sent something other than HTTP. */
const CLIENT_ERROR = /^(?:ECONNRESET|EPIPE|ECANCELED|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+)$/;

/**
 * Logs errors that happen after the response has begun: a stream failed halfway, or the client disconnected. Earlier errors are
 * handled inside the pipeline. Koa has closed the connection, so that clients do not take the partial response for a complete one.
 */
function logAfterResponse(app: App, error: unknown, ctx?: Context): void {
  const entry = { err: error, id: ctx?.state.correlationId, path: ctx?.path };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (CLIENT_ERROR.test(code)) app.log.debug(entry, 'the client closed the connection');
  else app.log.error(entry, 'the response failed after it had begun');
}
