import type { App } from './app.ts';
import { RustioError } from './errors.ts';
import type { Plugin, ProcessInfo, ProcessRole, Stop } from './plugin.ts';
import { failedHook } from './plugin-failure.ts';
import { within } from './within.ts';

/** A plugin that takes longer to start is named, instead of a boot that hangs silently. */
const START_MS = 30_000;
/** A plugin that takes longer to stop is named in the log and not waited for, so that the process ends. */
const STOP_MS = 10_000;

export interface StartedPlugins {
  /** Runs the `beforeClose` hooks: streams end here, before open requests are drained. */
  beforeClose(): Promise<void>;
  /** Stops the plugins in reverse order, each within 10 s. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the plugins in their order for a process of this role. `timings` collects the milliseconds of each.
 *
 * @throws RustioError `RIO-SERVE-START` for a plugin that does not start in time; those before it are stopped.
 */
export async function startPlugins(
  app: App,
  role: ProcessRole,
  timings: Map<string, number> = new Map(),
): Promise<StartedPlugins> {
  const stopping = new AbortController();
  const stops: { readonly plugin: Plugin; readonly stop: Stop }[] = [];
  const guarded = async (plugin: Plugin, hook: 'start' | 'beforeClose', work: Stop): Promise<void> => {
    try {
      await within(STOP_MS, Promise.resolve(work()), () => new Error(`it did not finish within ${STOP_MS / 1000} s`));
    } catch (error) {
      app.log.error({ err: error, plugin: plugin.name, hook }, 'a plugin did not stop properly');
    }
  };
  const started: StartedPlugins = {
    async beforeClose() {
      stopping.abort();
      await Promise.all(app.plugins.map((plugin) => guarded(plugin, 'beforeClose', () => plugin.beforeClose?.(app))));
    },
    async stop() {
      stopping.abort();
      for (const { plugin, stop } of stops.splice(0).reverse()) await guarded(plugin, 'start', stop);
    },
  };
  try {
    for (const plugin of app.plugins) {
      const began = performance.now();
      const stop = await startOne(plugin, app, { role, signal: stopping.signal });
      if (stop) stops.push({ plugin, stop });
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
    const stop = await within(START_MS, Promise.resolve(plugin.start(app, process)), () => tooLate(plugin.name));
    return stop ?? undefined;
  } catch (error) {
    throw failedHook(plugin.name, 'start', error);
  }
}

function tooLate(plugin: string): RustioError {
  return new RustioError('RIO-SERVE-START', {
    problem: `The plugin "${plugin}" did not start within ${START_MS / 1000} seconds.`,
    why: 'Its `start` hook never resolved.',
    fix: 'Check what its `start` waits for: a service that is down, a lock that another process holds.',
    retry: 'After the change.',
  });
}
