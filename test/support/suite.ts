/**
 * uvu's suite without its pitfalls: docs/decisions/0013-test-runner.md.
 *
 * @example
 * const test = suite('pool');
 * test('a bigint keeps every digit', async () => { ... });
 */
// Must be the first import: it keeps uvu from running the suites that it finds.
import './hold-uvu.ts';

import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Callback, type Test, suite as uvuSuite } from 'uvu';
import { queue } from './hold-uvu.ts';
import { testSeed, usesFastCheck } from './seed.ts';

export type { Test } from 'uvu';

/** The result of a test file. A hook that throws, a test that did not run and a file without tests all count as failed. */
export interface FileResult {
  readonly passed: number;
  readonly failed: number;
}

const registered: Test[] = [];
const endings: (() => Promise<void> | void)[] = [];
const endingsOfRun: (() => Promise<void> | void)[] = [];
/** Hooks that threw, and promises that were rejected although nothing awaited them. */
let errorsOutside = 0;
/** Set by the first failing test of a file that stops at failures. */
let stopped = false;
let bailing = false;
let hasRunner = false;

/** Creates a suite of tests, which runs after the file has been evaluated. Call it once per subject. */
export function suite(name: string): Test {
  const plain = uvuSuite(name);
  const test: Test = Object.assign((title: string, work: Callback) => plain(title, printable(work)), plain);
  const { before, after } = plain;
  // An error in `before` must stop its suite, so it is rethrown. One in `after` must not: uvu would lose the results of the
  // tests.
  test.before = withEach(
    (work) => before(reported(work, `${name}: before()`, 'throw')),
    (work) => before.each(work),
  );
  test.after = withEach(
    (work) => after(reported(work, `${name}: after()`, 'go on')),
    (work) => after.each(reported(work, `${name}: after.each()`, 'go on')),
  );
  registered.push(test);
  if (!hasRunner) runMainModule();
  return test;
}

/**
 * Registers work that runs once after the last test of this file, even after failures: for resources shared by several suites.
 */
export function afterAllSuites(work: () => Promise<void> | void): void {
  endings.push(work);
}

/** Registers work that runs once after the last file of this process: for resources that helpers share between files. */
export function afterAllFiles(work: () => Promise<void> | void): void {
  endingsOfRun.push(work);
}

/**
 * Evaluates a test file and runs its suites. Nothing is thrown: failures are printed and counted. With `bail`, the tests after
 * the first failing one are not run and count as failed; hooks still clean up.
 */
export async function runFile(url: string, { bail = false } = {}): Promise<FileResult> {
  hasRunner = true;
  bailing = bail;
  stopped = false;
  const count = { passed: 0, failed: 0 };
  try {
    await useSeed(url);
    await import(url);
    for (const test of registered.splice(0)) test.run();
    if (queue.length === 0) fail(count, 1, 'The file registered no suite.');
    for (const run of queue.splice(0)) await runSuite(run, count);
  } catch (error) {
    fail(count, 1, error);
  }
  for (const work of endings.splice(0).reverse()) await reported(work, 'afterAllSuites()', 'go on')(NOWHERE);
  countHooks(count);
  return count;
}

/** Runs the work registered with `afterAllFiles`. */
export async function endRun(): Promise<FileResult> {
  const count = { passed: 0, failed: 0 };
  for (const work of endingsOfRun.splice(0).reverse()) await reported(work, 'afterAllFiles()', 'go on')(NOWHERE);
  countHooks(count);
  return count;
}

/** Makes random values the same in every run with the same seed. */
async function useSeed(url: string): Promise<void> {
  if (!usesFastCheck(readFileSync(fileURLToPath(url), 'utf8'))) return;
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed: testSeed() });
}

type Count = { passed: number; failed: number };

async function runSuite(run: (typeof queue)[number], count: Count): Promise<void> {
  if (stopped) return fail(count, 1, 'A suite did not run: an earlier test failed.');
  const [errors, ran, skipped, total] = await run();
  count.passed += ran;
  if (typeof errors === 'string') fail(count, total - ran, errors);
  else if (ran < total) fail(count, total - ran, `${total - ran} tests did not run: a hook threw.`);
  if (skipped > 0) fail(count, skipped, `${skipped} tests were skipped, by .skip or .only.`);
  if (total + skipped === 0) fail(count, 1, 'A suite has no test.');
}

function countHooks(count: Count): void {
  if (errorsOutside > 0) fail(count, errorsOutside, `${errorsOutside} errors outside the tests: see above.`);
  errorsOutside = 0;
}

function fail(count: Count, by: number, why: unknown): void {
  count.failed += by;
  console.log('\n', why);
}

// By default, Node would end the process, and the results of the file would be lost.
process.on('unhandledRejection', (error) => {
  errorsOutside++;
  stopped = bailing;
  console.error('\nA promise was rejected that nothing awaited:', error);
});

/** Supports `node some.test.ts` without the runner: after being evaluated, the file runs itself. */
function runMainModule(): void {
  const main = process.argv[1];
  if (main === undefined) return;
  // Node ends a process in which nothing is left that could settle a promise, with exit code 0.
  const unfinished = (): void => {
    console.log('The file did not finish: a test awaits a promise that nothing can settle.');
    process.exitCode = 1;
  };
  process.once('exit', unfinished);
  void runFile(pathToFileURL(main).href).then(async ({ passed, failed }) => {
    failed += (await endRun()).failed;
    process.off('exit', unfinished);
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
  });
}

/** uvu prints an error's `details` as text and crashes if they are not: a RustioError has a list of lines. */
function printable(work: Callback): Callback {
  return async (context) => {
    if (stopped) throw new Error('Not run: an earlier test failed.');
    try {
      await work(context);
    } catch (error) {
      stopped = bailing;
      if (!(error instanceof Error) || !('details' in error) || typeof error.details === 'string') throw error;
      const lines = Array.isArray(error.details) ? error.details.map(String) : [];
      const copy = new Error([error.message, ...lines].join('\n    '), { cause: error });
      copy.stack = error.stack?.replace(error.message, () => copy.message) ?? '';
      throw copy;
    }
  };
}

type Register = (work: Callback) => void;
const NOWHERE = { __suite__: '', __test__: '' };

function withEach(all: Register, each: Register): Test['before'] {
  return Object.assign(all, { each });
}

function reported(work: Callback, where: string, then: 'throw' | 'go on'): Callback {
  return async (context) => {
    try {
      await work(context);
    } catch (error) {
      errorsOutside++;
      stopped = bailing;
      console.error(`\n${where} threw:`, error);
      if (then === 'throw') throw error;
    }
  };
}
