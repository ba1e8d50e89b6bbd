// timeout: 1500
// Takes one guard, scope, escape or bound after another out of a copy of the source; the tests must notice every time. One that
// survives means that a test is missing. FAULT="a form" makes only those whose name holds these words.
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { faults } from './faults.ts';
import { SourceCopy } from './source-copy.ts';

const test = suite('seeded faults: the tests notice');
const { FAULT = '' } = process.env;
const wanted = faults.filter(({ name }) => name.includes(FAULT));
let copy: SourceCopy;
test.before(async () => {
  copy = await SourceCopy.make();
});
test.after(() => copy.remove());

test('without a fault all of these tests pass', async () => {
  assert.ok(wanted.length > 0);
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
