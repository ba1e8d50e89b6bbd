import type { App } from './app.ts';
import type { Readiness } from './http/health.ts';
import type { MigrationSource } from './migrate/sources.ts';
import { pendingOf } from './migrate/status.ts';
import type { HealthItem, Plugin } from './plugin.ts';
import { within } from './within.ts';

/** A load balancer asks every few seconds; what does not answer by then is not ready. */
const TIMEOUT_MS = 2_000;

/** What must hold before this process can serve: applied migrations, and what the plugins say in `health`. */
export function readinessOf(app: App, sources: readonly MigrationSource[]): Readiness {
  return {
    async missing() {
      const [pending, ...items] = await Promise.all([
        pendingOf(app.database, sources),
        ...app.plugins.map((plugin) => healthOf(plugin, app)),
      ]);
      const failed = items.flat().filter(({ ok }) => !ok);
      for (const { name, message } of failed) app.log.warn({ item: name, reason: message }, 'not ready');
      return [...(pending.length === 0 ? [] : ['migrations']), ...new Set(failed.map(({ name }) => name))];
    },
  };
}

/** A plugin that cannot say is not ready, under its own name. */
async function healthOf({ name: plugin, health }: Plugin, app: App): Promise<readonly HealthItem[]> {
  if (health === undefined) return [];
  try {
    const late = () => new Error(`it took longer than ${TIMEOUT_MS / 1_000} s`);
    return await within(TIMEOUT_MS, (async () => health(app))(), late);
  } catch (error) {
    app.log.error({ err: error, plugin, hook: 'health' }, 'the health of a plugin is unknown');
    return [{ name: plugin, ok: false, message: 'its health is unknown' }];
  }
}
