import cluster from 'node:cluster';
import { createApp } from '../../../core/create-app.ts';
import { WORKER_VARIABLE } from '../../../core/http/metrics.ts';
import { within } from '../../../core/within.ts';
import { builtIn } from '../../../plugins/order.ts';
import { openProject } from '../../tools.ts';
import { endSoon } from '../end-process.ts';

/** What the primary sends to a web process that shall drain and end. */
export const STOP_MESSAGE = 'stop';
/** What a drained process sends to the primary, and gets back. */
export const DRAINED_MESSAGE = 'drained';
const ANSWER_MS = 5_000;

/** Whether this process was started by the primary of `start --workers`. */
export function isClusterWorker(): boolean {
  return process.env[WORKER_VARIABLE] !== undefined && process.send !== undefined;
}

/** One web process of several: it prepares and prints nothing, and ends when the primary says so. */
export async function serveWorker(folder: string): Promise<void> {
  const stop = askedToStop();
  try {
    const project = await openProject(folder);
    if (project.config === undefined) throw project.configError;
    const application = await createApp({ project, plugins: builtIn });
    try {
      await application.listen();
      await stop;
    } finally {
      await application.close();
      await handBackConnections();
      endSoon();
    }
  } finally {
    // It would keep the process alive. By the cluster's own call, which knows that this is no accident.
    cluster.worker?.disconnect();
  }
}

/**
 * The primary may have sent a connection before it learned that this process takes none any more. The channel keeps its order:
 * once the primary has answered, every such connection has arrived here and was handed back.
 */
async function handBackConnections(): Promise<void> {
  if (!process.connected) return;
  const answered = new Promise<void>((resolve) => {
    process.on('message', (message) => {
      if (message === DRAINED_MESSAGE) resolve();
    });
  });
  process.send?.(DRAINED_MESSAGE, () => {});
  await within(ANSWER_MS, answered, () => new Error('no answer')).catch(() => {}); // it ends all the same
}

/**
 * The primary decides. Ctrl-C reaches the whole group of processes, and so does the end of a terminal; both are the primary's to
 * answer. SIGTERM alone is for this process.
 */
function askedToStop(): Promise<void> {
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve());
    process.on('message', (message) => {
      if (message === STOP_MESSAGE) resolve();
    });
  });
}
