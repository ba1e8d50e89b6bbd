/**
 * The child of `test/run.ts`: runs the test files that its parent names, one after another, and reports the numbers of each. It
 * exits when a message names no file, and after a file that failed, so that its leftovers cannot fail the next file.
 */
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { endRun, type FileResult, runFile } from './suite.ts';

enableCompileCache();

/** What the parent asks for: to run a file, or to finish where it names none. */
export interface RunMessage {
  readonly file?: string;
  readonly bail?: boolean;
}

process.on('message', async ({ file, bail }: RunMessage) => {
  const result = file === undefined ? await endRun() : await run(file, bail);
  if (file !== undefined && result.failed === 0) process.send?.(result);
  // Exits even when a pool or a server was left open; the message must have left before.
  else process.send?.(result, () => process.exit(result.failed === 0 ? 0 : 1));
});

// The parent was killed: nobody waits for this process any more, or would end it.
process.on('disconnect', () => process.exit(1));

function run(file: string, bail = false): Promise<FileResult> {
  return runFile(pathToFileURL(path.resolve(file)).href, { bail });
}
