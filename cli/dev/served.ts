// The child of `rustio-admin dev`: serves the project until its parent wants a new one. Started with folder and mode.
import { reportError } from '../report-error.ts';
import { type ServeMode, serveProject } from '../serve/serve-project.ts';
import type { ChildMessage } from './server-process.ts';

const [folder, mode] = process.argv.slice(2);
// Whatever happens to the parent, nobody keeps the port.
process.once('disconnect', () => process.exit());

try {
  if (folder === undefined || !isMode(mode))
    throw new Error('served.ts is started by `rustio-admin dev`, with folder and mode.');
  await serveProject(folder, mode, () => process.send?.('ready' satisfies ChildMessage));
} catch (error) {
  process.exitCode = reportError(error);
}
process.disconnect?.();

function isMode(word: string | undefined): word is ServeMode {
  return word === 'start' || word === 'dev' || word === 'dev-again';
}
