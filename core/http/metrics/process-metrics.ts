import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { App } from '../../app.ts';
import type { MetricFamily } from './exposition.ts';

/** Metrics of the process and its pools. Process metrics have the names that common dashboards expect. */
export class ProcessMetrics {
  readonly #app: App;
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });

  constructor(app: App) {
    this.#app = app;
    this.#delay.enable();
  }

  families(): readonly MetricFamily[] {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const families = [
      gauge('process_resident_memory_bytes', 'Resident memory.', rss),
      gauge('nodejs_heap_size_used_bytes', 'Used heap memory.', heapUsed),
      gauge('process_start_time_seconds', 'When the process started, in Unix time.', startedAt()),
      gauge(
        'nodejs_eventloop_lag_p99_seconds',
        '99th percentile of the event loop delay since the last scrape.',
        this.#delay.percentile(99) / 1e9,
      ),
      gauge('nodejs_eventloop_lag_max_seconds', 'Max event loop delay since the last scrape.', this.#delay.max / 1e9),
      { ...gauge('process_cpu_seconds_total', 'CPU time.', (user + system) / 1e6), type: 'counter' as const },
      ...this.#connections(),
    ];
    this.#delay.reset();
    return families;
  }

  #connections(): readonly MetricFamily[] {
    const { database, reading } = this.#app;
    const pools = database === reading ? { write: database } : { write: database, read: reading };
    const counts = Object.entries(pools).map(([pool, { connections }]) => ({ pool, ...connections }));
    return [
      {
        name: 'rustio_database_connections',
        help: 'Open connections by pool and state.',
        type: 'gauge',
        samples: counts.flatMap(({ pool, busy, idle }) => [
          { labels: { pool, state: 'busy' }, value: busy },
          { labels: { pool, state: 'idle' }, value: idle },
        ]),
      },
      {
        name: 'rustio_database_waiting',
        help: 'Queries waiting for a connection.',
        type: 'gauge',
        samples: counts.map(({ pool, waiting }) => ({ labels: { pool }, value: waiting })),
      },
    ];
  }
}

function gauge(name: string, help: string, value: number): MetricFamily {
  return { name, help, type: 'gauge', samples: [{ value }] };
}

function startedAt(): number {
  return Math.round(performance.timeOrigin) / 1_000;
}
