import { createHash, timingSafeEqual } from 'node:crypto';
import type { App } from '../../app.ts';
import { withTimeout } from '../../base/timeout.ts';
import type { Middleware } from '../../request/context.ts';
import { EXPOSITION_TYPE, expose, type MetricFamily } from './exposition.ts';
import { ProcessMetrics } from './process-metrics.ts';
import { RequestMetrics } from './request-metrics.ts';

/** The number of this process under `rustio-admin start --workers`, from 1. */
export const WORKER_VARIABLE = 'RUSTIO_WORKER';

/** A metric of a plugin, in Prometheus' terms. */
export interface Metric {
  /** `rustio_jobs_waiting`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The `metrics` hook of a plugin. */
export interface MetricsSource {
  readonly plugin: string;
  readonly metrics: (app: App) => Promise<readonly Metric[]> | readonly Metric[];
}

interface Metrics {
  /** Counts requests; runs before everything else. */
  readonly measure: Middleware;
  /** `/metrics`, for clients that send `METRICS_TOKEN` as a bearer token; others get 404. */
  readonly page: Middleware;
}

/** Undefined without a `METRICS_TOKEN`: nothing is counted then, and the endpoint does not exist. */
export function createMetrics(app: App, sources: readonly MetricsSource[]): Metrics | undefined {
  const { metricsToken } = app.environment;
  if (metricsToken === undefined) return undefined;
  const expected = digest(`Bearer ${metricsToken}`);
  // Under `start --workers`, each scrape reaches one of several processes. Without this label, counters would seem to decrease.
  const worker = app.environment.variables[WORKER_VARIABLE];
  const common = worker === undefined ? {} : { worker };
  const requests = new RequestMetrics();
  const processMetrics = new ProcessMetrics(app);
  return {
    measure: requests.measure(),
    async page(ctx, next) {
      const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
      // Digests have the same length, so that the comparison takes constant time.
      const isAllowed = timingSafeEqual(digest(ctx.get('authorization')), expected);
      // fault: metrics-public
      if (ctx.path !== '/metrics' || !isRead || !isAllowed) return next();
      const families = [...requests.families(), ...processMetrics.families(), ...(await pluginMetrics(app, sources))];
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

/** Max time that a scrape waits for each plugin; Prometheus itself gives up after 10 s. */
const TIMEOUT_MS = 2_000;

/** The metrics of the enabled plugins. A plugin that fails or takes too long is logged and left out. */
async function pluginMetrics(app: App, sources: readonly MetricsSource[]): Promise<readonly MetricFamily[]> {
  const all = await Promise.all(
    sources.map(async ({ plugin, metrics }): Promise<readonly MetricFamily[]> => {
      try {
        const timeoutError = () => new Error(`it took longer than ${TIMEOUT_MS / 1_000} s`);
        const values = await withTimeout(TIMEOUT_MS, (async () => metrics(app))(), timeoutError);
        return values.map(({ name, help, type, value, labels }) => ({
          name,
          help,
          type,
          samples: [{ value, ...(labels && { labels }) }],
        }));
      } catch (error) {
        app.log.error({ err: error, plugin, hook: 'metrics' }, 'the metrics of a plugin are missing');
        return [];
      }
    }),
  );
  return all.flat();
}
