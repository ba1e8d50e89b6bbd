// The child process of `rustio-admin dev`. It loads the framework and waits; on a message from its parent it loads and serves the
// project. A restart therefore only needs to load the project.
import { explain, reportError } from '../report-error.ts';
import { type ServeMode, serveProject } from '../serve/serve-project.ts';
import { toFailure } from './failure.ts';
import type { ChildMessage } from './server-process.ts';

const [folder] = process.argv.slice(2);
// Releases the port if the parent ends for any reason.
process.once('disconnect', () => process.exit());

try {
  const mode = await nextMessage();
  if (folder === undefined || !isMode(mode)) throw new Error('child.ts must be started by `rustio-admin dev`.');
  await serveProject(folder, mode, { onReady: () => process.send?.('ready' satisfies ChildMessage) });
} catch (error) {
  process.exitCode = reportError(error);
  await send({ failed: toFailure(explain(error)) });
}
process.disconnect?.();

/** Resolves when the message has been sent: unsent messages would be lost on disconnect. */
function send(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });
}

function nextMessage(): Promise<unknown> {
  return new Promise((resolve) => process.once('message', resolve));
}

function isMode(message: unknown): message is ServeMode {
  return message === 'start' || message === 'dev' || message === 'dev-again';
}
