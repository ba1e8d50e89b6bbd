import * as assert from 'uvu/assert';
import { toNfc } from '../../../core/model/plain-text.ts';
import { sourcesIn } from '../../support/sources.ts';
import { suite } from '../../support/suite.ts';

const test = suite('plain text: NFC');

test('a letter and its combining mark become one character', () => {
  assert.is(toNfc('e\u0301'), 'é');
});

test('a text that would take minutes to normalise is left unchanged', () => {
  const hostile = `a${'\u0301'.repeat(30_000)}${'\u0323'.repeat(30_000)}`;
  assert.is(toNfc(hostile), hostile);
});

test('text is never normalised without a length limit', () => {
  const unbounded = sourcesIn('core', 'plugins').filter(
    ({ path, text }) =>
      /\.normalize\('NFC'\)/.test(text) && path !== 'core/model/plain-text.ts' && !/\.slice\(/.test(text),
  );
  assert.equal(
    unbounded.map(({ path }) => path),
    [],
  );
});
