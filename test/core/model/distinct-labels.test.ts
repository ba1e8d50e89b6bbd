import * as assert from 'uvu/assert';
import { distinctLabels } from '../../../core/model/distinct-labels.ts';
import { suite } from '../../support/suite.ts';

const test = suite('labels of one list');
const labelsOf = (...entries: readonly (readonly [key: string, label: string])[]) =>
  distinctLabels(entries.map(([key, label]) => ({ key, label }))).map(({ label }) => label);

test('entries with the same label show their keys, others do not', () => {
  assert.equal(labelsOf(['1', 'Twin'], ['2', 'Twin'], ['3', 'Other']), ['Twin (1)', 'Twin (2)', 'Other']);
  assert.equal(labelsOf(['1', 'Twin']), ['Twin']);
});

test('labels that look the same in HTML show their keys; a blank one is the key', () => {
  assert.equal(labelsOf(['1', 'a b'], ['2', 'a  b'], ['3', ' a b ']), ['a b (1)', 'a  b (2)', ' a b  (3)']);
  assert.equal(labelsOf(['1', ''], ['2', ' '], ['3', '\u00a0']), ['1', '2', '3']);
});

test('a label that looks like one with a key shows its key, too', () => {
  assert.equal(labelsOf(['1', 'Twin'], ['2', 'Twin'], ['3', 'Twin (1)']), ['Twin (1)', 'Twin (2)', 'Twin (1) (3)']);
  assert.equal(new Set(labelsOf(['1', '2'], ['2', ''])).size, 2);
});

test('attack: labels that resemble each other in a chain are distinguished in a few rounds', () => {
  const chain: [string, string][] = [['1', 'a']];
  let label = 'a';
  for (let key = 2; key <= 3_000; key += 1) {
    chain.push([String(key), label]);
    if (label.length < 4_000) label = `${label} (${key})`;
  }
  assert.is(new Set(labelsOf(...chain)).size, chain.length);
});
