/**
 * The child of `test/run.ts`: runs the test file that it is given and tells its parent the numbers.
 * uvu's flag is set and its queue made here, before uvu is imported by anybody, so that nothing runs before we say so.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a test file came to. A hook that throws, a test that did not run and a file without tests all count as failed. */
export interface FileResult {
  readonly passed: number;
  readonly failed: number;
}

type SuiteRun = () => Promise<[errors: string | boolean, ran: number, skipped: number, total: number]>;
const group: [null, ...SuiteRun[]] = [null];
Object.assign(globalThis, { UVU_DEFER: 1, UVU_INDEX: 0, UVU_QUEUE: [group] });

const file = process.argv[2];
if (file === undefined) throw new Error('run-file.ts needs the path of a test file; use test/run.ts');
const result = await runFile(file);
// Exits even when a pool or a server was left open; the message must have left before.
process.send?.(result, () => process.exit(result.failed === 0 ? 0 : 1));

async function runFile(file: string): Promise<FileResult> {
  const { enqueueSuites, finishSuites } = await import('./suite.ts');
  const count = { passed: 0, failed: 0 };
  try {
    await import(pathToFileURL(path.resolve(file)).href);
    enqueueSuites();
    const [, ...suites] = group;
    if (suites.length === 0) fail(count, 1, 'The file registered no suite.');
    for (const suite of suites) await runSuite(suite, count);
  } catch (error) {
    fail(count, 1, error);
  }
  const hooks = await finishSuites();
  if (hooks > 0) fail(count, hooks, `${hooks} hooks threw.`);
  return count;
}

async function runSuite(suite: SuiteRun, count: { passed: number; failed: number }): Promise<void> {
  const [errors, ran, skipped, total] = await suite();
  count.passed += ran;
  if (typeof errors === 'string') fail(count, total - ran, errors);
  else if (ran < total) fail(count, total - ran, `${total - ran} tests did not run: a hook threw.`);
  if (skipped > 0) fail(count, skipped, `${skipped} tests were skipped, by .skip or .only.`);
  if (total + skipped === 0) fail(count, 1, 'A suite has no test.');
}

function fail(count: { failed: number }, by: number, why: unknown): void {
  count.failed += by;
  console.log('\n', why);
}
