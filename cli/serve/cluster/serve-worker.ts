import cluster from 'node:cluster';
import { withTimeout } from '../../../core/base/timeout.ts';
import { WORKER_VARIABLE } from '../../../core/http/metrics/metrics.ts';
import { createApp } from '../../../core/process/create-app.ts';
import { builtIn } from '../../../plugins/built-in.ts';
import { openProject } from '../../command-context.ts';
import { endSoon, hasStarted } from '../shutdown.ts';

/** Sent by the primary to a web process that should drain and exit. */
export const STOP_MESSAGE = 'stop';
/** The same, but the process first keeps serving for `SHUTDOWN_GRACE` seconds while reporting that it is not ready. */
export const STOP_LATER_MESSAGE = 'stop-later';
/** Sent by a drained process to the primary, which replies with the same message. */
export const DRAINED_MESSAGE = 'drained';
const REPLY_MS = 5_000;

/** Whether this process was started by the primary of `start --workers`. */
export function isClusterWorker(): boolean {
  return process.env[WORKER_VARIABLE] !== undefined && process.send !== undefined;
}

/** Runs one of several web processes. It does not prepare or print anything, and exits when the primary requests it. */
export async function serveWorker(folder: string): Promise<void> {
  const stop = stopSignal();
  let grace = false;
  try {
    const project = await openProject(folder);
    if (project.config === undefined) throw project.configError;
    const application = await createApp({ project, plugins: builtIn });
    try {
      if (await hasStarted(application.listen(), stop)) grace = await stop;
    } finally {
      await application.close({ grace });
      await returnConnections();
      endSoon();
    }
  } finally {
    // An open channel would keep the process alive. With this call, the cluster does not treat the exit as a crash.
    cluster.worker?.disconnect();
  }
}

/**
 * The primary may have sent a connection before it knew that this process no longer accepts any. Messages arrive in order: once
 * the primary has replied, every such connection has arrived and been returned.
 */
async function returnConnections(): Promise<void> {
  if (!process.connected) return;
  const replied = new Promise<void>((resolve) => {
    process.on('message', (message) => {
      if (message === DRAINED_MESSAGE) resolve();
    });
  });
  process.send?.(DRAINED_MESSAGE, () => {});
  await withTimeout(REPLY_MS, replied, () => new Error('no reply')).catch(() => {}); // the process exits in any case
}

/**
 * Resolves when the primary or SIGTERM asks this process to stop, with true if it should keep serving for `SHUTDOWN_GRACE`
 * seconds. Ctrl-C and closing the terminal signal the whole process group; the primary handles both.
 */
function stopSignal(): Promise<boolean> {
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve(true));
    process.on('message', (message) => {
      if (message === STOP_MESSAGE || message === STOP_LATER_MESSAGE) resolve(message === STOP_LATER_MESSAGE);
    });
  });
}
