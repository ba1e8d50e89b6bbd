// The child of `rustio-admin dev`. It loads the framework and waits; with the word of its parent it loads the project and
// serves it. So a restart costs no more than what was saved.
import { reportError } from '../report-error.ts';
import { type ServeMode, serveProject } from '../serve/serve-project.ts';
import type { ChildMessage } from './server-process.ts';

const [folder] = process.argv.slice(2);
// Whatever happens to the parent, nobody keeps the port.
process.once('disconnect', () => process.exit());

try {
  const mode = await told();
  if (folder === undefined || !isMode(mode)) throw new Error('served.ts is started by `rustio-admin dev`.');
  await serveProject(folder, mode, () => process.send?.('ready' satisfies ChildMessage));
} catch (error) {
  process.exitCode = reportError(error);
}
process.disconnect?.();

function told(): Promise<unknown> {
  return new Promise((resolve) => process.once('message', resolve));
}

function isMode(word: unknown): word is ServeMode {
  return word === 'start' || word === 'dev' || word === 'dev-again';
}
