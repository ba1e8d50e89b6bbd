// Every error is declared once, in a catalogue, with what is wrong and what to do.
import * as assert from 'uvu/assert';
import { definedErrors, textOf } from '../docs/error-reference.ts';
import { sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('invariant: errors');

test('only catalogues create errors with a code', () => {
  const sources = sourcesIn('core', 'plugins', 'cli');
  const creating = sources.filter(({ text }) => text.includes('new RustioError(')).map(({ path }) => path);
  assert.equal(creating, ['core/errors/define-error.ts']);
  const declaring = sources.filter(({ text }) =>
    /(?<!function )\bdefineError[(<]/.test(text.replaceAll(/^ \*.*$/gm, '')),
  );
  assert.equal(
    declaring
      .map(({ path }) => path)
      .filter((path) => !/^core\/errors\/|^plugins\/\w+\/errors\.ts$|^cli\/errors\.ts$/.test(path)),
    [],
  );
});

test('every code is defined once', async () => {
  const errors = await definedErrors();
  assert.ok(errors.length > 80);
  const wrong = [...Map.groupBy(errors, ({ code }) => code)].flatMap(([code, variants]) => {
    const texts = variants.flatMap(({ definition: { about } }) => about ?? []);
    return texts.length === 1 && (texts[0]?.length ?? 0) > 40 ? [] : [`${code}: ${texts.length} explanations`];
  });
  assert.equal(wrong, []);
});

test('every text is a sentence, or ends with a command or an example', async () => {
  const wrong = (await definedErrors()).flatMap(({ code, definition: { problem, why, fix, retry = 'Later.' } }) =>
    [problem, why, fix, retry]
      .map(textOf)
      .filter((text) => text !== '' && !/[.:?)}`]$|[:,] \S[^:]*(?::\S[^:]*)*$|: export default .*$/.test(text.trim()))
      .concat(textOf(problem) === '' || textOf(fix) === '' ? ['(empty)'] : [])
      .map((text) => `${code}: ${text}`),
  );
  assert.equal(wrong, []);
});
