import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { faults } from './faults.ts';
import { SourceCopy } from './source-copy.ts';

/** Declares the tests of every second fault, so that two files make them side by side. `FAULT` chooses by name. */
export function seedFaults(half: 0 | 1): void {
  const test = suite(`seeded faults, half ${half + 1}: the tests notice`);
  const { FAULT = '' } = process.env;
  const wanted = faults.filter(({ name }, at) => at % 2 === half && name.includes(FAULT));
  let copy: SourceCopy;
  test.before(async () => {
    copy = await SourceCopy.make();
  });
  test.after(() => copy.remove());

  test('without a fault all of these tests pass', async () => {
    assert.ok(wanted.length > 0 || FAULT !== '');
    for (const file of new Set(wanted.flatMap(({ tests }) => tests))) {
      const { passed, failed, output } = await copy.run(file);
      assert.ok(failed === 0 && passed > 0, `test/${file} fails as it is:\n${output}`);
    }
  });

  for (const fault of wanted) {
    test(`${fault.name} (${fault.file})`, async () => {
      await copy.with(fault, async () => {
        for (const file of fault.tests) if ((await copy.run(file)).failed > 0) return;
        throw new Error(`Nobody noticed. ${fault.tests.join(', ')} passed all the same: a test is missing.`);
      });
    });
  }
}
