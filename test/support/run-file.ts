/** The child of `test/run.ts`: runs the test file that it is given and tells its parent the numbers. */
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runFile } from './suite.ts';

enableCompileCache();
const file = process.argv[2];
if (file === undefined) throw new Error('run-file.ts needs the path of a test file; use test/run.ts');
// In CI chance is the same every time: a run tells of the change, not of luck. Elsewhere every run tries something new.
if (process.env.CI !== undefined && readFileSync(file, 'utf8').includes("from 'fast-check'")) {
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed: 20_261_120 });
}
const result = await runFile(pathToFileURL(path.resolve(file)).href);
// Exits even when a pool or a server was left open; the message must have left before.
process.send?.(result, () => process.exit(result.failed === 0 ? 0 : 1));
