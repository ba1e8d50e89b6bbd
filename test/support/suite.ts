/**
 * uvu's suite, without its traps: it runs itself (plain uvu passes when `.run()` is forgotten) and a hook that throws is shown
 * and counted (plain uvu swallows it and passes).
 *
 * @example
 * const test = suite('pool');
 * test('a bigint keeps every digit', async () => { ... });
 */
import { pathToFileURL } from 'node:url';
import { type Callback, exec, type Test, suite as uvuSuite } from 'uvu';

export type { Test } from 'uvu';

const registered: Test[] = [];
const endings: (() => Promise<void> | void)[] = [];
let hooksThatThrew = 0;

/** A suite of tests; whatever is registered on it while the file is evaluated will run. Call it once a subject. */
export function suite(name: string): Test {
  const test = uvuSuite(name);
  const { before, after } = test;
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
  if (!runnerWaits()) runWhenEvaluated();
  return test;
}

/** Work to be done once, after the last test of this file, whether tests failed or not: for what several suites share. */
export function afterAllSuites(work: () => Promise<void> | void): void {
  endings.push(work);
}

/** For the runner: hands every suite of this process to uvu's queue. */
export function enqueueSuites(): void {
  for (const test of registered.splice(0)) test.run();
}

/** For the runner, after the last test: does what `afterAllSuites` was given, last one first, and says how many hooks threw. */
export async function finishSuites(): Promise<number> {
  for (const work of endings.splice(0).reverse())
    await told(work, 'afterAllSuites()', 'go on')({ __suite__: '', __test__: '' });
  return hooksThatThrew;
}

type Register = (work: Callback) => void;

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

/** `test/support/run-file.ts` sets uvu's own flag before it imports a test file. */
function runnerWaits(): boolean {
  return Reflect.get(globalThis, 'UVU_DEFER') !== undefined;
}

let scheduled = false;

/** `node some.test.ts`: importing the main module once more resolves when its evaluation, awaits included, is over. */
function runWhenEvaluated(): void {
  const main = process.argv[1];
  if (scheduled || main === undefined) return;
  scheduled = true;
  void import(pathToFileURL(main).href).then(async () => {
    enqueueSuites();
    await exec();
    const hooks = await finishSuites();
    process.exit(hooks > 0 ? 1 : process.exitCode);
  });
}
