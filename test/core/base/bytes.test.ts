import * as assert from 'uvu/assert';
import { encodeUtf8 } from '../../../core/base/bytes.ts';
import { suite } from '../../support/suite.ts';

const test = suite('bytes');

test('texts that are encoded one after another have the same bytes as with Buffer.from, and none overwrites another', () => {
  const texts = ['', 'a', '·', '…', '漢字', '😀', '\ud800', 'a\udc00b'].flatMap((text) =>
    [1, 7, 1_000, 9_000, 43_690, 60_000].map((count) => text.repeat(count)),
  );
  const encoded = texts.map(encodeUtf8);
  for (const [at, text] of texts.entries())
    assert.ok(Buffer.from(text).equals(encoded[at] ?? Buffer.alloc(0)), text.slice(0, 9));
});
