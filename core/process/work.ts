import type { Booted } from '../boot/boot.ts';
import { startScheduler } from './scheduler.ts';
import { startPlugins } from './start-plugins.ts';

export interface Working {
  /** Aborts the signals of plugins and tasks, waits for running tasks, then stops plugins in reverse order. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts the plugins in the role of a worker, and the scheduler. It does not listen; the plugins (such as queues) and their
 * scheduled tasks do the work.
 *
 * @throws RustioError `RIO-SERVE-START` if a plugin does not start in time.
 */
export async function work(booted: Booted): Promise<Working> {
  const plugins = await startPlugins(booted, 'worker');
  const scheduler = startScheduler(booted, 'worker');
  let closing: Promise<void> | undefined;
  return {
    close() {
      closing ??= Promise.all([plugins.beforeClose(), scheduler.stop()]).then(() => plugins.stop());
      return closing;
    },
  };
}
