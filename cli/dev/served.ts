// The child of `rustio-admin dev`. It loads the framework and waits; with the word of its parent it loads the project and
// serves it. So a restart costs no more than what was saved.
import { explain, reportError } from '../report-error.ts';
import { type ServeMode, serveProject } from '../serve/serve-project.ts';
import { failureOf } from './failure.ts';
import type { ChildMessage } from './server-process.ts';

const [folder] = process.argv.slice(2);
// Whatever happens to the parent, nobody keeps the port.
process.once('disconnect', () => process.exit());

try {
  const mode = await told();
  if (folder === undefined || !isMode(mode)) throw new Error('served.ts is started by `rustio-admin dev`.');
  await serveProject(folder, mode, { onReady: () => process.send?.('ready' satisfies ChildMessage) });
} catch (error) {
  process.exitCode = reportError(error);
  await tell({ failed: failureOf(explain(error)) });
}
process.disconnect?.();

/** Resolves when it is on its way: what is not would be lost when we disconnect. */
function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });
}

function told(): Promise<unknown> {
  return new Promise((resolve) => process.once('message', resolve));
}

function isMode(word: unknown): word is ServeMode {
  return word === 'start' || word === 'dev' || word === 'dev-again';
}
