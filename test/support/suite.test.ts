/** What the runner must not let through, tried on files made for it. */
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from './suite.ts';

const test = suite('the test runner');
const folder = await mkdtemp(path.join(os.tmpdir(), 'rustio-suite-'));
test.after(() => rm(folder, { recursive: true, force: true }));

const PASSING = `test('passes', () => {});`;
const FILES = {
  'counts what passes and what fails': [
    `${PASSING} test('fails', () => { throw new Error('no'); });`,
    { passed: 1, failed: 1 },
  ],
  'runs tests that are registered after an await': [`await null; ${PASSING}`, { passed: 1, failed: 0 }],
  'fails a file whose before throws': [
    `test.before(() => { throw new Error('no'); }); ${PASSING}`,
    { passed: 0, failed: 2 },
  ],
  'fails a file whose after throws, and still counts its tests': [
    `test.after(() => { throw new Error('no'); }); ${PASSING}`,
    { passed: 1, failed: 1 },
  ],
  'fails a file whose after.each throws': [
    `test.after.each(() => { throw new Error('no'); }); ${PASSING}`,
    { passed: 1, failed: 1 },
  ],
  'fails a test that is skipped': [`${PASSING} test.skip('later', () => {});`, { passed: 1, failed: 1 }],
  'fails a test that another one left out': [`test.only('this', () => {}); ${PASSING}`, { passed: 1, failed: 1 }],
  'fails a suite without tests': ['', { passed: 0, failed: 1 }],
  'fails a file that throws': [`${PASSING} throw new Error('no');`, { passed: 0, failed: 1 }],
} as const;

for (const [what, [body, expected]] of Object.entries(FILES)) {
  test(what, async () => {
    const start = `import { suite } from ${JSON.stringify(path.join(import.meta.dirname, 'suite.ts'))};`;
    assert.equal(await resultOf(`${start} const test = suite('made'); ${body}`), expected);
  });
}

test('fails a file that registers no suite', async () => {
  assert.equal(await resultOf('export {};'), { passed: 0, failed: 1 });
});

test('says nothing for a file that ends the process, which the parent takes for a failure', async () => {
  assert.is(await resultOf('process.exit(0);'), undefined);
});

let files = 0;

async function resultOf(source: string): Promise<unknown> {
  const file = path.join(folder, `made-${++files}.ts`);
  await writeFile(file, source);
  const child = fork(path.join(import.meta.dirname, 'run-file.ts'), [file], { silent: true });
  let result: unknown;
  child.on('message', (message) => {
    result = message;
  });
  await new Promise((done) => child.once('exit', done));
  return result;
}
