import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { countCharacters, cutText } from '../../../core/model/plain-text.ts';
import { asTyped } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, must, parsed, refusal, show } from './field-of.ts';

const test = suite('text');
const line = fieldOf(field.text({ min: 2, max: 5 }));
const lines = fieldOf(field.text({ multiline: true }));

test('a NUL or half of a surrogate pair is refused, from a form and from code', () => {
  for (const text of ['a\0b', 'a\ud800b', '\udc00b']) {
    assert.is(refusal(line, text), 'problem.notStorable');
    assert.is(line.spec.validate(text, line)?.key, 'problem.notStorable');
  }
});

test('limits count characters, not UTF-16 units', () => {
  assert.is(parsed(line, '🦆🦆🦆🦆🦆'), '🦆🦆🦆🦆🦆');
  assert.is(refusal(line, '🦆🦆🦆🦆🦆🦆'), 'problem.tooLong');
  assert.is(refusal(line, '🦆'), 'problem.tooShort');
  assert.is(countCharacters('a🦆b\ud800'), 4);
});

test('a refusal says how much is allowed and how much there is', () => {
  const outcome = line.spec.parse('abcdef', line);
  const found = must(outcome.ok ? undefined : outcome.issue);
  assert.is(english(found.key, found.params), 'Use at most 5 characters; this has 6.');
});

test('line ends become one kind, and only where lines are allowed', () => {
  assert.is(parsed(lines, 'a\r\nb\rc\n'), 'a\nb\nc\n');
  for (const end of ['\n', '\r', '\u2028', '\u2029', '\u0085', '\v', '\f']) {
    assert.is(refusal(line, `a${end}b`), 'problem.lineBreak');
  }
});

test('spaces around a single line go, those of a text of many lines stay', () => {
  assert.is(parsed(line, '  ab\t'), 'ab');
  assert.is(parsed(lines, '  ab \n'), '  ab \n');
});

test('nothing but spaces is nothing', () => {
  assert.is(refusal(line, '   '), 'problem.required');
  assert.is(refusal(lines, ' \n '), 'problem.required');
});

test('a list shows the beginning of a long text, a detail page all of it', () => {
  const long = `${'🦆'.repeat(100)}<`;
  assert.is(asTyped(line.spec.cell(line, show)(long, {})), `${'🦆'.repeat(80)}…`);
  assert.is(line.spec.cell(line, { ...show, whole: true })(long, {}), `${'🦆'.repeat(100)}&lt;`);
  assert.is(cutText('abc def', 4), 'abc…');
  assert.is(cutText('🦆🦆', 2), '🦆🦆');
});
