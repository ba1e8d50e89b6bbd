/** Checks which files the runner reports as failed, using generated files. */
import { fork, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { testSeed } from './seed.ts';
import { suite } from './suite.ts';
import { TestProcess } from './test-process.ts';

const test = suite('test runner');
const folder = await mkdtemp(path.join(os.tmpdir(), 'rustio-suite-'));
test.after(() => rm(folder, { recursive: true, force: true }));

const ROOT = path.resolve(import.meta.dirname, '../..');
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
  'fails a test that is excluded by .only': [`test.only('this', () => {}); ${PASSING}`, { passed: 1, failed: 1 }],
  'fails a suite without tests': ['', { passed: 0, failed: 1 }],
  'fails a file in which a promise is rejected that nothing awaits, and still counts its tests': [
    `${PASSING} test('leaves', async () => { void Promise.reject(new Error('no')); await new Promise(setImmediate); });`,
    { passed: 2, failed: 1 },
  ],
  'fails a file that throws': [`${PASSING} throw new Error('no');`, { passed: 0, failed: 1 }],
} as const;

const START = `import { suite } from ${JSON.stringify(path.join(import.meta.dirname, 'suite.ts'))};`;

for (const [what, [body, expected]] of Object.entries(FILES)) {
  test(what, async () => {
    assert.equal(await resultOf(`${START} const test = suite('made'); ${body}`), expected);
  });
}

test('the same seed produces the same random values in every run, on every machine', () => {
  assert.is(fc.readConfigureGlobal().seed, testSeed());
  const { TEST_SEED } = process.env;
  try {
    delete process.env.TEST_SEED;
    const fixed = testSeed();
    assert.is(testSeed(), fixed);
    process.env.TEST_SEED = '5';
    assert.is(testSeed(), 5);
    process.env.TEST_SEED = 'five';
    assert.throws(testSeed, 'TEST_SEED is not a whole number: five');
  } finally {
    if (TEST_SEED === undefined) delete process.env.TEST_SEED;
    else process.env.TEST_SEED = TEST_SEED;
  }
});

test('with bail, stops after the first failing test but cleans up', async () => {
  const ran = path.join(folder, 'ran');
  const note = (what: string) => `appendFileSync(${JSON.stringify(ran)}, '${what} ');`;
  const source = `${START}
    import { appendFileSync } from 'node:fs';
    const first = suite('first');
    first.after(() => { ${note('cleanup')} });
    first('passes', () => { ${note('passing')} });
    first('fails', () => { ${note('failing')} throw new Error('no'); });
    first('comes later', () => { ${note('later')} });
    const second = suite('second');
    second('comes later', () => { ${note('later')} });`;
  assert.equal(await resultOf(source, { bail: true }), { passed: 1, failed: 3 });
  assert.is(await readFile(ran, 'utf8'), 'passing failing cleanup ');
});

test('fails a file that registers no suite', async () => {
  assert.equal(await resultOf('export {};'), { passed: 0, failed: 1 });
});

test('reports nothing for a file that ends the process, which the parent counts as a failure', async () => {
  assert.is(await resultOf('process.exit(0);'), undefined);
});

test('the output of a process that ends without a result names its exit code', async () => {
  const child = new TestProcess({});
  const file = await fileWith(`${START} const test = suite('made'); test('ends', () => process.exit(3));`);
  assert.equal(await child.run(path.relative(ROOT, file), { limit: 30 }), { passed: 0, failed: 1 });
  assert.match(child.output, 'The process ended without a result (code 3).');
});

test('a file that is run directly fails if it waits for something that can never happen', async () => {
  const file = await fileWith(`${START} const test = suite('made'); test('waits', () => new Promise(() => {}));`);
  const { status, stdout } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  assert.is(status, 1);
  assert.match(stdout, 'The file did not finish');
});

let files = 0;

async function fileWith(source: string): Promise<string> {
  const file = path.join(folder, `made-${++files}.ts`);
  await writeFile(file, source);
  return file;
}

async function resultOf(source: string, { bail = false } = {}): Promise<unknown> {
  const file = await fileWith(source);
  const child = fork(path.join(import.meta.dirname, 'run-file.ts'), { silent: true });
  let result: unknown;
  child.once('message', (message) => {
    result = message;
    child.send({}, () => {}); // after a failed file it ends by itself
  });
  child.send({ file, bail });
  await new Promise((done) => child.once('exit', done));
  return result;
}
