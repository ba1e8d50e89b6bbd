import type { App } from '../app.ts';
import { within } from '../within.ts';
import type { MetricFamily } from './exposition.ts';

/** A scrape waits for at most so long for each plugin; Prometheus itself gives up after 10 s. */
const TIMEOUT_MS = 2_000;

/** The figures of the enabled plugins. One that fails or takes too long is logged and left out. */
export async function pluginMetrics(app: App): Promise<readonly MetricFamily[]> {
  const all = await Promise.all(
    app.plugins.map(async ({ name: plugin, metrics }): Promise<readonly MetricFamily[]> => {
      if (metrics === undefined) return [];
      try {
        const late = () => new Error(`it took longer than ${TIMEOUT_MS / 1_000} s`);
        const figures = await within(TIMEOUT_MS, (async () => metrics(app))(), late);
        return figures.map(({ name, help, type, value, labels }) => ({
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
