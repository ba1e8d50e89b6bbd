import type { Middleware } from '../../request/context.ts';
import type { MetricFamily } from './exposition.ts';

/** Upper bounds in seconds, as common Prometheus dashboards expect. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counters of this process's requests. */
export class RequestMetrics {
  readonly #byClass = new Map<string, number>();
  readonly #buckets: number[] = BOUNDS.map(() => 0);
  #inFlight = 0;
  #seconds = 0;
  #count = 0;

  /** Counts requests and measures the time until the response headers are ready; streams may continue longer. */
  measure(): Middleware {
    return async (ctx, next) => {
      const started = performance.now();
      this.#inFlight += 1;
      ctx.res.once('close', () => {
        this.#inFlight -= 1;
      });
      try {
        await next();
      } finally {
        this.#record(ctx.status, (performance.now() - started) / 1_000);
      }
    };
  }

  families(): readonly MetricFamily[] {
    const name = 'rustio_http_request_duration_seconds';
    return [
      {
        name: 'rustio_http_requests_total',
        help: 'Completed requests by status class.',
        type: 'counter',
        samples: [...this.#byClass].map(([status, value]) => ({ labels: { status }, value })),
      },
      {
        name: 'rustio_http_requests_in_flight',
        help: 'Requests in progress.',
        type: 'gauge',
        samples: [{ value: this.#inFlight }],
      },
      {
        name,
        help: 'Seconds until the response headers were ready.',
        type: 'histogram',
        samples: [
          ...BOUNDS.map((bound, at) => ({
            suffix: '_bucket',
            labels: { le: String(bound) },
            value: this.#buckets[at] ?? 0,
          })),
          { suffix: '_bucket', labels: { le: '+Inf' }, value: this.#count },
          { suffix: '_sum', value: this.#seconds },
          { suffix: '_count', value: this.#count },
        ],
      },
    ];
  }

  #record(status: number, seconds: number): void {
    const statusClass = `${Math.trunc(status / 100)}xx`;
    this.#byClass.set(statusClass, (this.#byClass.get(statusClass) ?? 0) + 1);
    this.#count += 1;
    this.#seconds += seconds;
    for (const [at, bound] of BOUNDS.entries()) if (seconds <= bound) this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
  }
}
