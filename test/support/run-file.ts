/**
 * The child process of `test/run.ts`: runs the test files that its parent names one by one, and reports the counts of each. It
 * exits when a message names no file, and after a file that failed, so that its leftovers cannot affect the next file.
 */
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { endRun, type FileResult, runFile } from './suite.ts';

enableCompileCache();

/** A request of the parent: run a file, or finish if it names none. */
export interface RunMessage {
  readonly file?: string;
  readonly bail?: boolean;
}

process.on('message', async ({ file, bail }: RunMessage) => {
  const result = file === undefined ? await endRun() : await run(file, bail);
  if (file !== undefined && result.failed === 0) process.send?.(result);
  // Exit even if a pool or a server is still open, but only after the message has been sent.
  else process.send?.(result, () => process.exit(result.failed === 0 ? 0 : 1));
});

// The parent was killed, so nothing else would end this process.
process.on('disconnect', () => process.exit(1));

function run(file: string, bail = false): Promise<FileResult> {
  return runFile(pathToFileURL(path.resolve(file)).href, { bail });
}
