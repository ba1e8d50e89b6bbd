import { sql } from 'slonik';
import type { App } from '../app.ts';
import { withTimeout } from '../base/timeout.ts';
import type { Readiness } from '../http/health.ts';
import type { MigrationSource } from '../migrate/sources.ts';
import { loadPending } from '../migrate/status.ts';
import type { HealthItem, Plugin } from '../plugin.ts';

/** Load balancers check every few seconds, so a check that takes longer counts as failed. */
const TIMEOUT_MS = 2_000;

/**
 * The readiness checks of this process: that migrations are applied, and the `health` checks of plugins. Anyone can request
 * `/readyz`, and each check uses a connection, so a check that has timed out is not started again until it finishes.
 */
export function createReadiness(app: App, plugins: readonly Plugin[], sources: readonly MigrationSource[]): Readiness {
  const pending = oneAtATime(() => loadPending(app.database, sources));
  // Pages read from a separate pool, whose connections may be dead while those of the main pool are fine.
  const reading = oneAtATime(() => app.reading.query(sql.unsafe`select`));
  let stopping = false;
  const items = plugins.flatMap((plugin) =>
    plugin.health === undefined ? [] : checkHealth(plugin, plugin.health, app),
  );
  return {
    stop() {
      stopping = true;
    },
    get stopping() {
      return stopping;
    },
    async missing() {
      if (stopping) return ['stopping'];
      const [migrations, , ...results] = await Promise.all([
        inTime(pending()),
        // fault: reading-not-ready
        inTime(reading()),
        ...items.map((each) => each()),
      ]);
      const failed = results.flat().filter(({ ok }) => !ok);
      for (const { name, message } of failed) app.log.warn({ item: name, reason: message }, 'not ready');
      return [...(migrations.length === 0 ? [] : ['migrations']), ...new Set(failed.map(({ name }) => name))];
    },
  };
}

type Health = NonNullable<Plugin['health']>;

/** If a plugin's check throws, it is reported under the plugin's name. */
function checkHealth({ name: plugin }: Plugin, health: Health, app: App): () => Promise<readonly HealthItem[]> {
  const check = oneAtATime(async () => health(app));
  return async () => {
    try {
      return await inTime(check());
    } catch (error) {
      app.log.error({ err: error, plugin, hook: 'health' }, 'the health of a plugin is unknown');
      return [{ name: plugin, ok: false, message: 'its health is unknown' }];
    }
  };
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return withTimeout(TIMEOUT_MS, work, () => new Error(`it took longer than ${TIMEOUT_MS / 1_000} s`));
}

/** Concurrent callers wait for the same result. */
function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    // fault: readiness-not-shared
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}
