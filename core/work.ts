import type { Booted } from './boot.ts';
import { startScheduler } from './scheduler.ts';
import { startPlugins } from './start-plugins.ts';

export interface Working {
  /** Aborts the signals of plugins and tasks, waits for running tasks, then stops plugins in reverse order. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts the plugins in the role of a worker, and the scheduler. Nothing listens; what the process works on is a matter of the
 * plugins (queues) and of their scheduled tasks.
 *
 * @throws RustioError `RIO-SERVE-START` when a plugin does not start in time.
 */
export async function work({ app, timings }: Booted): Promise<Working> {
  const plugins = await startPlugins(app, 'worker', timings);
  const scheduler = startScheduler(app, 'worker');
  let closing: Promise<void> | undefined;
  return {
    close() {
      closing ??= Promise.all([plugins.beforeClose(), scheduler.stop()]).then(() => plugins.stop());
      return closing;
    },
  };
}
