import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import type { Fault } from './fault.ts';
import { faultedSources } from './faulted-sources.ts';
import { faults } from './faults.ts';
import { SourceCopy } from './source-copy.ts';

/** Time limit for a test file without a fault, in seconds. */
const LIMIT = 120;
/** With a fault, a test file may take this many times as long. After that it counts as hanging, and the fault as detected. */
const SLOWDOWN = 3;
const MIN_LIMIT = 20;

/** Declares the tests of one half of the faults, so that two files can run them in parallel. `FAULT` selects faults by name. */
export function seedFaults(half: 0 | 1): void {
  const test = suite(`seeded faults, half ${half + 1}: the tests notice`);
  const requested = halfOf(faults, half).filter(({ name }) => name.includes(process.env.FAULT ?? ''));
  /** How many seconds each test file took without a fault. */
  const usual = new Map<string, number>();
  // A new seed could fail a test without a fault, or miss a fault.
  delete process.env.TEST_SEED;
  let copy: SourceCopy;
  test.before(async () => {
    copy = await SourceCopy.make();
  });
  test.after(() => copy.remove());

  test('without a fault all of these tests pass', async () => {
    const failures: string[] = [];
    for (const file of new Set(requested.flatMap(({ tests }) => tests))) {
      const first = await copy.run(file, LIMIT);
      // Run it again: on a busy machine, a test can exceed its own timeout.
      const { passed, failed, output, seconds } = first.failed === 0 ? first : await copy.run(file, LIMIT);
      if (failed === 0 && passed > 0) usual.set(file, seconds);
      else failures.push(`test/${file} fails as it is:\n${output}`);
    }
    assert.is(failures.join('\n'), '');
  });

  for (const faulted of faultedSources(requested)) {
    const { fault, file } = faulted;
    test(`${fault.name} (${file})`, () => copy.with(faulted, () => mustNotice(fault)));
  }

  async function mustNotice(fault: Fault): Promise<void> {
    for (const file of fault.tests) {
      const seconds = usual.get(file);
      // A test that fails or hangs anyway would seem to detect every fault.
      assert.ok(seconds !== undefined, `test/${file} does not pass without the fault.`);
      const { failed } = await copy.run(file, Math.max(MIN_LIMIT, SLOWDOWN * seconds));
      if (failed > 0) return;
    }
    throw new Error(`No test failed. ${fault.tests.join(', ')} pass with the fault: a test is missing.`);
  }
}

/** Faults with the same test file are in the same half, which runs that file only once without a fault. */
function halfOf(all: readonly Fault[], half: 0 | 1): readonly Fault[] {
  const files = [...new Set(all.map(({ tests }) => tests[0]))];
  return all.filter(({ tests }) => files.indexOf(tests[0]) % 2 === half);
}
