import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';

const test = suite('the bin');
const text = readFileSync(new URL('../../cli/bin.js', import.meta.url), 'utf8')
  .replace(/^#!.*\n/, '\n')
  .replace(/\/\/ .*/g, '');

/** Runs the bin as an older Node would; a module that it imported would throw, for this context has none. */
function runOn(node: string): { exitCode: number | undefined; told: string[] } {
  const told: string[] = [];
  const process: { versions: { node: string }; argv: string[]; exitCode?: number } = { versions: { node }, argv: [] };
  vm.runInNewContext(text, { process, console: { error: (line: string) => told.push(line) } });
  return { exitCode: process.exitCode, told };
}

test('an older Node is told in one line what to do, before anything is imported', () => {
  for (const node of ['18.20.4', '20.20.2', '22.1.0', '9.0.0']) {
    const { exitCode, told } = runOn(node);
    assert.is(exitCode, 1);
    assert.is(told.length, 1);
    assert.match(told[0] ?? '', `this is ${node}`);
    assert.match(told[0] ?? '', 'npm install --save-dev node@24');
    assert.not.match(told[0] ?? '', '\n');
  }
});

test('it is written so that every Node can read it', () => {
  assert.not.match(text, /^\s*(import|export)\s/m, 'no static import: it would run before the version is known');
  assert.not.match(text, /`|\b(const|let|class|async|await)\b|\?\?|\?\./);
});
