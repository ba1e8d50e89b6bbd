import { createHash, timingSafeEqual } from 'node:crypto';
import type { App } from '../app.ts';
import { EXPOSITION_TYPE, expose } from '../metrics/exposition.ts';
import { pluginMetrics } from '../metrics/plugin-metrics.ts';
import { ProcessMetrics } from '../metrics/process-metrics.ts';
import { RequestMetrics } from '../metrics/request-metrics.ts';
import type { Middleware } from './context.ts';

/** Which of the processes of `rustio-admin start --workers` this is, from 1 on. */
export const WORKER_VARIABLE = 'RUSTIO_WORKER';

export interface Metrics {
  /** Counts requests: in front of everything. */
  readonly measure: Middleware;
  /** `/metrics`, for clients that send `METRICS_TOKEN` as a bearer token; others get 404. */
  readonly page: Middleware;
}

/** Undefined without a `METRICS_TOKEN`: then nothing is counted, and the page does not exist. */
export function metricsOf(app: App): Metrics | undefined {
  const { metricsToken } = app.environment;
  if (metricsToken === undefined) return undefined;
  const expected = digest(`Bearer ${metricsToken}`);
  // Under `start --workers` each scrape reaches one of several processes: without a label, counters would seem to go back.
  const worker = app.environment.variables[WORKER_VARIABLE];
  const common = worker === undefined ? {} : { worker };
  const requests = new RequestMetrics();
  const ofProcess = new ProcessMetrics(app);
  return {
    measure: requests.measure(),
    async page(ctx, next) {
      const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
      // Digests are of one length, so that the comparison takes the same time for every token.
      const isAllowed = timingSafeEqual(digest(ctx.get('authorization')), expected);
      if (ctx.path !== '/metrics' || !isRead || !isAllowed) return next();
      const families = [...requests.families(), ...ofProcess.families(), ...(await pluginMetrics(app))];
      const reject = (metric: string, reason: string) => app.log.error({ metric, reason }, 'a metric was left out');
      const text = expose(families, { common, reject });
      ctx.set('content-type', EXPOSITION_TYPE);
      ctx.set('cache-control', 'no-store');
      ctx.body = text;
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
