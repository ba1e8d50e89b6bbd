import type { App } from '../app.ts';
import { debugBoot, elapsed } from '../base/debug.ts';
import { withTimeout } from '../base/timeout.ts';
import type { Booted } from '../boot/boot.ts';
import { startTimeout } from '../errors/boot.ts';
import { wrapHookError } from '../errors/call-hook.ts';
import type { Plugin, ProcessInfo, Stop } from '../plugin.ts';
import type { ProcessRole } from '../schedule.ts';

/** If a plugin takes longer to start, an error names it, rather than letting the startup hang silently. */
const START_MS = 30_000;
/** A plugin that takes longer to stop is logged and abandoned, so that the process ends. */
const STOP_MS = 10_000;

export interface StartedPlugins {
  /** Runs the `beforeClose` hooks, in which plugins end streams, before open requests are drained. */
  beforeClose(): Promise<void>;
  /** Stops the plugins in reverse order, each within `stopMs`. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the plugins in order for a process of this role. `timings` collects the milliseconds that each takes.
 *
 * @throws RustioError `RIO-SERVE-START` for a plugin that does not start in time; those before it are stopped.
 */
export async function startPlugins(
  { app, plugins, timings }: Pick<Booted, 'app' | 'plugins' | 'timings'>,
  role: ProcessRole,
  { stopMs = STOP_MS }: { readonly stopMs?: number } = {},
): Promise<StartedPlugins> {
  const stopping = new AbortController();
  const stops: { readonly plugin: Plugin; readonly stop: Stop }[] = [];
  const guarded = async (plugin: Plugin, hook: 'start' | 'beforeClose', work: Stop): Promise<void> => {
    try {
      await withTimeout(
        stopMs,
        Promise.resolve(work()),
        () => new Error(`it did not complete within ${stopMs / 1000} s`),
      );
    } catch (error) {
      app.log.error({ err: error, plugin: plugin.name, hook }, 'a plugin did not stop properly');
    }
  };
  const started: StartedPlugins = {
    async beforeClose() {
      stopping.abort();
      await Promise.all(plugins.map((plugin) => guarded(plugin, 'beforeClose', () => plugin.beforeClose?.(app))));
    },
    async stop() {
      stopping.abort();
      for (const { plugin, stop } of stops.splice(0).reverse()) await guarded(plugin, 'start', stop);
    },
  };
  try {
    for (const plugin of plugins) {
      const began = performance.now();
      const stop = await startOne(plugin, app, { role, signal: stopping.signal });
      if (stop) stops.push({ plugin, stop });
      if (plugin.start) debugBoot?.(`${plugin.name} start (${role}) ${elapsed(began)}`);
      timings.set(plugin.name, (timings.get(plugin.name) ?? 0) + performance.now() - began);
    }
    return started;
  } catch (error) {
    await started.stop();
    throw error;
  }
}

async function startOne(plugin: Plugin, app: App, process: ProcessInfo): Promise<Stop | undefined> {
  if (!plugin.start) return undefined;
  try {
    const stop = await withTimeout(START_MS, Promise.resolve(plugin.start(app, process)), () =>
      startTimeout({ plugin: plugin.name, seconds: START_MS / 1000 }),
    );
    return stop ?? undefined;
  } catch (error) {
    throw wrapHookError(plugin.name, 'start', error);
  }
}
