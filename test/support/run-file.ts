/** The child of `test/run.ts`: runs the test file that it is given and tells its parent the numbers. */
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runFile } from './suite.ts';

enableCompileCache();
const file = process.argv[2];
if (file === undefined) throw new Error('run-file.ts needs the path of a test file; use test/run.ts');
const result = await runFile(pathToFileURL(path.resolve(file)).href);
// Exits even when a pool or a server was left open; the message must have left before.
process.send?.(result, () => process.exit(result.failed === 0 ? 0 : 1));
