import * as assert from 'uvu/assert';
import { composed } from '../../../core/model/composed.ts';
import { sourcesIn } from '../../support/sources.ts';
import { suite } from '../../support/suite.ts';

const test = suite('composed text');

test('letters and their marks become one sign', () => {
  assert.is(composed('e\u0301'), 'é');
});

test('a text that would take minutes is left as it is: nobody waits for what is refused anyway', () => {
  const hostile = `a${'\u0301'.repeat(30_000)}${'\u0323'.repeat(30_000)}`;
  assert.is(composed(hostile), hostile);
});

test('nothing else composes text without a bound', () => {
  const loose = sourcesIn('core', 'plugins').filter(
    ({ path, text }) =>
      /\.normalize\('NFC'\)/.test(text) && path !== 'core/model/composed.ts' && !/\.slice\(/.test(text),
  );
  assert.equal(
    loose.map(({ path }) => path),
    [],
  );
});
