// Cheap, so that it is seen at once when a change of the source leaves a fault without its text; faults.long.test.ts makes them.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';
import { withFault } from './fault.ts';
import { faults } from './faults.ts';

const test = suite('seeded faults');

test('each fits the source: its text is there once, something else comes in its place, and its tests are there', () => {
  for (const fault of faults) {
    const source = readFileSync(path.join(ROOT, fault.file), 'utf8');
    assert.is.not(withFault(fault, source), source, fault.name);
    assert.ok(fault.tests.length > 0, fault.name);
    for (const file of fault.tests) assert.ok(existsSync(path.join(ROOT, 'test', file)), `${fault.name}: test/${file}`);
  }
});

test('there are twenty at least, and no two of one name', () => {
  assert.ok(faults.length >= 20);
  assert.is(new Set(faults.map(({ name }) => name)).size, faults.length);
});

test('a text that is not there, or there twice, is told instead of making no fault', () => {
  const fault = { name: 'a guard', file: 'core/app.ts', from: 'guard();', to: '', tests: [] };
  assert.throws(() => withFault(fault, 'nothing'), /core\/app\.ts holds its text 0 times/);
  assert.throws(() => withFault(fault, 'guard(); guard();'), /2 times/);
  assert.is(withFault(fault, 'before(); guard(); after();'), 'before();  after();');
});
