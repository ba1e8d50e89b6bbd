/**
 * The test runner: four processes at a time (two for the long files), which take one file after another.
 *
 *   node test/run.ts                    every test/**\/*.test.ts but the long ones
 *   node test/run.ts core/database      those with a fragment in their path
 *   node test/run.ts --all              the long ones (*.long.test.ts), and those with random values again, with a new seed
 *   node test/run.ts --explore          those with random values and the fuzzer, with new seeds, for --minutes 10 (a file that has
 *                                       begun by then is finished)
 *
 * Random values come from a fixed seed; TEST_SEED=12345 gives another one. A run with a new seed prints it.
 * A file has five minutes, enough on a busy machine, a long one 20 min; `// timeout: 2400` on its first line gives another number of
 * seconds. The output of a file is shown only when it fails. All files share one PostgreSQL server (see test/support/server.ts). The last line is always `N passed, N failed`.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { newSeed, usesFastCheck } from './support/seed.ts';
import { serverEnvironment, testServer } from './support/server.ts';
import type { FileResult } from './support/suite.ts';
import { TestProcess } from './support/test-process.ts';

const ROOT = path.dirname(import.meta.dirname);
/** More than two, since tests also wait for the database; not in CI, where the machine may be shared and nobody waits for it. */
const AT_A_TIME = { quick: process.env.CI === undefined ? 4 : 2, long: 2 };
const FILES_A_PROCESS = 16;
const FUZZER = 'test/fuzz/routes.long.test.ts';
const running = new Set<TestProcess>();
const sum = { passed: 0, failed: 0 };
/** The commands that repeat failures, printed at the end, where they are not lost in the output. */
const toRepeat: string[] = [];

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean' }, minutes: { type: 'string' }, explore: { type: 'boolean' } },
  allowPositionals: true,
});
const explores = values.explore === true;
const exploreUntil = performance.now() + minutesIn(values.minutes) * 60_000;
if (values.all === true || explores) process.env.TEST_SEED ??= String(newSeed());
// Many short runs of the fuzzer with different seeds find as much as a long one, and end in time.
if (explores) process.env.FUZZ_REQUESTS ??= '1000';
const waiting = chooseFiles(positionals);
if (waiting.length === 0) {
  console.log('No test file matches.');
  sum.failed += 1;
}
const server = await testServer();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stopAll);
try {
  await runAll();
  while (explores && performance.now() < exploreUntil) {
    process.env.TEST_SEED = String(newSeed());
    waiting.push(...chooseFiles(positionals));
    await runAll();
  }
} finally {
  await server.stop();
}
for (const line of new Set(toRepeat)) console.log(line);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed === 0 ? 0 : 1;

function minutesIn(text = '10'): number {
  const minutes = Number(text);
  if (minutes > 0) return minutes;
  throw new Error(`--minutes is not a number above 0: ${text}`);
}

async function runAll(): Promise<void> {
  if (process.env.TEST_SEED !== undefined) console.log(`Seed ${process.env.TEST_SEED}`);
  await Promise.all(
    Array.from({ length: values.all === true || explores ? AT_A_TIME.long : AT_A_TIME.quick }, (_, place) =>
      runWaiting(place % 2 === 0),
    ),
  );
}

function chooseFiles(fragments: string[]): string[] {
  const files = globSync('test/**/*.test.ts', { cwd: ROOT })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => {
      if (explores) return isRandom(file);
      return values.all === true ? isLong(file) || isRandom(file) : !isLong(file);
    })
    .filter((file) => fragments.length === 0 || fragments.some((fragment) => file.includes(fragment)))
    .sort();
  // A short exploration would otherwise reach the same first files every time.
  return explores ? shuffled(files) : files;
}

function shuffled(files: readonly string[]): string[] {
  return files
    .map((file) => ({ file, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ file }) => file);
}

async function runWaiting(prefersHeavy: boolean): Promise<void> {
  let current = start();
  for (let file = take(prefersHeavy); file !== undefined; file = take(prefersHeavy)) {
    const seconds = secondsFor(file);
    if (explores && performance.now() > exploreUntil) break;
    if (current.ended || current.files === FILES_A_PROCESS) {
      await end(current);
      current = start();
    }
    await runFile(current, file, seconds);
    if (isLong(file)) await end(current);
  }
  await end(current);
}

/** Files that start browsers and commands of their own run next to files that mostly wait for the database. */
function take(prefersHeavy: boolean): string | undefined {
  const at = waiting.findIndex((file) => /^test\/(?:browser|cli|docs|starters)\//.test(file) === prefersHeavy);
  return waiting.splice(Math.max(at, 0), 1)[0];
}

function start(): TestProcess {
  const started = new TestProcess(serverEnvironment(server));
  running.add(started);
  return started;
}

async function end(finished: TestProcess): Promise<void> {
  const { failed } = await finished.end();
  running.delete(finished);
  sum.failed += failed;
  if (failed > 0) console.log(`\n--- at the end of a process\n${finished.output}`);
}

async function runFile(current: TestProcess, file: string, limit: number): Promise<void> {
  const from = performance.now();
  const { passed, failed }: FileResult = await current.run(file, { limit });
  sum.passed += passed;
  sum.failed += failed;
  if (failed > 0) console.log(`\n--- ${file}\n${current.output}`);
  if (failed > 0 && isRandom(file)) toRepeat.push(repeatLine(file));
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  console.log(`${failed > 0 ? 'FAIL' : 'ok  '} ${file}  ${passed} passed, ${seconds} s`);
}

function secondsFor(file: string): number {
  const [firstLine = ''] = readFileSync(path.join(ROOT, file), 'utf8').split('\n', 1);
  const own = /^\/\/ timeout: (\d+)/.exec(firstLine)?.[1];
  if (own !== undefined) return Number(own);
  return isLong(file) ? 20 * 60 : 5 * 60;
}

/** How to repeat a failure that may depend on the seed. */
function repeatLine(file: string): string {
  const names = ['TEST_SEED', ...(file === FUZZER ? ['FUZZ_REQUESTS'] : [])];
  const variables = names
    .filter((name) => process.env[name] !== undefined)
    .map((name) => `${name}=${process.env[name]} `);
  return `To repeat it: ${variables.join('')}node test/run.ts ${isLong(file) ? '--all ' : ''}${file}`;
}

/** Whether its values depend on the seed. */
function isRandom(file: string): boolean {
  return file === FUZZER || usesFastCheck(readFileSync(path.join(ROOT, file), 'utf8'));
}

function isLong(file: string): boolean {
  return file.endsWith('.long.test.ts');
}

async function stopAll(): Promise<void> {
  waiting.length = 0;
  for (const each of running) each.kill();
  await server.stop();
  process.exit(130);
}
