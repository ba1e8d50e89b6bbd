/**
 * uvu's suite, without its traps: it runs itself (plain uvu passes when `.run()` is forgotten) and a hook that throws is shown
 * and counted (plain uvu swallows it and passes).
 *
 * @example
 * const test = suite('pool');
 * test('a bigint keeps every digit', async () => { ... });
 */
// First of all imports: it holds uvu, which else would run what it finds.
import './hold-uvu.ts';

import { pathToFileURL } from 'node:url';
import { type Callback, type Test, suite as uvuSuite } from 'uvu';
import { queue } from './hold-uvu.ts';

export type { Test } from 'uvu';

/** What a test file came to. A hook that throws, a test that did not run and a file without tests all count as failed. */
export interface FileResult {
  readonly passed: number;
  readonly failed: number;
}

const registered: Test[] = [];
const endings: (() => Promise<void> | void)[] = [];
let hooksThatThrew = 0;
let hasRunner = false;

/** A suite of tests; whatever is registered on it while the file is evaluated will run. Call it once a subject. */
export function suite(name: string): Test {
  const plain = uvuSuite(name);
  const test: Test = Object.assign((title: string, work: Callback) => plain(title, printable(work)), plain);
  const { before, after } = plain;
  // A `before` must stop its suite, so it throws on. An `after` must not: uvu would lose what the tests said.
  test.before = withEach(
    (work) => before(told(work, `${name}: before()`, 'throw')),
    (work) => before.each(work),
  );
  test.after = withEach(
    (work) => after(told(work, `${name}: after()`, 'go on')),
    (work) => after.each(told(work, `${name}: after.each()`, 'go on')),
  );
  registered.push(test);
  if (!hasRunner) runMainModule();
  return test;
}

/** Work to be done once, after the last test of this file, whether tests failed or not: for what several suites share. */
export function afterAllSuites(work: () => Promise<void> | void): void {
  endings.push(work);
}

/** Evaluates a test file and runs its suites. Nothing is thrown: what went wrong is printed and counted. */
export async function runFile(url: string): Promise<FileResult> {
  hasRunner = true;
  const count = { passed: 0, failed: 0 };
  try {
    await import(url);
    for (const test of registered.splice(0)) test.run();
    if (queue.length === 0) fail(count, 1, 'The file registered no suite.');
    for (const run of queue.splice(0)) await runSuite(run, count);
  } catch (error) {
    fail(count, 1, error);
  }
  for (const work of endings.splice(0).reverse()) await told(work, 'afterAllSuites()', 'go on')(NOWHERE);
  if (hooksThatThrew > 0) fail(count, hooksThatThrew, `${hooksThatThrew} hooks threw.`);
  return count;
}

type Count = { passed: number; failed: number };

async function runSuite(run: (typeof queue)[number], count: Count): Promise<void> {
  const [errors, ran, skipped, total] = await run();
  count.passed += ran;
  if (typeof errors === 'string') fail(count, total - ran, errors);
  else if (ran < total) fail(count, total - ran, `${total - ran} tests did not run: a hook threw.`);
  if (skipped > 0) fail(count, skipped, `${skipped} tests were skipped, by .skip or .only.`);
  if (total + skipped === 0) fail(count, 1, 'A suite has no test.');
}

function fail(count: Count, by: number, why: unknown): void {
  count.failed += by;
  console.log('\n', why);
}

/** `node some.test.ts`, without the runner: the file that is being evaluated runs itself when it is through. */
function runMainModule(): void {
  const main = process.argv[1];
  if (main === undefined) return;
  void runFile(pathToFileURL(main).href).then(({ passed, failed }) => {
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
  });
}

/** uvu prints an error's `details` as text, and dies of any that are not: a RustioError has a list of lines. */
function printable(work: Callback): Callback {
  return async (context) => {
    try {
      await work(context);
    } catch (error) {
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

function told(work: Callback, where: string, then: 'throw' | 'go on'): Callback {
  return async (context) => {
    try {
      await work(context);
    } catch (error) {
      hooksThatThrew++;
      console.error(`\n${where} threw:`, error);
      if (then === 'throw') throw error;
    }
  };
}
