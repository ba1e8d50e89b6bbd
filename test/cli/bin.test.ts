import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('bin.js');
const text = readFileSync(new URL('../../cli/bin.js', import.meta.url), 'utf8')
  .replace(/^#!.*\n/, '\n')
  .replace(/\/\/ .*/g, '');

/** Runs the bin as an older Node would. In this context every import is rejected, so no other Node is found. */
async function runOn(node: string): Promise<{ exitCode: number | undefined; lines: string[] }> {
  const lines: string[] = [];
  const process: { versions: { node: string }; argv: string[]; exitCode?: number } = { versions: { node }, argv: [] };
  await new Promise<void>((resolve) => {
    const error = (line: string) => {
      lines.push(line);
      setImmediate(resolve);
    };
    vm.runInNewContext(text, { process, console: { error } });
  });
  return { exitCode: process.exitCode, lines };
}

test('on an older Node, one line explains what to do, before any module is imported', async () => {
  for (const node of ['18.20.4', '20.20.2', '22.1.0', '9.0.0']) {
    const { exitCode, lines } = await runOn(node);
    assert.is(exitCode, 1);
    assert.is(lines.length, 1);
    assert.match(lines[0] ?? '', `this is ${node}`);
    assert.match(lines[0] ?? '', 'npm install --save-dev node@24');
    assert.not.match(lines[0] ?? '', '\n');
  }
});

test('every version of Node can parse it', () => {
  assert.not.match(text, /^\s*(import|export)\s/m, 'no static import: it would run before the version is known');
  assert.not.match(text, /`|\b(const|let|class|async|await)\b|\?\?|\?\./);
});

/**
 * The bin as npm installs it, linked from `.bin`, next to the package `node` of this version. Instead of running on an older Node, it
 * requires a newer one than ours; the package then runs ours, with `script` instead of the command line.
 */
function installed(version: string, script: string): string {
  const modules = path.join(temporaryFolder(), 'node_modules');
  const own = path.join(modules, 'rustio-admin');
  mkdirSync(path.join(own, 'cli'), { recursive: true });
  cpSync(path.join(ROOT, 'cli/bin.js'), path.join(own, 'cli/bin.js'));
  const bin = readFileSync(path.join(own, 'cli/bin.js'), 'utf8');
  writeFileSync(path.join(own, 'cli/bin.js'), bin.replace('var NEEDED = 24', 'var NEEDED = process.env.NEEDED || 999'));
  writeFileSync(
    path.join(own, 'package.json'),
    '{ "name": "rustio-admin", "type": "module", "exports": { "./cli": "./cli.js" } }',
  );
  writeFileSync(path.join(own, 'cli.js'), script);
  mkdirSync(path.join(modules, 'node/bin'), { recursive: true });
  writeFileSync(path.join(modules, 'node/package.json'), JSON.stringify({ version }));
  const node = path.join(modules, 'node/bin/node');
  writeFileSync(node, `#!/bin/sh\nNEEDED=1 exec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  mkdirSync(path.join(modules, '.bin'));
  symlinkSync('../rustio-admin/cli/bin.js', path.join(modules, '.bin/rustio-admin'));
  return path.join(modules, '.bin/rustio-admin');
}

async function runBin(file: string, words: readonly string[], onOutput?: (pid: number) => void) {
  const child = spawn(process.execPath, [file, ...words]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += String(data);
      if (child.pid !== undefined) onOutput?.(child.pid);
    });
  }
  return new Promise<{ code: number | null; signal: string | null; output: string }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, output }));
  });
}

test('an older Node runs the command on the installed package `node`, with its arguments and exit code', async () => {
  const file = installed(
    '999.1.0',
    'export async function main(words) { console.log(words.join()); process.exitCode = 7; }',
  );
  assert.equal(await runBin(file, ['startproject', 'desk']), { code: 7, signal: null, output: 'startproject,desk\n' });
});

test('signals are forwarded to the command, and its termination by a signal is propagated', async () => {
  const waiting = `export async function main([mode]) {
    if (mode === 'handles') for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(signal.length));
    setInterval(() => {}, 1000);
    console.log('ready');
  }`;
  const file = installed('999.1.0', waiting);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const kill = (pid: number) => void process.kill(pid, signal);
    assert.equal(await runBin(file, ['handles'], kill), { code: signal.length, signal: null, output: 'ready\n' });
    assert.equal(await runBin(file, [], kill), { code: null, signal, output: 'ready\n' });
  }
});

test('a package `node` that is too old is not used', async () => {
  const { code, output } = await runBin(installed('22.1.0', ''), []);
  assert.is(code, 1);
  assert.match(output, 'rustio-admin needs Node 999 or newer');
});
