/**
 * The test runner: one process a file, two at a time.
 *
 *   node test/run.ts                    every test/**\/*.test.ts but the long ones
 *   node test/run.ts core/database      those with a fragment in their path
 *   node test/run.ts --all              the long ones (*.long.test.ts)
 *
 * A file has 60 s, a long one 20 min; `// timeout: 120` on its first line gives another number of seconds. What a file prints is
 * shown only when it fails. All share one PostgreSQL server (see test/support/server.ts). The last line is always `N passed, N failed`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { environmentOf, testServer } from './support/server.ts';
import type { FileResult } from './support/suite.ts';

const ROOT = path.dirname(import.meta.dirname);
const CHILD = path.join(import.meta.dirname, 'support/run-file.ts');
const AT_A_TIME = 2;
const running = new Set<ChildProcess>();
const waiting: string[] = [];

const { values, positionals } = parseArgs({ options: { all: { type: 'boolean' } }, allowPositionals: true });
const files = chooseFiles(positionals, values.all === true);
const server = await testServer();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stopAll);
const { passed, failed } = await runAll(files).finally(server.stop);
if (files.length === 0) console.log('No test file fits.');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function chooseFiles(fragments: string[], long: boolean): string[] {
  return globSync('test/**/*.test.ts', { cwd: ROOT })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.long.test.ts') === long)
    .filter((file) => fragments.length === 0 || fragments.some((fragment) => file.includes(fragment)))
    .sort();
}

async function runAll(files: string[]): Promise<FileResult> {
  waiting.push(...files);
  const sum = { passed: 0, failed: files.length === 0 ? 1 : 0 };
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile(file);
      sum.passed += result.passed;
      sum.failed += result.failed;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return sum;
}

async function runFile(file: string): Promise<FileResult> {
  const limit = await secondsFor(file);
  const start = performance.now();
  const output: string[] = [];
  let told: FileResult | undefined;

  // A process group of its own: whatever the file left behind (servers, browsers) can be ended with it.
  const child = fork(CHILD, [path.join(ROOT, file)], {
    cwd: ROOT,
    silent: true,
    detached: true,
    execArgv: ['--conditions=rustio-source'],
    env: { FORCE_COLOR: process.stdout.isTTY ? '1' : '0', ...process.env, ...environmentOf(server) },
  });
  running.add(child);
  child.stdout?.on('data', (data) => output.push(String(data)));
  child.stderr?.on('data', (data) => output.push(String(data)));
  child.on('message', (message) => {
    told = message as FileResult;
  });
  const clock = setTimeout(() => {
    output.push(`\nStopped: it ran longer than ${limit} s.\n`);
    endGroup(child);
  }, limit * 1000);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearTimeout(clock);
  endGroup(child);
  running.delete(child);

  const result = judge(told, code);
  if (result.failed > 0) console.log(`\n--- ${file}\n${output.join('')}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${result.failed > 0 ? 'FAIL' : 'ok  '} ${file}  ${result.passed} passed, ${seconds} s`);
  return result;
}

/** A child that died before it told its numbers, or that says all is well and exits with an error, has failed. */
function judge(told: FileResult | undefined, code: number | null): FileResult {
  if (told === undefined) return { passed: 0, failed: 1 };
  return code !== 0 && told.failed === 0 ? { ...told, failed: 1 } : told;
}

async function secondsFor(file: string): Promise<number> {
  const firstLine = (await readFile(path.join(ROOT, file), 'utf8')).split('\n', 1)[0] ?? '';
  const own = /^\/\/ timeout: (\d+)/.exec(firstLine)?.[1];
  if (own !== undefined) return Number(own);
  return file.endsWith('.long.test.ts') ? 20 * 60 : 60;
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left, as it should be.
  }
}

async function stopAll(): Promise<void> {
  waiting.length = 0;
  for (const child of running) endGroup(child);
  await server.stop();
  process.exit(130);
}
