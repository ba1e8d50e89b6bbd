import type { App } from './app.ts';
import type { Readiness } from './http/health.ts';
import type { MigrationSource } from './migrate/sources.ts';
import { pendingOf } from './migrate/status.ts';
import type { HealthItem, Plugin } from './plugin.ts';
import { within } from './within.ts';

/** A load balancer asks every few seconds; what does not answer by then is not ready. */
const TIMEOUT_MS = 2_000;

/**
 * What must hold before this process can serve: applied migrations, and what the plugins say in `health`. Anybody may ask, so a
 * question that is not answered in time is not asked again until it is: each holds a connection.
 */
export function readinessOf(app: App, sources: readonly MigrationSource[]): Readiness {
  const pending = oneAtATime(() => pendingOf(app.database, sources));
  const items = app.plugins.flatMap((plugin) =>
    plugin.health === undefined ? [] : healthOf(plugin, plugin.health, app),
  );
  return {
    async missing() {
      const [migrations, ...found] = await Promise.all([inTime(pending()), ...items.map((each) => each())]);
      const failed = found.flat().filter(({ ok }) => !ok);
      for (const { name, message } of failed) app.log.warn({ item: name, reason: message }, 'not ready');
      return [...(migrations.length === 0 ? [] : ['migrations']), ...new Set(failed.map(({ name }) => name))];
    },
  };
}

type Health = NonNullable<Plugin['health']>;

/** A plugin that cannot say is not ready, under its own name. */
function healthOf({ name: plugin }: Plugin, health: Health, app: App): () => Promise<readonly HealthItem[]> {
  const ask = oneAtATime(async () => health(app));
  return async () => {
    try {
      return await inTime(ask());
    } catch (error) {
      app.log.error({ err: error, plugin, hook: 'health' }, 'the health of a plugin is unknown');
      return [{ name: plugin, ok: false, message: 'its health is unknown' }];
    }
  };
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return within(TIMEOUT_MS, work, () => new Error(`it took longer than ${TIMEOUT_MS / 1_000} s`));
}

/** Whoever asks while the work runs waits for the same result. */
function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}
